"""Time in a world: seconds since its first midnight."""

from datetime import UTC, datetime

from worlds.draws import Draws, Weighted

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""

HOUR, DAY = 3_600.0, 86_400.0

_BY_HOUR = (2, 1, 1, 1, 1, 2, 4, 8, 12, 15, 17, 19, 21, 20, 18, 17, 18, 21, 25, 27, 24, 17, 10, 5)
_HOURS = Weighted(enumerate(map(float, _BY_HOUR)))


def any_time(draws: Draws, day: int) -> float:
    """A moment of a day, as busy as stores are at that hour."""
    return day * DAY + (draws.weighted(_HOURS) + draws.unit()) * HOUR


def hour_of(at: float) -> float:
    """The hour of the day, 0 to below 24."""
    return at % DAY / HOUR


def hours_apart(first: float, second: float) -> float:
    """The distance of two hours of the day, 0 to 12."""
    distance = abs(first - second) % 24
    return min(distance, 24 - distance)
