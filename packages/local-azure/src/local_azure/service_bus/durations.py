"""Durations as entity files write them: ISO 8601 without years and months, such as `PT1M` or `P1DT2H48M5.5S`."""

import re

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})(?:\.(?P<fraction>\d{1,9}))?S)?)?",
    re.ASCII,
)
_MILLISECONDS = {"weeks": 604_800_000, "days": 86_400_000, "hours": 3_600_000, "minutes": 60_000, "seconds": 1_000}


def milliseconds(text: str) -> int:
    """The duration in whole milliseconds. Raises ValueError for any other text, and for years or months."""
    match = _DURATION.fullmatch(text)
    if match is None or text in {"P", "PT"}:
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT1M or P1DT12H")
    whole = sum(int(match[unit] or 0) * length for unit, length in _MILLISECONDS.items())
    return whole + int((match["fraction"] or "0").ljust(3, "0")[:3])
