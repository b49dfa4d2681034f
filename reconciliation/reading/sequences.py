"""Sequence numbers tell what the archive lacks: a partition numbers its events without a gap."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reconciliation.capture.records import begin_of
from reconciliation.ranges import window_number

Numbers = Sequence[int] | NDArray[Any]


class SequenceSpan(NamedTuple):
    """Sequence numbers from `first` to `last`, both included, and the windows of these two events."""

    first: int
    last: int
    first_window: int
    last_window: int


def spans_of(sequences: Numbers, enqueued: Numbers) -> list[SequenceSpan]:
    """The unbroken runs of sequence numbers in the order of reading; both columns are as in `Records`."""
    if not len(sequences):
        return []
    numbers = np.asarray(sequences, np.int64)
    breaks = np.flatnonzero(np.diff(numbers) != 1).tolist()
    firsts, lasts = [0, *(place + 1 for place in breaks)], [*breaks, len(numbers) - 1]
    return [
        SequenceSpan(int(numbers[i]), int(numbers[j]), _window(int(enqueued[i])), _window(int(enqueued[j])))
        for i, j in zip(firsts, lasts, strict=True)
    ]


def _window(enqueued: int) -> int:
    return window_number(begin_of(enqueued))


def merged(spans: Iterable[SequenceSpan]) -> list[SequenceSpan]:
    """The same numbers in as few spans as can be, sorted; spans that overlap or touch become one."""
    result: list[SequenceSpan] = []
    for span in sorted(spans):
        if not result or span.first > result[-1].last + 1:
            result.append(span)
        elif span.last > result[-1].last:
            result[-1] = SequenceSpan(result[-1].first, span.last, result[-1].first_window, span.last_window)
    return result


def gaps(spans: Iterable[SequenceSpan]) -> list[SequenceSpan]:
    """The numbers between the spans that are in none, with the windows of the events before and after."""
    return [
        SequenceSpan(left.last + 1, right.first - 1, left.last_window, right.first_window)
        for left, right in pairwise(merged(spans))
    ]
