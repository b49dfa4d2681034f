"""TimeSpans as .NET reads them: `hh:mm:ss`, `d.hh:mm:ss`, `d:hh:mm:ss`, with up to seven digits of a fraction.

Source: "TimeSpan.Parse" of .NET. Of three numbers the first is hours only up to 23: `24:00:00` is 24 days.
"""

import re

_LARGEST_SECONDS = 922_337_203_685.4775807  # TimeSpan.MaxValue
_HOURS_OF_A_DAY = 24
_TIMESPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})[.:])?(?P<hours>\d{1,8}):(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2})(?:\.(?P<fraction>\d{1,7}))?",
    re.ASCII,
)


class TimeSpan(float):
    """A span of time in seconds."""


def parse_timespan(text: str) -> TimeSpan:
    """The seconds of a TimeSpan. Raises ValueError if the text is not one, or is longer than .NET's longest."""
    match = _TIMESPAN.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a TimeSpan such as 00:05:00 or 1.00:00:00")
    days, hours, minutes, seconds = (int(match[part] or 0) for part in ("days", "hours", "minutes", "seconds"))
    if is_days_first(text) and not match["fraction"]:
        days, hours, minutes, seconds = hours, minutes, seconds, 0
    if hours >= _HOURS_OF_A_DAY or minutes > 59 or seconds > 59:
        raise ValueError(f"{text!r} is not a TimeSpan: hours go to 23, minutes and seconds to 59")
    span = days * 86_400 + hours * 3_600 + minutes * 60 + seconds + float(f"0.{match['fraction'] or 0}")
    if span > _LARGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than the longest TimeSpan, 10675199.02:48:05.4775807")
    return TimeSpan(-span if match["sign"] else span)


def is_days_first(text: str) -> bool:
    """True for three numbers that .NET reads as days, hours and minutes, because the first is above 23."""
    match = _TIMESPAN.fullmatch(text.strip())
    return bool(match) and match["days"] is None and int(match["hours"]) >= _HOURS_OF_A_DAY
