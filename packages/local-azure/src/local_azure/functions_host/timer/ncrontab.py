"""NCRONTAB expressions: `{second} {minute} {hour} {day} {month} {day-of-week}`, or five fields without seconds.

Source: the NCrontab library's documentation and "NCRONTAB expressions" of the timer trigger. Unlike cron, a day must
match both the day and the day of week. Days of the week run from 0, Sunday, to 6.
"""

import calendar
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
_HORIZON_YEARS = 30  # the longest gap between two 29ths of February on one weekday is 28 years, 40 around 2100


class Ncrontab:
    """A parsed expression. Raises ValueError that names the field which is wrong."""

    def __init__(self, expression: str) -> None:
        texts = expression.split()
        if len(texts) == 5:
            texts.insert(0, "0")
        if len(texts) != 6:
            raise ValueError(f"{expression!r} has {len(texts)} fields; NCRONTAB has six, seconds first")
        sets = [_parse(text, *field) for text, field in zip(texts, _FIELDS, strict=True)]
        self._seconds, self._minutes, self._hours, self._days, self._months, self._weekdays = sets

    def matches_day(self, moment: datetime) -> bool:
        """Whether the expression has occurrences on this day at all."""
        return (
            moment.month in self._months and moment.day in self._days and (moment.weekday() + 1) % 7 in self._weekdays
        )

    def next_after(self, moment: datetime) -> datetime | None:
        """The first occurrence after `moment` (UTC), None if there is none in sight (the 30th of February)."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        if self.matches_day(start) and (found := self._time_of_day(start)):
            return found
        day = start.replace(hour=0, minute=0, second=0)
        last = day + timedelta(days=366 * _HORIZON_YEARS)
        while (day := self._next_day(day)) <= last:
            if self.matches_day(day) and (found := self._time_of_day(day)):
                return found
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


def _parse(text: str, name: str, low: int, high: int, names: tuple[str, ...] | list[str]) -> list[int]:
    """The values of one field, in order: lists of `*`, `n`, `a-b`, each with an optional `/step`."""
    values: set[int] = set()
    for item in text.split(","):
        body, _, step_text = item.partition("/")
        first_text, dash, last_text = body.partition("-")
        try:
            step = int(step_text) if step_text or "/" in item else 1
            if body == "*":
                first, last = low, high
            else:
                first = _value(first_text, low, names)
                last = _value(last_text, low, names) if dash else (high if "/" in item else first)
        except ValueError:
            raise ValueError(f"the {name} field {text!r} cannot be read at {item!r}") from None
        if step < 1 or not low <= first <= high or not low <= last <= high or first > last:
            raise ValueError(
                f"the {name} field {text!r} must lie in {low} to {high}, in order, with a step of 1 or more"
            )
        values.update(range(first, last + 1, step))
    return sorted(values)


def _value(text: str, low: int, names: tuple[str, ...] | list[str]) -> int:
    """A number, or a name of at least three letters."""
    if text.isascii() and text.isdecimal():
        return int(text)
    if len(text) >= 3:
        for index, name in enumerate(names):
            if name.startswith(text.lower()):
                return index + low
    raise ValueError(text)
