"""Samples of many skus at once, each price in its turn: to the last number those of `fraud.profiles.counts.Sample`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fraud.profiles.counts import SAMPLE, Sample
from fraud.profiles.day.arrays import Bools, Floats, Ints
from fraud.profiles.day.grouping import starts_of

_FEW = 48
"""Samples with a number left, from which on they are taken one after the other."""
_AT_ONCE = 1_024
"""Samples that stay in the cache of a core."""


def add_numbers(samples: Sequence[Sample], counts: Ints, numbers: Floats) -> Floats:
    """Take in `counts` numbers for each of the samples, which follow each other in `numbers`; all are above 0.

    Gives the median before each of them; NaN where nothing had been seen.
    """
    before = np.empty(len(numbers))
    starts = starts_of(counts)[:-1]
    # Samples with as many numbers as one another are taken together, and those with the most first.
    order = np.argsort(-counts, kind="stable")
    for begin in range(0, len(order), _AT_ONCE):
        places = order[begin : begin + _AT_ONCE]
        listed: list[int] = places.tolist()
        own = [samples[place] for place in listed]
        _add(own, counts[places], starts[places], numbers, before)
    return before


def _add(samples: Sequence[Sample], counts: Ints, starts: Ints, numbers: Floats, before: Floats) -> None:
    seen = np.array([sample.seen for sample in samples], np.int64)
    held = np.array([len(sample.numbers) for sample in samples], np.int64)
    height = min(SAMPLE, int((held + counts).max()))
    kept = np.full((height, len(samples)), np.inf)  # a column for each sample, whose free places come last
    for lane in np.flatnonzero(held).tolist():
        kept[: held[lane], lane] = samples[lane].numbers
    left = len(samples) - np.searchsorted(counts[::-1], np.arange(1, int(counts[0]) + 1))
    turn = 0
    for turn, many in enumerate(left.tolist()):
        if many < _FEW:
            break
        places = starts[:many] + turn
        before[places] = np.where(held[:many] > 0, kept[held[:many] // 2, np.arange(many)], np.nan)
        seen[:many] += 1
        is_too_many = held[:many] == SAMPLE
        _insert(kept[:, :many], numbers[places], is_too_many & (seen[:many] % 2 == 1))
        held[:many] += ~is_too_many
    else:
        turn = len(left)
    columns: list[list[float]] = kept.T.tolist()
    for sample, column, number, own_seen in zip(samples, columns, held.tolist(), seen.tolist(), strict=True):
        sample.numbers, sample.seen = column[:number], own_seen
    for lane in np.flatnonzero(counts > turn).tolist():
        sample = samples[lane]
        for place in range(int(starts[lane]) + turn, int(starts[lane] + counts[lane])):
            median = sample.median
            before[place] = np.nan if median is None else median
            sample.add(float(numbers[place]))


def _insert(kept: NDArray[np.float64], numbers: Floats, drops_lowest: Bools) -> None:
    """Put a number into each column, in order; the lowest drops out of it, or the highest, which a free place is."""
    lower = np.minimum(kept, numbers)
    # A number of the longer column is the larger of its left neighbour and of what is lower of itself and the new one.
    without_ends = np.maximum(kept[:-1], lower[1:])
    if drops_lowest.all():
        kept[:-1] = without_ends
        kept[-1] = np.maximum(kept[-1], numbers)
    elif not drops_lowest.any():
        kept[0] = lower[0]
        kept[1:] = without_ends
    else:
        highest = np.where(drops_lowest, np.maximum(kept[-1], numbers), without_ends[-1])
        kept[0] = np.where(drops_lowest, without_ends[0], lower[0])
        kept[1:-1] = np.where(drops_lowest, without_ends[1:], without_ends[:-1])
        kept[-1] = highest
