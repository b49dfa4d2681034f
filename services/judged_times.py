"""The time at which a case was judged, which the time of its document does not tell once something else was written."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fraud.desk.review import REVIEW_FIELD

JUDGED_FIELD = "judged"
"""Seconds since 1970 by Azure's clock, kept when a case is reviewed, or judged again on purpose."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def judged_seconds(document: dict[str, Any]) -> int | None:
    """The time of the last write of a case by its own analysis; None if an earlier version has let a review hide it."""
    seconds = document.get(JUDGED_FIELD, None if REVIEW_FIELD in document else document.get("_ts"))
    return seconds if isinstance(seconds, int) else None


def judged_at(document: dict[str, Any]) -> datetime | None:
    """`judged_seconds` as a time."""
    seconds = judged_seconds(document)
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None  # somebody has altered it


def as_judged(moment: datetime) -> int:
    """A time as `judged_seconds` gave it."""
    return int((moment - _EPOCH).total_seconds())
