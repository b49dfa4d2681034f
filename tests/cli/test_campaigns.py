import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import msgspec
import pytest

from cli.app_client import AppClient
from cli.campaigns import CampaignState, watch_with_bar

TOTALS = {"sent": 30, "expected_suspicious": 3}


class Statuses(BaseHTTPRequestHandler):
    """Answers with one status after another: the first is that of an instance which nobody has started yet."""

    left: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.left.pop(0)).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def app() -> Generator[AppClient]:
    with HTTPServer(("127.0.0.1", 0), Statuses) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield AppClient(f"http://127.0.0.1:{server.server_port}", patience=0)
        server.shutdown()


def test_a_campaign_that_waits_to_be_started_is_followed_to_its_end(app: AppClient):
    ended = {"id": "campaign-x", "phase": "completed", "batches": 3, "batches_sent": 3, "totals": TOTALS}
    waiting = {"id": "campaign-x", "phase": "starting", "status": "Pending"}
    Statuses.left = [waiting, ended | {"phase": "sending"}, ended]

    assert watch_with_bar(app, "campaign-x") == msgspec.convert(ended, CampaignState)
