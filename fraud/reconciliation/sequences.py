"""Sequence numbers tell what the archive lacks: a partition numbers its events without a gap."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """Sequence numbers from `first` to `last`, both included, and the windows of these two events."""

    first: int
    last: int
    first_window: int
    last_window: int


def spans_of(events: Iterable[tuple[int, int]]) -> list[Span]:
    """The unbroken runs of (sequence number, window) in the order of reading."""
    spans: list[Span] = []
    for number, window in events:
        if spans and number == spans[-1].last + 1:
            spans[-1] = Span(spans[-1].first, number, spans[-1].first_window, window)
        else:
            spans.append(Span(number, number, window, window))
    return spans


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
