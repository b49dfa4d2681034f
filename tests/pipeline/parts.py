"""The processes of a stack that runs, by the module that each of them runs."""

import contextlib
import os
import signal
import time

import psutil

START_SECONDS = 60


def process_of(stack: int, module: str) -> int:
    """The process id of the part that `python -m module` runs; waits for one that is being restarted."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for child in psutil.Process(stack).children():
            with contextlib.suppress(psutil.Error):
                if module in child.cmdline():
                    return child.pid
        time.sleep(0.05)
    raise AssertionError(f"{module} does not run")


def kill(stack: int, module: str) -> int:
    """Kill the part's process with SIGKILL; its process id."""
    pid = process_of(stack, module)
    os.kill(pid, signal.SIGKILL)
    return pid
