"""Rows in groups: numpy's view of "for each customer, the different stores in the order in which they came"."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Ints

_DIGIT = 2**16
_SPARSE = 16
"""Keys for each row, from which on most keys have no row."""


class Groups:
    """Groups of rows in the order of their first rows."""

    def __init__(self, firsts: Ints, counts: Ints, keys: NDArray[Any]) -> None:
        self.firsts = firsts
        """The first row of each group."""
        self.counts = counts
        self._keys = keys

    @property
    def of_row(self) -> Ints:
        """The group of each row."""
        keys = self._keys
        ranks = np.empty(int(keys.max(initial=0)) + 1, np.int64)
        ranks[keys[self.firsts]] = np.arange(len(self.firsts))
        return ranks[keys]


def groups_of(keys: NDArray[Any], number: int) -> Groups:
    """The rows of each key, which is one of a number of them from 0."""
    rows = np.arange(len(keys))
    if number > _SPARSE * len(keys) + _SPARSE:
        _, keys = np.unique(keys, return_inverse=True)
        number = len(keys)
    counts = np.bincount(keys, minlength=number)
    firsts = np.empty(number, np.int64)
    firsts[keys[::-1]] = rows[::-1]  # the first row of a key is written last
    used = np.flatnonzero(counts)
    used = used[np.argsort(firsts[used])]
    return Groups(firsts[used], counts[used], keys)


def order_of(keys: NDArray[Any], number: int) -> Ints:
    """The rows in the order of their keys, each of which is one of a number of them from 0; equal ones as they come."""
    if number <= _DIGIT:
        return np.argsort(keys.astype(np.uint16), kind="stable")  # by counting, where larger keys are compared
    order = order_of(keys % _DIGIT, _DIGIT)
    return order[order_of((keys // _DIGIT)[order], -(-number // _DIGIT))]


def starts_of(counts: Ints) -> Ints:
    """Where each of some neighbouring groups begins, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(counts)))
