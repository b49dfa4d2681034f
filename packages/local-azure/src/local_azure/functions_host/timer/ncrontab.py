"""NCRONTAB expressions: `{second} {minute} {hour} {day} {month} {day-of-week}`, or five fields without seconds.

Source: "NCRONTAB expressions" of the timer trigger, and what NCrontab.Signed 3.4.0, its library, answered to the
expressions of `tests/functions_host/golden/ncrontab.tsv`. Unlike cron, a day must match both the day and the day of
week. Days of the week run from 0, Sunday, to 6. The library swaps reversed bounds (`22-6` means 6 to 22), takes a
step below 1 for 1, and knows a month or a day by any beginning of its name (`m` is March, the first). Spaces alone part
the fields: a tab is taken beside a number, and parts nothing.
"""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_MONTHS = [name.lower() for name in calendar.month_name][1:]
_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day-of-week", 0, 6, _DAYS),
)
_DIGITS = "0123456789"
_HORIZON_YEARS = 30  # the longest gap between two 29ths of February on one weekday is 28 years, 40 around 2100


class Ncrontab:
    """A parsed expression. `swapped` says which bounds were swapped, and what they mean now."""

    def __init__(self, expression: str) -> None:
        """Raises ValueError that names the field which is wrong."""
        texts = [text for text in expression.split(" ") if text]
        if len(texts) == 5:
            texts.insert(0, "0")
        if len(texts) != 6:
            raise ValueError(f"{expression!r} has {len(texts)} fields; NCRONTAB has six, seconds first")
        fields = [_Field(text, *field) for text, field in zip(texts, _FIELDS, strict=True)]
        self.swapped = [swap for field in fields for swap in field.swapped]
        sets = [field.values for field in fields]
        self._seconds, self._minutes, self._hours, self._days, self._months, self._weekdays = sets

    def matches_day(self, moment: datetime) -> bool:
        """True if the expression occurs on this day at all."""
        return (
            moment.month in self._months and moment.day in self._days and (moment.weekday() + 1) % 7 in self._weekdays
        )

    def next_after(self, moment: datetime) -> datetime | None:
        """The first occurrence after `moment` (UTC), None if none is in sight (the 30th of February)."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        if self.matches_day(start) and (today := self._time_of_day(start)):
            return today
        day = start.replace(hour=0, minute=0, second=0)
        last = day + timedelta(days=366 * _HORIZON_YEARS)
        while (day := self._next_day(day)) <= last:
            if self.matches_day(day) and (occurrence := self._time_of_day(day)):
                return occurrence
        return None

    def _next_day(self, day: datetime) -> datetime:
        """The following day, or the first of the following month where this one does not match."""
        if day.month in self._months:
            return day + timedelta(days=1)
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)

    def _time_of_day(self, start: datetime) -> datetime | None:
        for hour in self._hours:
            if hour < start.hour:
                continue
            for minute in self._minutes:
                if (hour, minute) < (start.hour, start.minute):
                    continue
                for second in self._seconds:
                    if (hour, minute, second) >= (start.hour, start.minute, start.second):
                        return start.replace(hour=hour, minute=minute, second=second)
        return None


class _Field:
    """The values of one field: lists of `*`, `n`, `a-b`, each with an optional `/step`."""

    def __init__(self, text: str, name: str, low: int, high: int, names: Sequence[str]) -> None:
        self.swapped: list[str] = []
        self._text, self._name, self._low, self._high, self._names = text, name, low, high, names
        values: set[int] = set()
        for item in text.split(","):
            values.update(self._values(item))
        self.values = sorted(values)

    def _values(self, item: str) -> range:
        body, slash, step_text = item.partition("/")
        first_text, dash, last_text = body.partition("-")
        try:
            step = _whole(step_text) if slash else 1
            if body == "*":
                first, last = self._low, self._high
            else:
                first = self._value(first_text)
                last = self._value(last_text) if dash else (self._high if slash else first)
        except ValueError:
            raise ValueError(f"the {self._name} field {self._text!r} cannot be read at {item!r}") from None
        if not (self._low <= first <= self._high and self._low <= last <= self._high):
            raise ValueError(f"the {self._name} field {self._text!r} must lie in {self._low} to {self._high}")
        if first > last:
            first, last = last, first
            self.swapped.append(f"{body} of the {self._name} field means {first}-{last}")
        return range(first, last + 1, max(step, 1))

    def _value(self, text: str) -> int:
        """A number, or the first name that begins so."""
        if text[:1] in _DIGITS and text:
            return _whole(text)
        for index, name in enumerate(self._names):
            if text and name.startswith(text.lower()):
                return index + self._low
        raise ValueError(text)


def _whole(text: str) -> int:
    """A number as .NET reads it: ASCII digits, a sign, white space around; 32 bits. Raises ValueError."""
    text = text.strip("\t\n\v\f\r")
    if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**31) <= int(text) < 2**31:
        raise ValueError(text)
    return int(text)
