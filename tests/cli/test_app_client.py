import threading
import time
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from cli.app_client import AppClient, AppError


class Answers(BaseHTTPRequestHandler):
    """Answers by path, as the app does."""

    busy: ClassVar[list[int]] = []
    """The statuses with which it says that it is busy, one after another."""
    seen: ClassVar[list[tuple[str, str | None]]] = []
    """The paths that were asked for, with the key."""

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("x-functions-key")))
        if self.path in {"/api/health/details", "/away"}:
            self.send_response(307)
            self.send_header("Location", "/ok")
            self.end_headers()
            return
        if self.path == "/busy":
            self.send_response(self.busy.pop(0) if self.busy else 200)
            self.end_headers()
            self.wfile.write(b'{"a": 1}')
            return
        status, body = {
            "/ok": (200, b'{"a": 1}'),
            "/bad": (400, b'{"title": "Bad request", "detail": "count must be a number"}'),
            "/locked": (401, b""),
            "/broken": (500, b"<html>"),
        }[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Generator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


def client_of(server: HTTPServer, patience: float = 0) -> AppClient:
    return AppClient(f"http://127.0.0.1:{server.server_port}", patience=patience)


def test_an_answer_is_its_json(server: HTTPServer):
    assert client_of(server).get("ok") == {"a": 1}


@pytest.mark.parametrize(
    ("path", "words"), [("bad", "count must be a number"), ("locked", "function key"), ("broken", "500")]
)
def test_a_refusal_says_what_the_app_said(server: HTTPServer, path: str, words: str):
    with pytest.raises(AppError, match=words):
        client_of(server).get(path)


def test_a_redirect_is_not_followed_so_that_the_key_goes_nowhere_else(server: HTTPServer):
    Answers.seen.clear()
    app = AppClient(f"http://127.0.0.1:{server.server_port}", "s3cret")

    with pytest.raises(AppError, match="leads to /ok: is --url the app's own address"):
        app.get("away")
    with pytest.raises(AppError, match="leads to /ok"):
        app.health()

    assert Answers.seen == [("/away", "s3cret"), ("/api/health/details", "s3cret")]


def test_an_app_that_does_not_run_is_named_with_what_to_do():
    with pytest.raises(AppError, match=r"nothing answers at http://127\.0\.0\.1:9.*make up"):
        AppClient("http://127.0.0.1:9").get("ok")


def test_a_patient_client_waits_for_an_app_that_restarts(server: HTTPServer):
    port = server.server_port
    server.shutdown()
    server.server_close()
    with pytest.raises(AppError):
        client_of(server).get("ok")

    def restart() -> None:
        time.sleep(0.5)
        with HTTPServer(("127.0.0.1", port), Answers) as again:
            again.handle_request()

    restarting = threading.Thread(target=restart)
    restarting.start()
    assert client_of(server, patience=10).get("ok") == {"a": 1}
    restarting.join()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_patient_client_asks_again_where_the_app_is_too_busy(server: HTTPServer, status: int):
    Answers.busy = [status, status]

    assert client_of(server).patient(10).get("busy") == {"a": 1}


def test_an_answer_that_says_that_the_app_is_busy_is_the_last_word_for_others(server: HTTPServer):
    client = client_of(server).patient(10)

    Answers.busy = [503, 503]
    with pytest.raises(AppError, match="503"):
        client_of(server).get("busy")
    assert Answers.busy == [503]
    # It may have done what it was asked for.
    with pytest.raises(AppError, match="503"):
        client.post("busy")
    Answers.busy = [503]
    assert client.get("busy", accept=(503,)) == {"a": 1}
    with pytest.raises(AppError, match="count must be a number"):
        client.get("bad")


def test_patience_ends_with_the_reason(server: HTTPServer):
    with pytest.raises(AppError, match="500"):
        client_of(server, patience=0.3).get("broken")
