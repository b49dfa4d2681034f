"""Latencies of a campaign: quantiles over all of it and by minute, and the worst minute."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

import msgspec

MOST_MINUTES = 720
"""Of more minutes, several make one row."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LatencySample = tuple[datetime, float]
"""The time to which a latency belongs, and its seconds."""


class Quantiles(msgspec.Struct, frozen=True):
    """Quantiles of latencies in seconds: each is one that was measured, below or at which that share lies."""

    count: int
    p50: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Quantiles | None":
        """The quantiles; None without values."""
        ordered = sorted(seconds)
        if not ordered:
            return None
        p50, p95, p99 = (_quantile(ordered, share) for share in (0.5, 0.95, 0.99))
        return cls(len(ordered), p50, p95, p99, ordered[-1])


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """A minute of a campaign: of the events that were due or arrived in it, and of the windows that ended in it."""

    start: datetime
    send_to_archive: Quantiles | None = None
    send_to_window: Quantiles | None = None
    window_to_verdict: Quantiles | None = None


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """The latencies of a campaign, to the second below, which is as exact as Cosmos tells the time of a write.

    - sample: the share of the archived events that were looked at, by their ids
    - from_due: events count from the time at which they were due, so that a campaign that is behind shows; False if the
      plan makes late events, whose time is not known: they count from their arrival in the hub
    - send_to_window: of flagged events, to the start of the analysis of their window; up to five minutes of it is the
      window itself
    - window_to_verdict: to the last write of a window's case by its analysis, with every amendment until somebody
      reviews it; neither a review counts nor a re-analysis
    - worst_*: the start of the minute with the highest 95th percentile
    """

    sample: float
    from_due: bool
    minutes: list[Minute]
    send_to_archive: Quantiles | None
    window_to_verdict: Quantiles | None
    worst_send_to_archive: datetime | None
    worst_window_to_verdict: datetime | None
    send_to_window: Quantiles | None = None
    worst_send_to_window: datetime | None = None

    @classmethod
    def of(
        cls,
        events: Sequence[LatencySample],
        windows: Sequence[LatencySample],
        *,
        sample: float,
        from_due: bool,
        reported: Sequence[LatencySample] = (),
    ) -> "Latencies":
        """The latencies of events, of windows, and of flagged events until their window was `reported`."""
        step = _step([moment for moment, _ in (*events, *windows, *reported)])
        of_events, of_windows, of_reported = (_by_minute(each, step) for each in (events, windows, reported))
        minutes = [
            Minute(
                start=start,
                send_to_archive=Quantiles.of(of_events.get(start, ())),
                send_to_window=Quantiles.of(of_reported.get(start, ())),
                window_to_verdict=Quantiles.of(of_windows.get(start, ())),
            )
            for start in sorted(of_events.keys() | of_windows.keys() | of_reported.keys())
        ]
        return cls(
            sample=sample,
            from_due=from_due,
            minutes=minutes,
            send_to_archive=Quantiles.of(seconds for _, seconds in events),
            send_to_window=Quantiles.of(seconds for _, seconds in reported),
            window_to_verdict=Quantiles.of(seconds for _, seconds in windows),
            worst_send_to_archive=_worst([(minute.start, minute.send_to_archive) for minute in minutes]),
            worst_send_to_window=_worst([(minute.start, minute.send_to_window) for minute in minutes]),
            worst_window_to_verdict=_worst([(minute.start, minute.window_to_verdict) for minute in minutes]),
        )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(len(ordered) * share) - 1)]


def _step(moments: Sequence[datetime]) -> timedelta:
    if not moments:
        return timedelta(minutes=1)
    return timedelta(minutes=max(1, ceil((max(moments) - min(moments)) / timedelta(minutes=MOST_MINUTES))))


def _by_minute(sightings: Iterable[LatencySample], step: timedelta) -> dict[datetime, list[float]]:
    by_minute: defaultdict[datetime, list[float]] = defaultdict(list)
    for moment, seconds in sightings:
        by_minute[_EPOCH + (moment - _EPOCH) // step * step].append(seconds)
    return by_minute


def _worst(minutes: Sequence[tuple[datetime, Quantiles | None]]) -> datetime | None:
    measured = [(quantiles.p95, quantiles.max, start) for start, quantiles in minutes if quantiles]
    return max(measured)[2] if measured else None
