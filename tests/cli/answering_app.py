"""An app that gives the command line a few answers, and the command line as a person runs it."""

import json
import sys
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import msgspec
import pytest

from cli.__main__ import main
from cli.commands import command_line


class App(BaseHTTPRequestHandler):
    """Answers by path, once for each answer that is given; the last one stays."""

    answers: ClassVar[dict[str, list[tuple[int, Any]]]] = {}
    asked: ClassVar[list[tuple[str, Any]]] = []
    actors: ClassVar[list[str | None]] = []
    """Who has asked, of each of them."""

    def do_GET(self) -> None:
        """Answer."""
        self._answer(None)

    def do_POST(self) -> None:
        """Answer, and remember the body."""
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        self.asked.append((self.path, body))
        self.actors.append(self.headers.get("x-actor"))
        answers = self.answers.get(self.path, [(404, {"title": "Not found", "detail": f"there is no {self.path}"})])
        status, content = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response_only(status)
        self.send_header("Date", "Fri, 02 Jan 2026 10:00:00 GMT")
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def detective(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["detective", *arguments])
    try:
        return main()
    except SystemExit as end:
        return int(str(end.code))


Output = pytest.CaptureFixture[str]


def run(*command: str) -> int:
    options = command_line().parse_args(list(command))
    return options.run(options)


def shown(capsys: Output, *command: str) -> str:
    assert run(*command) == 0
    return capsys.readouterr().out


def as_json(content: Any) -> Any:
    return msgspec.to_builtins(content)
