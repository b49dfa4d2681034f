"""A whole stack for tests: its own state, settings and ports; and a way to kill its parts."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import psutil

from cli.app_client import AppClient

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


class RunningStack:
    """A stack that runs: the app behind it, and its processes."""

    def __init__(self, process: subprocess.Popen[str], app: AppClient) -> None:
        self.process = process
        self.app = app

    def part(self, module: str) -> psutil.Process:
        """The process of the part that `python -m module` runs; waits for one that is being restarted."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    if module in child.cmdline():
                        return child
            time.sleep(0.05)
        raise AssertionError(f"{module} does not run")

    def kill(self, module: str) -> None:
        """Kill the part's process with SIGKILL."""
        os.kill(self.part(module).pid, signal.SIGKILL)


@contextlib.contextmanager
def running_stack(folder: Path, speed: float) -> Generator[RunningStack]:
    """Run a stack with everything it keeps in `folder`."""
    command = [sys.executable, "-m", "local_azure.stack", "up", "--speed", str(speed)]
    command += ["--state", str(folder / "state"), "--settings", str(folder / "local.settings.json")]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            yield RunningStack(process, AppClient(_ready_url(process), patience=START_SECONDS))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def _ready_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("ready stack functions="):
            return "http://" + line.strip().partition("=")[2]
    raise AssertionError("the stack did not start:\n" + "".join(said))
