"""TimeSpans as .NET writes them: `hh:mm:ss`, `d.hh:mm:ss`, with up to seven digits of a second's fraction."""

import re

_TIMESPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})\.)?(?P<hours>\d{1,2}):(?P<minutes>[0-5]?\d):(?P<seconds>[0-5]?\d)(?:\.(?P<fraction>\d{1,7}))?"
)


class TimeSpan(float):
    """A span of time in seconds."""


def parse_timespan(text: str) -> TimeSpan:
    """The seconds of a TimeSpan. Raises ValueError if the text is none; hours go to 23, as in .NET."""
    match = _TIMESPAN.fullmatch(text.strip())
    if not match or int(match["hours"]) > 23:
        raise ValueError(f"{text!r} is not a TimeSpan such as 00:05:00 or 1.00:00:00")
    whole = (
        int(match["days"] or 0) * 86_400
        + int(match["hours"]) * 3_600
        + int(match["minutes"]) * 60
        + int(match["seconds"])
    )
    seconds = whole + float(f"0.{match['fraction'] or 0}")
    return TimeSpan(-seconds if match["sign"] else seconds)
