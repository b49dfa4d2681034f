import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import msgspec
import pytest

from cli.app_client import AppClient, AppError
from cli.campaigns import CampaignState, refuse_ids_again, watch, watch_with_bar
from fraud.load.plan import CampaignPlan

TOTALS = {"sent": 30, "expected_suspicious": 3}


class Statuses(BaseHTTPRequestHandler):
    """Answers with one status after another: the first is that of an instance which nobody has started yet."""

    left: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        answer = self.left.pop(0)
        self.send_response(answer.get("status_code", 200))
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

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


def test_ids_that_a_campaign_has_sent_before_are_refused_and_others_are_not(app: AppClient):
    constant = {"shape": "constant", "rate": 1, "for": "1m"}
    tape = {"shape": "tape", "tape": "0" * 16, "per": "5s", "counts": [1], "for": "5s"}
    sent = {"id": "campaign-x", "phase": "completed", "totals": TOTALS, "seed": 7}
    cases: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
        ({"seed": 7, "stages": [constant]}, {}, True),
        ({"seed": 8, "stages": [constant]}, {}, False),
        ({"stages": [constant]}, {}, False),
        ({"seed": 8, "stages": [tape]}, {"plan": {"stages": [tape]}}, True),
        ({"seed": 8, "stages": [tape | {"tape": "1" * 16}]}, {"plan": {"stages": [tape]}}, False),
        ({"seed": 7, "stages": [constant]}, {"totals": {}}, False),
    ]
    for plan, before, is_refused in cases:
        Statuses.left = [sent | before]
        asked = msgspec.convert({"name": "x", **plan}, CampaignPlan)
        if is_refused:
            with pytest.raises(AppError, match="--seed N gives others"):
                refuse_ids_again(app, asked)
        else:
            refuse_ids_again(app, asked)


def test_a_campaign_is_followed_through_answers_of_an_app_that_is_too_busy(app: AppClient):
    sending = {"id": "campaign-x", "phase": "sending", "batches": 3, "batches_sent": 1, "totals": TOTALS}
    Statuses.left = [sending, {"status_code": 500}, {"status_code": 503}, sending | {"phase": "completed"}]

    assert watch(app, "campaign-x", lambda _: None).phase == "completed"


def test_an_app_that_cannot_tell_of_a_campaign_at_first_is_not_waited_for(app: AppClient):
    Statuses.left = [{"status_code": 500}]

    with pytest.raises(AppError, match="500"):
        watch(app, "campaign-x", lambda _: None)
