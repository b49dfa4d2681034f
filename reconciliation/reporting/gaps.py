"""Gaps: sequence numbers that the archive lacks, told by its events and by its paths."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from reconciliation.capture.holes import INTERVAL, Hole
from reconciliation.plan import Partition, ReadingPlan
from reconciliation.ranges import milliseconds, window_end, window_number
from reconciliation.reading.scan import ScanSums
from reconciliation.reading.sequences import SequenceSpan, gaps, merged


class Gap(msgspec.Struct, frozen=True):
    """Sequence numbers that the archive lacks, both included.

    `first` is None if only their end is known. `last` is None if no event follows: a blob is missing, and nothing tells
    how many events it held.
    """

    partition: str
    first: int | None
    last: int | None
    between: tuple[datetime, datetime]
    """Ends of the windows of the events around the gap, or of the blobs around it."""

    @property
    def count(self) -> int:
        """The number of lacking events, at least."""
        return 1 if self.first is None or self.last is None else self.last - self.first + 1

    @property
    def numbers(self) -> str:
        """The numbers in words."""
        if self.last is None:
            return "unknown" if self.first is None else f"from {self.first}"
        return f"up to {self.last}" if self.first is None else f"{self.first} to {self.last}"

    def has(self, partition_id: str, number: int) -> bool:
        """True if it may have held this number of a partition."""
        is_within = (self.first is None or self.first <= number) and (self.last is None or number <= self.last)
        return is_within and self.partition.rpartition("/")[2] == partition_id


def find_gaps(plan: ReadingPlan, scans: Sequence[ScanSums]) -> list[Gap]:
    """The gaps between the blobs that were read, as far as they may lie in the range."""
    return [
        gap
        for stream, partition in enumerate(plan.partitions)
        for gap in _of_partition(
            plan, partition, merged(span for scan in scans if scan.stream == stream for span in scan.spans)
        )
    ]


def _of_partition(plan: ReadingPlan, partition: Partition, spans: list[SequenceSpan]) -> Iterator[Gap]:
    for span in gaps(spans):
        if span.first_window <= plan.last_window and span.last_window >= plan.first_window:
            yield _gap(partition, span.first, span.last, span.first_window, span.last_window)
    if spans and spans[0].first > 0 and not partition.has_earlier_blobs:
        yield _gap(partition, None, spans[0].first - 1, plan.first_window, spans[0].first_window)
    if plan.last_window >= plan.first_window and _is_given_up(partition, plan.complete_until):
        yield _tail(plan, partition, spans)
    for hole in partition.holes:
        if hole.after < window_end(plan.last_window) and hole.before - INTERVAL > plan.range.start:
            yield from _in_hole(partition, hole, spans)


def _is_given_up(partition: Partition, complete_until: datetime | None) -> bool:
    """True if more was compared than Capture has written of a partition: nobody waits for the rest."""
    return partition.covered is None or (complete_until is not None and partition.covered < complete_until)


def _tail(plan: ReadingPlan, partition: Partition, spans: list[SequenceSpan]) -> Gap:
    since = _window(partition.covered) if partition.covered else plan.first_window
    return _gap(partition, spans[-1].last + 1 if spans else None, None, since, plan.last_window)


def _in_hole(partition: Partition, hole: Hole, spans: list[SequenceSpan]) -> Iterator[Gap]:
    """A gap where a blob is missing, unless there are numbers before and after it: those have told."""
    first_window, last_window = _window(hole.after), _window(hole.before)
    before = [span for span in spans if span.first_window <= first_window]
    after = [span for span in spans if span.last_window > first_window]
    if before and after:
        return
    first = before[-1].last + 1 if before else None
    last = after[0].first - 1 if after else None
    if last != -1:
        yield _gap(partition, first, last, first_window, last_window)


def _gap(partition: Partition, first: int | None, last: int | None, first_window: int, last_window: int) -> Gap:
    return Gap(partition.name, first, last, (window_end(first_window), window_end(last_window)))


def _window(moment: datetime) -> int:
    return window_number(milliseconds(moment))
