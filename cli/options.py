"""Values of options, read and bounded before anything is asked or started."""

import argparse
import getpass
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

_DURATION = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=7)
_LONGEST_OF_WINDOWS = timedelta(days=31)
"""As far as a walk over windows goes in the app."""


class CommandParser(argparse.ArgumentParser):
    """A parser whose commands refuse what they do not know themselves, with their own usage instead of that of all."""

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - its overloads, in one
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """As of ArgumentParser, with nothing left over."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return options, unknown


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least:,} to {most:,}, not {text[:40]!r}")
        return int(text)

    return read


def filled(text: str) -> str:
    """Reads a text that is not empty: an empty filter, as of a variable that is not set, would leave everything in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


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
    """Reads a length of time such as `90m`, `1h` or `2d`, up to a week."""
    return _length(text, _LONGEST)


def duration_of_windows(text: str) -> timedelta:
    """Reads a length of time such as `30d`, up to 31 days: windows are tried and judged again for so many."""
    return _length(text, _LONGEST_OF_WINDOWS)


def _length(text: str, longest: timedelta) -> timedelta:
    match = _DURATION.fullmatch(text)
    length = timedelta(**{_UNITS[match["unit"]]: int(match["count"])}) if match else timedelta()
    if not timedelta() < length <= longest:
        raise argparse.ArgumentTypeError(
            f"must be a time such as 90m, 1h or 2d, at most {longest.days}d, not {text[:40]!r}"
        )
    return length


def add_actor(parser: argparse.ArgumentParser, does: str = "does it", former: str | None = None) -> None:
    """Add `--as NAME`, kept as `actor`: who acts, for the journal. `former` is a name that the option once had."""
    names = ("--as", former) if former else ("--as",)
    text = f"who {does} (default: your name on this machine)"
    parser.add_argument(*names, dest="actor", default=user_name(), metavar="NAME", help=text)


def user_name() -> str:
    """The name of whoever sits at this machine, as the system has it."""
    try:
        return getpass.getuser()[:100]
    except (KeyError, OSError):
        return "detective"


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan  # within no bounds
