"""Sequence numbers tell what the archive lacks: a partition numbers its events without a gap."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fraud.reconciliation.capture_records import begin_of
from fraud.reconciliation.ranges import window_number


class Span(NamedTuple):
    """Sequence numbers from `first` to `last`, both included, and the windows of these two events."""

    first: int
    last: int
    first_window: int
    last_window: int


def spans_of(sequences: Sequence[int], enqueued: Sequence[int]) -> list[Span]:
    """The unbroken runs of sequence numbers in the order of reading; `enqueued` is as in `Records`."""
    if not sequences:
        return []
    breaks = np.flatnonzero(np.diff(np.array(sequences, np.int64)) != 1).tolist()
    firsts, lasts = [0, *(place + 1 for place in breaks)], [*breaks, len(sequences) - 1]
    return [
        Span(sequences[i], sequences[j], _window(enqueued[i]), _window(enqueued[j]))
        for i, j in zip(firsts, lasts, strict=True)
    ]


def _window(enqueued: int) -> int:
    return window_number(begin_of(enqueued))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same numbers in as few spans as can be, sorted; spans that overlap or touch become one."""
    result: list[Span] = []
    for span in sorted(spans):
        if not result or span.first > result[-1].last + 1:
            result.append(span)
        elif span.last > result[-1].last:
            result[-1] = Span(result[-1].first, span.last, result[-1].first_window, span.last_window)
    return result


def gaps(spans: Iterable[Span]) -> list[Span]:
    """The numbers between the spans that are in none, with the windows of the events before and after."""
    return [
        Span(left.last + 1, right.first - 1, left.last_window, right.first_window)
        for left, right in pairwise(merged(spans))
    ]
