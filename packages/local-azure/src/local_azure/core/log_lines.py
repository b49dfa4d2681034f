"""Lines about what a part refuses: one for each, without the payload, and few of them in a flood."""

import logging
import time
from collections.abc import Callable

LINES, SPAN = 20, 10.0
"""At most so many warnings of one kind in so many seconds; the rest are counted."""


class _Kind:
    """The warnings that one place in the code has written."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.written = 0
        self.withheld = 0


class Rationed(logging.Filter):
    """Holds back warnings of the parts' own code beyond `LINES` of a kind in `SPAN` seconds.

    A kind is a place in the code: a logger and its text before the values are filled in, so that one noisy client does
    not hide another's trouble. Errors, and what an app logs, are never held back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the record is written; the last one before the rest are held back says so."""
        if record.levelno != logging.WARNING or not record.name.startswith("local_azure."):
            return True
        now = self._now()
        kind = self._kinds.setdefault((record.name, str(record.msg)), _Kind(now))
        notes: list[str] = []
        if now - kind.since >= SPAN:
            if kind.withheld:
                notes.append(f"{kind.withheld} more like this were not written")
            kind.since, kind.written, kind.withheld = now, 0, 0
        if kind.written == LINES:
            kind.withheld += 1
            return False
        kind.written += 1
        if kind.written == LINES:
            notes.append(f"more like this in {SPAN:.0f} s are only counted")
        if notes:
            record.msg, record.args = f"{record.getMessage()} ({'; '.join(notes)})", None
        return True
