"""The stack as a child of the command line: started, waited for, stopped in order."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
LOCAL_SETTINGS = ROOT / ".local" / "local.settings.json"
_CONFIG = ROOT / "local-azure.toml"
_STACK = (sys.executable, "-m", "local_azure.stack")
_READY = "ready stack functions="
_GAVE_UP = "stack cannot go on"
_STOP_SECONDS = 60.0


class StackError(Exception):
    """The stack did not start; the message holds what it said."""


class Stack(msgspec.Struct, frozen=True):
    """A stack that runs: its process, and where the app behind it answers."""

    pid: int
    url: str
    settings: Path = LOCAL_SETTINGS


def forget_stack(state: Path, settings: Path = LOCAL_SETTINGS) -> None:
    """Remove the state of a stack. Raises StackError, and removes nothing, while this clone's stack runs."""
    said = subprocess.run(  # noqa: S603 - our own module
        [*_STACK, "reset", "--config", str(_CONFIG), "--state", str(state), "--settings", str(settings)],
        check=False,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_STOP_SECONDS,
    )
    if said.returncode:
        raise StackError(f"the stack did not start:\n{said.stdout}")


@contextlib.contextmanager
def running_stack(
    state: Path,
    speed: float,
    say: Callable[[str], None],
    settings: Path = LOCAL_SETTINGS,
    config: Path = _CONFIG,
    *,
    not_before: datetime | None = None,
) -> Generator[Stack]:
    """Run a stack with its own state for as long as the block lasts. `say` gets a line for each part that is ready.

    Azure's time begins at `not_before`, if it would begin earlier.

    Raises StackError if it does not become ready, or if the block fails because the stack could not go on.
    """
    command = [*_STACK, "up", "--speed", str(speed)]
    if not_before is not None:
        command += ["--not-before", not_before.isoformat()]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [*command, "--config", str(config), "--state", str(state), "--settings", str(settings)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # Supervised: if the command line dies, for any reason, the stack ends as well.
        env={**os.environ, "PYTHONUNBUFFERED": "1", "LOCAL_AZURE_SUPERVISED": "1"},
        # Ctrl-C reaches the command line alone, which then stops the stack in order.
        start_new_session=True,
    )
    try:
        yield Stack(process.pid, _wait_until_ready(process, say), settings)
    except Exception as error:
        # What failed in the block, for example an app that does not answer, is then only a consequence.
        if _GAVE_UP in (said := _stop(process)):
            raise StackError(f"the stack ended:\n{said}") from error
        raise
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> str:
    """Stop the stack in order, if it was not stopped before; gives the output that was not read yet."""
    assert process.stdout is not None  # noqa: S101 - asked for at its start
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
        # Not `communicate`: it loses what was read ahead of the ready line. A few lines fit into the pipe meanwhile.
        return process.stdout.read()
    return ""


def _wait_until_ready(process: subprocess.Popen[str], say: Callable[[str], None]) -> str:
    """The address of the app, from the stack's ready line."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    said: list[str] = []
    for line in process.stdout:
        if line.startswith(_READY):
            return "http://" + line.strip().removeprefix(_READY)
        said.append(line)
        if line.startswith("  ") and " ready in " in line:
            say(line.rstrip())
    raise StackError("the stack did not start:\n" + "".join(said))
