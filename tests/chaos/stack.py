"""The stack under chaos: started, killed and started again over one state; its processes by the names of the parts."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
import psutil

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "functions": "local_azure.functions_host",
    "amqp": "local_azure.amqp",
    "cosmos": "local_azure.cosmos",
    "stream-analytics": "local_azure.stream_analytics",
    "azurite": "azurite/dist/src/blob/main.js",
}
"""The end of a word in the command line of each part."""
SUPERVISOR = "supervisor"
_READY_SECONDS = 600
_ATTEMPTS = 5
_READY = "ready stack functions="


class ChaosStack:
    """A stack with its state in a folder. Every start counts; `log` has what all of them said."""

    def __init__(self, folder: Path, speed: float) -> None:
        self.settings_file = folder / "local.settings.json"
        self.log = folder / "stack.log"
        self.starts = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.faults_port: int = free.getsockname()[1]
        self._command = [
            *(sys.executable, "-m", "local_azure.stack", "up", "--speed", str(speed), "--state", str(folder / "state")),
            *("--settings", str(self.settings_file), "--faults-port", str(self.faults_port)),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._offset = 0
        self._may_start_again = False

    def start(self) -> None:
        """Start it and wait until all parts are ready. Raises AssertionError if they are not in time.

        A supervisor gives up on a part that takes longer than a minute, as one does on a machine that is busy with much
        else. It is then started again, as a person would do it.
        """
        self._may_start_again = True
        try:
            for _ in range(_ATTEMPTS - 1):
                self._launch()
                if self._becomes_ready():
                    return
        finally:
            self._may_start_again = False
        self._launch()
        self._wait_until_ready()

    def _launch(self) -> None:
        self.starts += 1
        self._offset = self.log.stat().st_size if self.log.exists() else 0
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "LOCAL_AZURE_SUPERVISED": "1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def _becomes_ready(self) -> bool:
        """False if the supervisor gives up before everything is ready."""
        assert self._process is not None
        while self._process.poll() is None:
            if _READY in self._said():
                return True
            time.sleep(0.2)
        return False

    def _said(self) -> str:
        """All that the last start has said."""
        return self.log.read_bytes()[self._offset :].decode(errors="replace")

    def _wait_until_ready(self) -> str:
        """What the last start has said, the ready line included."""
        end = time.monotonic() + _READY_SECONDS
        while _READY not in (said := self._said()):
            assert self._process is not None
            assert self._may_start_again or self._process.poll() is None, f"the stack did not start: {said[-2_000:]}"
            assert time.monotonic() < end, f"the stack is not ready: {said[-2_000:]}"
            time.sleep(0.2)
        return said

    @property
    def runs(self) -> bool:
        """False if it was killed, or gave up on a part."""
        return self._process is not None and self._process.poll() is None

    def settings(self) -> dict[str, str]:
        """The connection settings."""
        return msgspec.json.decode(self.settings_file.read_bytes())["Values"]

    @property
    def url(self) -> str:
        """Where the app answers; waits while another thread starts it: its ports may change with each start."""
        line = self._wait_until_ready().rpartition(_READY)[2]
        return "http://" + line.split()[0]

    def process_of(self, part: str) -> psutil.Process | None:
        """The process of a part, or what it runs; None while it is being started again."""
        try:
            assert self._process is not None
            for child in psutil.Process(self._process.pid).children(recursive=True):
                if any(word.endswith(PROGRAMS[part]) for word in child.cmdline()):
                    return child
        except psutil.Error:
            return None
        return None

    def kill(self, part: str) -> bool:
        """SIGKILL; False if it does not run right now."""
        if part == SUPERVISOR:
            assert self._process is not None
            self._process.kill()
            self._process.wait()
            return True
        process = self.process_of(part)
        if process is None:
            return False
        process.send_signal(signal.SIGKILL)
        return True

    def fill_disk(self, part: str) -> bool:
        """Let no file of a part grow beyond a few kilobytes, as a full disk would; False if it does not run."""
        process = self.process_of(part)
        if process is None:
            return False
        hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4_096, hard))
        return True

    def set_faults(self, part: str, faults: dict[str, Any]) -> bool:
        """Set the faults of `amqp` or `cosmos`; False if it does not answer."""
        address = f"http://127.0.0.1:{self.faults_port}/"
        if part == "cosmos":
            address = self.settings()["Cosmos"].partition("AccountEndpoint=")[2].partition(";")[0]
        request = urllib.request.Request(address + "_local/faults", msgspec.json.encode(faults))
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)
