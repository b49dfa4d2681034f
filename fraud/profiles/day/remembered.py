"""Contents of a day that are told from a resend: the latest of them."""

import numpy as np

from fraud.profiles.day.arrays import Bools, Ints

MOST_REMEMBERED = 1_000_000
"""Contents of the day that are told from a resend, the latest ones: 16 MB. What comes again later counts twice."""

_SLOTS = 2**21
"""Keys of one slot are looked at; those of others differ for sure."""


class Remembered:
    """The keys of the latest new contents, numbered from 1 in their order."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self.count = 0
        self._most = most
        # The key of each number lies at the number before it, counted around; and its slot beside it.
        self._keys = np.empty(most, np.int64)
        self._slots = np.empty(most, np.int64)

    def new_among(self, these: Ints) -> Ints:
        """The positions of those that are new, in order: not the same as one of the latest before it."""
        slots = these & (_SLOTS - 1)
        in_order = np.sort(these)
        again = in_order[1:][in_order[1:] == in_order[:-1]]
        held, numbers = self._among(in_order, slots)
        new = np.ones(len(these), bool)
        if len(again) or len(held):
            doubtful = np.flatnonzero(np.isin(these, np.concatenate((again, held))))
            self._look_at(doubtful, these, new, dict(zip(held.tolist(), numbers.tolist(), strict=True)))
        positions = np.flatnonzero(new)
        self._add(these[positions], slots[positions])
        return positions

    def _among(self, in_order: Ints, slots: Ints) -> tuple[Ints, Ints]:
        """The remembered keys that are among some, and their numbers."""
        has_slot = np.zeros(_SLOTS, bool)
        has_slot[slots] = True
        places = np.flatnonzero(has_slot[self._slots[: self.count]])
        keys = self._keys[places]
        nearest = np.minimum(np.searchsorted(in_order, keys), len(in_order) - 1)
        is_known = in_order[nearest] == keys
        return keys[is_known], self.count - (self.count - 1 - places[is_known]) % self._most

    def _look_at(self, doubtful: Ints, these: Ints, new: Bools, last: dict[int, int]) -> None:
        """Clear those of `new` that are remembered, one after the other; `last` has the numbers of keys before."""
        dropped = 0
        for position, key in zip(doubtful.tolist(), these[doubtful].tolist(), strict=True):
            count = self.count + position - dropped
            number = last.get(key)
            if number is not None and number > count - self._most:
                new[position] = False
                dropped += 1
            else:
                last[key] = count + 1

    def _add(self, keys: Ints, slots: Ints) -> None:
        places = np.arange(self.count, self.count + len(keys))[-self._most :] % self._most
        self._keys[places] = keys[-self._most :]
        self._slots[places] = slots[-self._most :]
        self.count += len(keys)
