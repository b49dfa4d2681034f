"""Values of options, read and bounded before anything is asked or started."""

import argparse
import math
import re
from collections.abc import Callable
from datetime import timedelta

_DURATION = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=7)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least:,} to {most:,}, not {text[:40]!r}")
        return int(text)

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    """Reads a number from `least` to `most`; neither infinity nor `nan`."""

    def read(text: str) -> float:
        value = _float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"must be a number from {least:g} to {most:,g}, not {text[:40]!r}")
        return value

    return read


def speed(text: str) -> float:
    """Reads how many of Azure's seconds pass in a second; the bounds are the stack's."""
    value = _float(text)
    if not 0 < value <= 1_000:
        raise argparse.ArgumentTypeError(f"must be a number above 0 and at most 1,000, not {text[:40]!r}")
    return value


def duration(text: str) -> timedelta:
    """Reads a length of time such as `90m`, `1h` or `2d`."""
    match = _DURATION.fullmatch(text)
    length = timedelta(**{_UNITS[match["unit"]]: int(match["count"])}) if match else timedelta()
    if not timedelta() < length <= _LONGEST:
        raise argparse.ArgumentTypeError(f"must be a time such as 90m, 1h or 2d, at most 7d, not {text[:40]!r}")
    return length


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan  # within no bounds
