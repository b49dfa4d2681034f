"""The range that is reconciled: whole windows, by enqueued time."""

import re
from datetime import UTC, datetime, timedelta

import msgspec

from fraud.windows import WINDOW, WINDOW_MILLISECONDS, compact_time, moment_in, window_of

MAX_RANGE = timedelta(days=7)
MARGIN_WINDOWS = 3
"""Windows on either side that are read but not judged: what belongs to the range may have been reported there."""
MARGIN = MARGIN_WINDOWS * WINDOW

GRACE = timedelta(minutes=14)
"""The wait until a range can be reconciled, from its end: Capture (300 s), the last window (300 s), and late events
that the window analysis looks up again. Before that, late events would be reported as lost."""

GIVEN_UP_AFTER = timedelta(days=1)
"""Capture writes every few minutes: what it has not written a day later, it does not write."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RUN = re.compile(r"reconcile-([0-9]{8}T[0-9]{6}Z)-([0-9]{8}T[0-9]{6}Z)(?:-.*)?", re.ASCII)


class RangeError(ValueError):
    """A range that cannot be reconciled; `field` is `from` or `to`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class Range(msgspec.Struct, frozen=True):
    """The span (start, end] of enqueued times in UTC; both are ends of windows."""

    start: datetime
    end: datetime

    @property
    def instance_id(self) -> str:
        """`reconcile-20260102T000000Z-20260103T000000Z`: the orchestration's id and part of every path."""
        return f"reconcile-{compact_time(self.start)}-{compact_time(self.end)}"

    @property
    def first_window(self) -> int:
        """Number of the first window; see `window_number`."""
        return window_number(milliseconds(self.start)) + 1

    @property
    def last_window(self) -> int:
        """Number of the last window."""
        return window_number(milliseconds(self.end))


def range_of_run(run: str) -> Range | None:
    """The range that the id of a reconciliation names; None if it names none."""
    match = _RUN.fullmatch(run)
    start, end = map(moment_in, match.groups()) if match else (None, None)
    return Range(start, end) if start and end else None


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, rounded up: a window includes its end."""
    return -(-(moment - _EPOCH) // timedelta(milliseconds=1))


def window_number(enqueued: int) -> int:
    """Windows are counted from 1970: window n ends n times five minutes later. `enqueued` is in milliseconds."""
    return -(-enqueued // WINDOW_MILLISECONDS)


def window_end(number: int) -> datetime:
    """The end of a window, in UTC."""
    return _EPOCH + number * WINDOW


def aligned(start: datetime, end: datetime) -> Range:
    """The smallest range of whole windows that holds (start, end]. Raises RangeError."""
    if end <= start:
        raise RangeError("to", "must be later than `from`")
    if end - start > MAX_RANGE:
        raise RangeError("to", f"must be at most {MAX_RANGE.days} days after `from`")
    first = window_of(start)
    return Range(first.end if first.end == start else first.start, window_of(end).end)


def parse_range(start: object, end: object) -> Range:
    """A range from two ISO 8601 times with a time zone, aligned outward to windows. Raises RangeError."""
    return aligned(_moment("from", start), _moment("to", end))


def _moment(field: str, text: object) -> datetime:
    if not isinstance(text, str):
        raise RangeError(field, "must be an ISO 8601 time such as 2026-01-02T10:00:00Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RangeError(field, "must be an ISO 8601 time such as 2026-01-02T10:00:00Z") from None
    if moment.tzinfo is None:
        raise RangeError(field, "must carry a time zone, for example Z")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise RangeError(field, "is out of the calendar") from None
    if not 2000 <= moment.year <= 2200:
        raise RangeError(field, "must lie between the years 2000 and 2200")
    return moment
