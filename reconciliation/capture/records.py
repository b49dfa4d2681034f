"""The records of Capture's files, as far as reconciliation needs them."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from reconciliation.ranges import milliseconds

ENQUEUED = "x-opt-enqueued-time"
"""A system property with the exact time, in milliseconds since 1970."""

END_OF_TIME = 253_402_300_800_000
"""The year 10000 in milliseconds: a later time of arrival is not taken, nor one before 1970."""

_MAX_MOMENTS = 100_000


class Records(msgspec.Struct):
    """Records in columns. A reader that works in columns gives arrays of numbers in place of lists.

    `enqueued` are milliseconds since 1970. Where only the second of arrival is known, it is the complement (`~`) of the
    second's first millisecond, and so negative: see `read_moment`.
    """

    sequences: Any = []
    enqueued: Any = []
    bodies: list[bytes] = []

    def lists(self) -> tuple[list[int], list[int], list[bytes]]:
        """The columns as lists, whatever they are."""
        return [*map(int, self.sequences)], [*map(int, self.enqueued)], self.bodies

    def halves(self, size: int) -> "tuple[Records, Records]":
        """The first `size` records, and the others."""
        return (
            Records(self.sequences[:size], self.enqueued[:size], self.bodies[:size]),
            Records(self.sequences[size:], self.enqueued[size:], self.bodies[size:]),
        )


class DamagedRecordError(ValueError):
    """Bytes that are not a record; those before it are in the `Records` already."""


def begin_of(enqueued: int) -> int:
    """The time of arrival in milliseconds, or the first millisecond of its second."""
    return enqueued if enqueued >= 0 else ~enqueued


_moments: dict[str, int] = {}


def read_moment(text: str) -> int:
    """`1/2/2026 10:05:00 AM` (whole seconds) or ISO 8601 as `Records.enqueued` holds it. UTC where no zone is given.

    A time without a fraction stands for the second that it begins. Raises ValueError.
    """
    moment = _moments.get(text)
    if moment is None:
        if len(_moments) >= _MAX_MOMENTS:
            _moments.clear()
        moment = _moments[text] = _parse_moment(text)
    return moment


def _parse_moment(text: str) -> int:
    if "/" in text:
        moment = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)
    else:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment.year < 1970:
        raise ValueError(f"{text} is before 1970")
    return milliseconds(moment) if "." in text else ~milliseconds(moment)
