"""Starts hosts and says what is needed of them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local_azure.core.clock import SETTING
from local_azure.core.process import LOOPBACK
from local_azure.testing.parts import Part, running

APPS = Path(__file__).parent / "apps"


class Host:
    """A running host: where it answers and what it logs."""

    def __init__(self, part: Part, state: Path) -> None:
        self.part = part
        self.base = part.addresses[0]
        self._log = state.with_suffix(".log")

    @property
    def log(self) -> str:
        """All that it has logged so far."""
        return self._log.read_text()

    def connect(self) -> socket.socket:
        """A bare connection, for bytes that no client would send."""
        port = int(self.base.rpartition(":")[2])
        return socket.create_connection((LOOPBACK, port), timeout=10)


@contextmanager
def host(app: Path, state: Path, settings: dict[str, str] | None = None, *options: str) -> Generator[Host]:
    """A host of this app on a free port, stopped in order at the end."""
    with running("functions_host", "--app", str(app), "--port", "0", *options, state=state, settings=settings) as part:
        yield Host(part, state)


def refusal(app: Path, state: Path, *options: str, **settings: str) -> str:
    """The error output of a host that cannot start this app. It must exit with 2."""
    command = [sys.executable, "-m", "local_azure.functions_host", "--app", str(app), "--port", "0"]
    # Settings of the test session itself would be those that the app misses.
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", SETTING}}
    ended = subprocess.run(
        [*command, "--state", str(state), *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=kept | settings,
    )
    assert ended.returncode == 2, ended.stderr
    return ended.stderr


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until something is so, and return it."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.02)
    return result


def ended(urls: dict[str, str], seconds: float = 60) -> dict[str, Any]:
    """The status of an orchestration by the URLs of its start, once it is completed or has failed."""

    def look() -> Any:
        status = requests.get(urls["statusQueryGetUri"], timeout=10).json()
        return status if status["runtimeStatus"] in {"Completed", "Failed"} else None

    return until(look, seconds)


def journal(path: Path, function: str | None = None) -> list[dict[str, Any]]:
    """The notes of an app's functions, in order; a line that is being written is left out."""
    text = path.read_text() if path.exists() else ""
    notes = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [note for note in notes if function in {None, note["function"]}]
