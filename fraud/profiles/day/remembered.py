"""Contents of a day that are told from a resend: the latest of them."""

from collections import deque

import numpy as np

from fraud.profiles.day.arrays import Bools, Ints

MOST_REMEMBERED = 1_000_000
"""Contents of the day that are told from a resend, the latest ones: 16 MB. What comes again later counts twice."""

RUN = 131_072
"""Keys that are sorted together."""


class Remembered:
    """The keys of the latest new contents, numbered from 1 in their order."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.count = 0
        self._most = most
        # Sorted keys, and their numbers; the last run grows.
        self._runs: deque[tuple[Ints, Ints]] = deque()

    def new_among(self, these: Ints) -> Ints:
        """The positions of those that are new, in order: not the same as one of the latest before it."""
        order = np.argsort(these, kind="stable")
        in_order = these[order]
        doubtful = np.zeros(len(these), bool)
        is_twin = in_order[1:] == in_order[:-1]
        doubtful[order[1:][is_twin]] = True
        doubtful[order[:-1][is_twin]] = True
        for before, _ in self._runs:
            places = np.minimum(np.searchsorted(before, in_order), len(before) - 1)
            doubtful[order[before[places] == in_order]] = True
        new = np.ones(len(these), bool)
        if doubtful.any():
            self._look_at(np.flatnonzero(doubtful), these, new)
        positions = np.flatnonzero(new)
        self._add(these[positions])
        return positions

    def _look_at(self, doubtful: Ints, these: Ints, new: Bools) -> None:
        """Clear those of `new` that are remembered, one after the other."""
        last: dict[int, int] = self._numbers(np.unique(these[doubtful]))
        dropped = 0
        for position, key in zip(doubtful.tolist(), these[doubtful].tolist(), strict=True):
            count = self.count + position - dropped
            number = last.get(key)
            if number is not None and number > count - self._most:
                new[position] = False
                dropped += 1
            else:
                last[key] = count + 1

    def _numbers(self, keys: Ints) -> dict[int, int]:
        """The latest number of each key that has one."""
        numbers: dict[int, int] = {}
        for before, numbered in self._runs:
            after = np.searchsorted(before, keys, side="right")
            places = np.maximum(after - 1, 0)
            is_known = before[places] == keys
            numbers.update(zip(keys[is_known].tolist(), numbered[places[is_known]].tolist(), strict=True))
        return numbers

    def _add(self, keys: Ints) -> None:
        if not len(keys):
            return
        numbers = np.arange(self.count + 1, self.count + 1 + len(keys))
        self.count += len(keys)
        if self._runs and len(self._runs[-1][0]) + len(keys) <= RUN:
            before, numbered = self._runs.pop()
            # Equal keys stay in the order of their numbers.
            keys, numbers = np.concatenate((before, keys)), np.concatenate((numbered, numbers))
        order = np.argsort(keys, kind="stable")
        self._runs.append((keys[order], numbers[order]))
        while self._runs and self._runs[0][1].max() <= self.count - self._most:
            self._runs.popleft()
