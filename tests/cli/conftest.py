"""The app that the command line talks to."""

import threading
from collections.abc import Generator
from http.server import HTTPServer

import pytest

from cli import campaigns
from tests.cli.answering_app import App


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Generator[type[App]]:
    """An app that has no answers yet."""
    App.answers, App.asked, App.actors = {}, [], []
    monkeypatch.setattr(campaigns, "_POLL_SECONDS", 0.0)
    with HTTPServer(("127.0.0.1", 0), App) as server:
        monkeypatch.setenv("DETECTIVE_URL", f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield App
        server.shutdown()
