"""The records of Capture's files, as far as reconciliation needs them."""

from datetime import UTC, datetime

import msgspec

from fraud.reconciliation.ranges import milliseconds

ENQUEUED = "x-opt-enqueued-time"
"""A system property with the exact time, in milliseconds since 1970."""

_MAX_MOMENTS = 100_000


class Records(msgspec.Struct):
    """The records of a block, in columns. Times are milliseconds since 1970; `exact` says whether they are more than
    the second in which the event arrived."""

    sequences: list[int] = []
    enqueued: list[int] = []
    exact: list[bool] = []
    bodies: list[bytes] = []


class DamagedRecordError(ValueError):
    """A record that is no record; those before it are in the `Records` already."""


_moments: dict[str, tuple[int, bool]] = {}


def read_moment(text: str) -> tuple[int, bool]:
    """`1/2/2026 10:05:00 AM` (whole seconds) or ISO 8601, as milliseconds and whether they are exact. UTC without zone.

    A time without a fraction stands for the second that it begins. Raises ValueError.
    """
    known = _moments.get(text)
    if known is None:
        if len(_moments) >= _MAX_MOMENTS:
            _moments.clear()
        known = _moments[text] = _parse_moment(text)
    return known


def _parse_moment(text: str) -> tuple[int, bool]:
    if "/" in text:
        moment = datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC)
    else:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return milliseconds(moment), "." in text
