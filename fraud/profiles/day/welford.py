"""Welford's running moments of many customers at once, each number in its turn: to the last bit those of `moments`."""

from collections.abc import Sequence

import numpy as np

from fraud.profiles.day.arrays import Floats, Ints
from fraud.profiles.day.grouping import starts_of
from fraud.profiles.moments import LogMoments

_FEW = 24
"""Customers with a number left, from which on they are taken one after the other."""


def add_logs(moments: Sequence[LogMoments], counts: Ints, logs: Floats) -> Floats:
    """Take in `counts` logarithms for each of the moments, which follow each other in `logs`.

    Gives the mean before each of them; NaN where nothing had been seen.
    """
    seen = np.array([own.count for own in moments], np.int64)
    mean = np.array([own.mean for own in moments], np.float64)
    squares = np.array([own.squares for own in moments], np.float64)
    before = np.empty(len(logs))
    starts = starts_of(counts)[:-1]
    # Those with the most numbers first: whoever has a number left is in front.
    order = np.argsort(-counts, kind="stable")
    starts, counts = starts[order], counts[order]
    count, mean, squares = seen[order].astype(np.float64), mean[order], squares[order]
    left = len(order) - np.searchsorted(counts[::-1], np.arange(1, int(counts[0]) + 1 if len(counts) else 1))
    turn = 0
    for turn, many in enumerate(left.tolist()):
        if many < _FEW:
            break
        places = starts[:many] + turn
        numbers = logs[places]
        before[places] = np.where(count[:many] > 0, mean[:many], np.nan)
        count[:many] += 1
        step = numbers - mean[:many]
        mean[:many] += step / count[:many]
        squares[:many] += step * (numbers - mean[:many])
    else:
        turn = len(left)
    owners: list[int] = order.tolist()
    for place, own, of_count, of_mean, of_squares in zip(
        range(len(order)), owners, count.tolist(), mean.tolist(), squares.tolist(), strict=True
    ):
        result = moments[own]
        result.count, result.mean, result.squares = int(of_count), of_mean, of_squares
        if place < _FEW and counts[place] > turn:
            start = int(starts[place])
            for row in range(start + turn, start + int(counts[place])):
                before[row] = result.mean if result.count else np.nan
                result.add_logs((float(logs[row]),))
    return before
