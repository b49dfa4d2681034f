"""A worker's journal: how far it has come, written before and after each portion, so that it goes on where it died."""

import fcntl
import os
from pathlib import Path

import msgspec

from cli.app_client import AppError
from fraud.load.planned import TickSent

_SIZE = 2_048
"""An entry is written over the one before in a single write, which the death of the process cannot divide."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a worker: the portion that comes next, and all that was acknowledged before it.

    - in_flight: it is being sent, so the hub may have it already
    - most_behind: the longest time, in seconds, that a tick was sent after it was due
    """

    tick: int = 0
    portion: int = 0
    in_flight: bool = False
    sent: TickSent = TickSent()
    most_behind: float = 0.0


class Journal:
    """The journal of a worker, which one process may hold at a time."""

    def __init__(self, folder: Path, number: int) -> None:
        """Raises AppError if another process holds it."""
        self._file = os.open(_path(folder, number), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise AppError(f"{folder.name} is being sent: worker {number} of it runs") from error
        self.entry = read_entry(folder, number)

    def note(self, **changes: object) -> None:
        """Change the entry, and write it."""
        self.entry = msgspec.structs.replace(self.entry, **changes)
        text = msgspec.json.encode(self.entry)
        assert len(text) < _SIZE  # noqa: S101 - a dozen numbers
        os.pwrite(self._file, text.ljust(_SIZE), 0)

    def close(self) -> None:
        """Release it."""
        os.close(self._file)


def read_entry(folder: Path, number: int) -> Entry:
    """The entry of a worker; that of the beginning if it has never run. Raises AppError if it cannot be read."""
    path = _path(folder, number)
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        return Entry()
    try:
        return msgspec.json.decode(text, type=Entry) if text else Entry()
    except msgspec.DecodeError as error:
        raise AppError(f"{path} cannot be read: {error}; choose another --name") from error


def _path(folder: Path, number: int) -> Path:
    return folder / f"worker-{number}.json"
