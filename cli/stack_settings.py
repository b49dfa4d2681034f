"""The settings file that a stack writes: what of it the command line uses, and whether it still leads to that stack."""

import fcntl
from pathlib import Path

import msgspec

from cli.stack_process import LOCAL_SETTINGS

_LOCK = "stack.lock"
"""Held by the stack for as long as it runs (`local_azure/stack/__main__.py`)."""


class _Host(msgspec.Struct, frozen=True):
    port: int | None = msgspec.field(name="LocalHttpPort", default=None)


class StackSettings(msgspec.Struct, frozen=True):
    """The app's port, its keys if it asks for any, and the connections of its services."""

    host: _Host = msgspec.field(name="Host", default=_Host())
    keys: dict[str, str] = msgspec.field(name="Keys", default_factory=dict[str, str])
    values: dict[str, str] = msgspec.field(name="Values", default_factory=dict[str, str])


def read_settings(file: Path = LOCAL_SETTINGS) -> StackSettings:
    """The settings of a stack that runs, or of a file that no stack has written; else empty ones.

    The file stays when its stack ends. Then other stacks of this machine may have taken the ports that it names, and
    whoever believed it would read, or change, what is theirs.
    """
    if _stands(file.with_name(_LOCK)):
        return StackSettings()
    try:
        return msgspec.json.decode(file.read_bytes(), type=StackSettings)
    except (OSError, msgspec.DecodeError):
        return StackSettings()


def _stands(lock: Path) -> bool:
    """A stack has run here and does not any more."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # without a lock, or while a stack holds it
        return False
    return True
