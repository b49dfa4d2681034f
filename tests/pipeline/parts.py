"""The processes of a stack that runs."""

import contextlib
import os
import signal
import time

import psutil

START_SECONDS = 60


def process_of(stack: int, program: str) -> int:
    """The process id of a part, or of what it runs, by the end of a word of its command line, for example its module.

    Waits for one that is being restarted.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        for child in psutil.Process(stack).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(word.endswith(program) for word in child.cmdline()):
                    return child.pid
        time.sleep(0.05)
    raise AssertionError(f"{program} does not run")


def kill(stack: int, program: str) -> int:
    """Kill that process with SIGKILL; its process id."""
    pid = process_of(stack, program)
    os.kill(pid, signal.SIGKILL)
    return pid


def kill_everything(stack: int) -> None:
    """Kill the stack and all that it started, as a power cut would: none of them sees another one end."""
    processes = [psutil.Process(stack), *psutil.Process(stack).children(recursive=True)]
    for process in processes:
        process.suspend()
    for process in processes:
        process.kill()
    _, alive = psutil.wait_procs(processes, timeout=START_SECONDS)
    assert not alive
