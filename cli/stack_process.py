"""The stack as a child of the command line: started, waited for, stopped in order."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_STOP_SECONDS = 60.0


class StackError(Exception):
    """The stack did not start; the message holds what it said."""


@contextlib.contextmanager
def running_stack(state: Path, speed: float, say: Callable[[str], None]) -> Generator[subprocess.Popen[str]]:
    """Run the stack with its own state for as long as the block lasts. `say` gets each line until it is ready.

    Raises StackError if it does not become ready.
    """
    command = [sys.executable, "-m", "local_azure.stack", "up", "--state", str(state), "--speed", str(speed)]
    stack = subprocess.Popen(  # noqa: S603 - our own module
        command,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        # Ctrl-C reaches the command line alone, which then stops the stack in order.
        start_new_session=True,
    )
    try:
        _wait_until_ready(stack, say)
        yield stack
    finally:
        stack.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            stack.communicate(timeout=_STOP_SECONDS)


def _wait_until_ready(stack: subprocess.Popen[str], say: Callable[[str], None]) -> None:
    assert stack.stdout is not None  # noqa: S101 - asked for above
    said: list[str] = []
    for line in stack.stdout:
        if line.startswith("ready stack"):
            return
        said.append(line)
        if line.startswith("  ") and " ready in " in line:
            say(line.rstrip())
    raise StackError("the stack did not start:\n" + "".join(said))
