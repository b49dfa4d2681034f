"""Points in time as ticks: 100 ns since the year 1 in UTC, as in .NET and in Stream Analytics."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from local_azure.stream_analytics.language.units import TICKS_PER_MICROSECOND, TICKS_PER_SECOND

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_UNIX_EPOCH_SECONDS = int((datetime(1970, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_LAST = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH).total_seconds()) * TICKS_PER_SECOND

_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_SHAPE = re.compile(rb"0000-00-00T00:00:00(?:\.0{1,9})?Z")
_TICK = re.compile(r"[0-9W-]+[T ][0-9:]+[.,][0-9]{6}([0-9])")
_TENS = b"012345"
"""First digits of a minute or a second."""

_SECONDS_KEPT = 4096
_seconds: dict[str, int] = {}
"""Ticks of texts like `2020-03-05T16:42:35`: neighbouring events share it, and parsing it is most of the work."""


class Instant(int):
    """A value of type datetime, in ticks. A class of its own so that it is not taken for a bigint."""

    __slots__ = ()


def ticks_of(moment: datetime) -> int:
    """Ticks of a datetime; one without a zone is taken for UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - _EPOCH
    return (since.days * 86_400 + since.seconds) * TICKS_PER_SECOND + since.microseconds * TICKS_PER_MICROSECOND


def ticks_of_timestamp(seconds: float) -> int:
    """Ticks of seconds since 1970, cut to whole milliseconds as the hub's enqueued times are."""
    return (_UNIX_EPOCH_SECONDS * 1000 + int(seconds * 1000)) * (TICKS_PER_SECOND // 1000)


def timestamp_of(ticks: int) -> float:
    """Seconds since 1970."""
    return ticks / TICKS_PER_SECOND - _UNIX_EPOCH_SECONDS


def datetime_of(ticks: int) -> datetime:
    """The datetime in UTC, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=ticks // TICKS_PER_MICROSECOND)


def is_representable(ticks: int) -> bool:
    """True if these ticks lie between the years 1 and 9999."""
    return 0 <= ticks <= _LAST


def parse_instant(text: str) -> int | None:
    """Ticks of an ISO 8601 text with up to 9 decimals, cut to 7; None for any other text. Without a zone it is UTC."""
    second = _seconds.get(text[:19])
    if second is None:
        second = _learn_second(text)
    if second is not None and len(text) > 19:
        tail = text[19:]
        if tail == "Z":
            return second
        if tail[0] == "." and tail[-1] == "Z":
            fraction = tail[1:-1]
            if not fraction.isdecimal() or not fraction.isascii() or len(fraction) > 9:
                return None
            return second + int(fraction[:7] if len(fraction) >= 7 else fraction.ljust(7, "0"))
    return _parse_general(text)


def _learn_second(text: str) -> int | None:
    if len(text) < 20 or text[10] not in "T ":
        return None
    ticks = _parse_general(text[:19] + "Z")
    if ticks is not None:
        if len(_seconds) >= _SECONDS_KEPT:
            _seconds.clear()
        _seconds[text[:19]] = ticks
    return ticks


def ends_of_texts(texts: Sequence[Any]) -> tuple[int, int] | None:
    """The first and the last of many times in ticks, if `parse_instant` reads all of them and they stand in the order
    of their texts; None if that is not sure: of one day, in one format, and in UTC with a `Z`."""
    try:
        joined = "|".join(texts)
    except TypeError:  # not all of them are texts
        return None
    if not texts or not joined.isascii():
        return None
    stride = len(texts[0]) + 1
    signs = joined.encode() + b"|"
    shapes = signs.translate(_DIGITS_AS_ZEROS)
    # The shape of a time holds no bar, so there are as many shapes as texts only if each text has one.
    if not _SHAPE.fullmatch(shapes[: stride - 1]) or shapes != shapes[:stride] * len(texts):
        return None
    first, last = min(texts), max(texts)
    # Between two hours of one day lie hours alone; minutes and seconds are looked at in each.
    if first[:11] != last[:11] or signs[14::stride].strip(_TENS) or signs[17::stride].strip(_TENS):
        return None
    start, end = parse_instant(first), parse_instant(last)
    return None if start is None or end is None else (start, end)


def _parse_general(text: str) -> int | None:
    if not text[:4].isdecimal() or "-" not in text:
        return None
    try:
        ticks = ticks_of(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
    tick = _TICK.match(text)  # a datetime ends at the microsecond
    return ticks if tick is None else ticks + int(tick[1])


def format_instant(ticks: int) -> str:
    """The text that Stream Analytics prints for a datetime: `2020-03-05T16:42:35.0000000Z`."""
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    return f"{(_EPOCH + timedelta(seconds=seconds)):%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{fraction:07d}Z"
