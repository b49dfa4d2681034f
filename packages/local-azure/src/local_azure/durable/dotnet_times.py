"""Times in the ways in which .NET reads them from a text (`DateTime.TryParse` in the invariant culture).

With a T it is ISO 8601, read strictly. Otherwise the time stands before or behind the date, and may have AM or PM; the
month is a number or a name; a weekday must be that of the date. A date without a day is the first of its month. Not
read, though .NET does: a date without a year, a time without a date (they are those of today), and eras.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_LONGEST = 100
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIDNIGHT = datetime.min.replace(tzinfo=UTC)
LEAST_TIME = _MIDNIGHT.timestamp()
"""The least time that .NET has, which stands for none where it is a default."""
_LAST_OF_THIS_CENTURY = 49

_OFFSET = r"(?P<offset>z|gmt|[-+][0-9]{1,2}(?::?[0-9]{2})?)"
_FRACTION = r"(?:[.,](?P<fraction>[0-9]+))?"
_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})t(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    rf"(?::(?P<second>[0-9]{{2}}){_FRACTION})?\s*(?!gmt)(?:{_OFFSET})?"
)
_CLOCK = re.compile(
    r"(?<![0-9:])(?P<hour>[0-9]{1,2})"
    rf"(?::(?P<minute>[0-9]{{1,2}})(?::(?P<second>[0-9]{{1,2}}){_FRACTION})?(?:\s*(?P<half>[ap]m))?|\s*(?P<sharp>[ap]m))"
    rf"(?:\s*{_OFFSET})?(?![-+:0-9a-z])"
)
_DATE_OFFSET = re.compile(r"[\s,]*(?:z|gmt)$")
_PARTS = re.compile(r"[0-9]+|[a-z]+")
_BETWEEN = re.compile(r"[\s,]*[-/.]?[\s,]*")
_ORDERS = {
    "4nn": "ymd", "nn4": "mdy", "nnn": "mdy", "nw4": "dmy", "nwn": "dmy", "wn4": "mdy", "wnn": "mdy", "4wn": "ymd",
    "w4": "my", "n4": "my", "4w": "ym", "4n": "ym",
}  # fmt: skip
"""The parts of a date by their kinds: `4` a number of three or four digits, `n` a shorter one, `w` a word."""


def read_time(text: str) -> float | None:
    """A time in seconds since 1970, without a zone UTC; None if it is not one."""
    text = text.strip().lower()
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        moment = _moment(text)
        return None if moment is None else moment.timestamp()
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if match:
        date = match["date"]
    elif match := _CLOCK.search(text):
        before, behind = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,")
        if before and behind:
            return None
        date = before or behind
    else:
        date = _DATE_OFFSET.sub("", text)
    day = _date(date.strip(" ,"))
    return day if day is None or match is None else day.replace(tzinfo=_zone(match["offset"])) + _since_midnight(match)


def _date(text: str) -> datetime | None:
    parts = _PARTS.findall(text)
    if any(not _BETWEEN.fullmatch(each) for each in _PARTS.split(text)):
        return None
    weekday = _named(parts[0], _WEEKDAYS) if parts else None
    if weekday is not None:
        parts = parts[1:]
    order = _ORDERS.get("".join(map(_kind, parts)))
    if order is None:
        return None
    said = dict(zip(order, parts, strict=True))
    month = _named(said["m"], _MONTHS)
    day = datetime(_year(said["y"]), int(said["m"]) if month is None else month + 1, int(said.get("d", 1)), tzinfo=UTC)
    return day if weekday in {None, day.weekday()} else None


def _kind(part: str) -> str:
    if part.isalpha():
        return "w"
    return {1: "n", 2: "n", 3: "4", 4: "4"}.get(len(part), "?")


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """The place of a name that is written out or as its first three letters."""
    return next((place for place, name in enumerate(names) if word in {name, name[:3]}), None)


def _year(text: str) -> int:
    if len(text) > 2:
        return int(text)
    return int(text) + (2000 if int(text) <= _LAST_OF_THIS_CENTURY else 1900)


def _since_midnight(match: re.Match[str]) -> timedelta:
    """The time of day. Raises ValueError for one that no day has."""
    part = match.groupdict()
    hour, half = int(part["hour"]), part.get("half") or part.get("sharp")
    if half:
        if hour > 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half == "pm" else 0)
    fraction = f"{part['fraction'] or '':0<6}"[:6]
    at = datetime(1, 1, 1, hour, int(part["minute"] or 0), int(part["second"] or 0), int(fraction), UTC)
    return at - _MIDNIGHT


def _zone(offset: str | None) -> timezone:
    """A zone by its distance from Greenwich. Raises ValueError for one that is too far."""
    if offset in {None, "z", "gmt"}:
        return UTC
    digits = str(offset)[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    if distance > timedelta(hours=14) or int(minutes) > 59:
        raise ValueError(offset)
    return timezone(-distance if str(offset)[0] == "-" else distance)
