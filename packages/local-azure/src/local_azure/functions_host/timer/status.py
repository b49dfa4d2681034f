"""The schedule status of a timer, kept so that a run missed while the host was down is made up for."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec


class ScheduleStatus(msgspec.Struct, frozen=True, rename="pascal"):
    """The times at which the timer ran last, at which it runs next, and at which this was written; UTC."""

    last: datetime
    next: datetime
    last_updated: datetime


NEVER = datetime(1, 1, 1, tzinfo=UTC)


class StatusFile:
    """The status of one function, as a JSON file that is replaced whole."""

    def __init__(self, folder: Path, function: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{quote(function, safe='')}.json"

    def read(self) -> ScheduleStatus | None:
        """The status that was written last; None on a first start or if the file cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=ScheduleStatus)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def write(self, status: ScheduleStatus) -> None:
        """Replace the status; a kill leaves the old or the new one."""
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(status))
        draft.replace(self._path)
