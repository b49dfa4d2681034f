"""Throughput units: how much of a name space's traffic Azure lets through in a second.

One unit is 1 MB/s or 1,000 events/s in, and 2 MB/s or 4,096 events/s out. Seconds are Azure's.
Source: "Scaling with Event Hubs" (Microsoft Learn).
"""

from collections.abc import Callable

_MEGABYTE = 1_000_000


class Throttle:
    """A bucket that fills with a second's worth of events and bytes; `units` of 0 never throttles."""

    def __init__(self, units: int, events: int, megabytes: int, seconds: Callable[[], float], speed: float) -> None:
        self._events_per_second = float(units * events)
        self._bytes_per_second = float(units * megabytes * _MEGABYTE)
        self._seconds = seconds
        self._speed = speed
        self._events = self._events_per_second
        self._bytes = self._bytes_per_second
        self._filled = seconds()

    def wait_seconds(self, events: int, size: int) -> float:
        """Take so much out of the bucket; or leave it and say how long to wait, in real seconds.

        What is larger than the bucket passes when it is full.
        """
        if not self._events_per_second:
            return 0.0
        self._fill()
        missing = max(
            (min(events, self._events_per_second) - self._events) / self._events_per_second,
            (min(size, self._bytes_per_second) - self._bytes) / self._bytes_per_second,
        )
        if missing > 0:
            return missing / self._speed
        self._events -= events
        self._bytes -= size
        return 0.0

    def _fill(self) -> None:
        now = self._seconds()
        passed, self._filled = max(0.0, now - self._filled), now
        self._events = min(self._events_per_second, self._events + passed * self._events_per_second)
        self._bytes = min(self._bytes_per_second, self._bytes + passed * self._bytes_per_second)


def ingress(units: int, seconds: Callable[[], float], speed: float) -> Throttle:
    """The bucket of what comes in."""
    return Throttle(units, 1_000, 1, seconds, speed)


def egress(units: int, seconds: Callable[[], float], speed: float) -> Throttle:
    """The bucket of what goes out."""
    return Throttle(units, 4_096, 2, seconds, speed)
