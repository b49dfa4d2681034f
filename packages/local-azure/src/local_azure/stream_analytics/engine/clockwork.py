"""Event time: which time an event gets, and how far the stream is known to be complete.

From Microsoft's "Understand time handling" and "Configuring event ordering policies". All times are ticks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local_azure.stream_analytics.engine.times import Instant, ends_of_texts, parse_instant
from local_azure.stream_analytics.language.units import TICKS_PER_MINUTE, TICKS_PER_SECOND

EARLY_LIMIT = 5 * TICKS_PER_MINUTE
"""An event whose own time is more than this ahead of its arrival is dropped; exactly this is not."""


@dataclass(frozen=True)
class TimePolicy:
    """The event ordering settings of a job, in force only where a query has TIMESTAMP BY.

    `late` None waits for late events without end (-1 in JobConfig.json). With `drop` events outside the tolerances
    are dropped, otherwise their time is adjusted.
    """

    late: int | None = 5 * TICKS_PER_SECOND
    out_of_order: int = 0
    drop: bool = False


@dataclass
class TimeCounts:
    """The number of events that the time policy touched, by reason."""

    early: int = 0
    late: int = 0
    out_of_order: int = 0
    without_time: int = 0


class Watermark:
    """The time up to which one partition is complete: every event still to come has a time of at least `mark`."""

    def __init__(self) -> None:
        self.mark = 0

    def raise_to(self, mark: int) -> None:
        """A watermark never falls."""
        self.mark = max(self.mark, mark)


def on_arrival(watermark: Watermark, arrivals: list[int], counts: TimeCounts) -> list[int]:
    """Times of events in a query that runs on arrival time: arrivals grow within a partition.

    Should a broker break that promise, the event counts as arriving now: its window may be closed and sent already.
    """
    if not arrivals:
        return arrivals
    if arrivals[0] < watermark.mark or sorted(arrivals) != arrivals:
        times: list[int] = []
        for arrival in arrivals:
            counts.late += arrival < watermark.mark
            watermark.raise_to(arrival)
            times.append(watermark.mark)
        return times
    watermark.raise_to(arrivals[-1])
    return arrivals


def unless_touched(
    watermark: Watermark, policy: TimePolicy, values: list[Any], arrivals: Sequence[int]
) -> list[str] | None:
    """The own times of a batch if all are texts of one format and the policy leaves each as it is, else None.

    Then they are as good as their ticks: whoever needs those of a row parses its text. Texts of one format stand in the
    order of their times, so the first and the last say for all that none is late, early or out of order.
    """
    ends = ends_of_texts(values)
    if ends is None:
        return None
    first, last = ends
    late, out_of_order, mark = policy.late, policy.out_of_order, watermark.mark
    if last > min(arrivals) + EARLY_LIMIT or (late is not None and first < max(arrivals) - late) or first < mark:
        return None
    if first < last - out_of_order and sorted(values) != values:
        return None
    watermark.raise_to(last - out_of_order)
    return values


def on_event_time(
    watermark: Watermark, policy: TimePolicy, counts: TimeCounts, values: Sequence[Any], arrivals: Sequence[int]
) -> list[int | None]:
    """Apply the policy to the own times of events, `values`; gives the time of each event, None if it is dropped.

    In this order: too early is dropped; too late is set to arrival minus the tolerance; behind the watermark is set to
    the watermark.
    """
    times: list[int | None] = []
    keep = times.append
    mark = watermark.mark
    late, out_of_order, drop = policy.late, policy.out_of_order, policy.drop
    for value, arrival in zip(values, arrivals, strict=True):
        time = parse_instant(value) if value.__class__ is str else value if value.__class__ is Instant else None
        if time is None:
            counts.without_time += 1
            keep(None)
            continue
        if time > arrival + EARLY_LIMIT:
            counts.early += 1
            keep(None)
            continue
        if late is not None and time < arrival - late:
            counts.late += 1
            if drop:
                keep(None)
                continue
            time = arrival - late
        if time < mark:
            counts.out_of_order += 1
            if drop:
                keep(None)
                continue
            time = mark
        if time - out_of_order > mark:  # noqa: PLR1730 - a call of max() costs as much as the rest of the comparison
            mark = time - out_of_order
        keep(time)
    watermark.mark = mark
    return times
