"""An app on Microsoft's own Durable extension, by a program that hosts it.

`DURABLE_HOST` names the program (`--app DIR --port N --state DIR`). It keeps its task hubs in the
blob, queue and table services of an Azurite, and `DurableHost` can be killed and started again on the same state.

    with azurite_services(tmp_path) as azurite, DurableHost(program, azurite, app=app, state=tmp_path / "host") as host:
        host.kill()
        host.start()
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from local_azure.azurite.install import default_folder
from local_azure.azurite.node import node
from local_azure.testing.stream_job import free_port

START_SECONDS = 120.0


def durable_host_program(root: Path) -> Path:
    """The program that `DURABLE_HOST` names, seen from `root`.

    Skips the test if it names none; fails it if `REQUIRE_DURABLE_HOST` is set.
    """
    import pytest  # noqa: PLC0415 - who only runs an app needs no pytest

    name = os.environ.get("DURABLE_HOST")
    if not name and os.environ.get("REQUIRE_DURABLE_HOST"):
        pytest.fail("DURABLE_HOST names no program, and REQUIRE_DURABLE_HOST asks for one")
    if not name:
        pytest.skip("DURABLE_HOST names no program that runs Microsoft's Durable extension")
    return (root / name).resolve()


class DurableHost:
    """A program that runs the app in `app`. `azurite` is the first of an Azurite's three ports.

    `environment` holds the settings of the app and of the program. Its log is `host.log` beside `state`.
    """

    def __init__(
        self,
        program: Path,
        azurite: int,
        *,
        app: Path,
        state: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.environment = dict(environment or {})
        self._command = [program, "--app", app, "--port", str(self.port), "--state", state]
        self._fixed = {"ORACLE_PYTHON": sys.executable, "AZURITE_PORT": str(azurite), "PYTHONPATH": ""}
        self._log = state.with_name("host.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`, the same after a restart."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections. Raises AssertionError with its log if it ends before."""
        environment = os.environ | self._fixed | self.environment
        with self._log.open("ab") as log:
            # A group of its own: what it starts ends with it.
            self._process = subprocess.Popen(
                self._command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            until_open(self.port, self._process)
        except OSError as error:
            self.kill()
            raise AssertionError(f"the durable host did not start: {self._log.read_text()[-2000:]}") from error

    def kill(self) -> None:
        """End it and the worker that it started as a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, 9)
            self._process.wait(timeout=30)
            self._process = None

    def __enter__(self) -> "DurableHost":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Killed: nothing of its state is needed, and it takes its time to stop in order.
        self.kill()


@contextmanager
def azurite_services(folder: Path, tools: Path | None = None) -> Generator[int]:
    """Azurite's blob, queue and table services, in memory; gives the first of their three ports.

    `tools` is where Azurite is installed, by default where the local part installs it.
    """
    script = (tools or default_folder()) / "node_modules/azurite/dist/src/azurite.js"
    first = _three_free_ports()
    options: list[str | Path] = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"]
    ports = ["--blobPort", str(first), "--queuePort", str(first + 1), "--tablePort", str(first + 2)]
    process = subprocess.Popen([node(), script, *options, *ports], cwd=folder)
    try:
        for port in range(first, first + 3):
            until_open(port, process)
        yield first
    finally:
        process.kill()
        process.wait(timeout=30)


def until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until somebody listens on the port. Raises OSError if the process ends before, or after START_SECONDS."""
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


def _three_free_ports() -> int:
    while True:
        first = free_port()
        try:
            for port in range(first, first + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first
