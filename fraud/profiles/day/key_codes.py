"""Codes for the keys of a column, found for all rows at once: no text is made for a row, only for each key."""

from collections.abc import Sequence
from secrets import randbits
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Ints
from fraud.profiles.day.keys import WIDEST, KeyColumn, texts_of

_WORD = 8
_BITS = 64
_HALF = np.uint64(_BITS // 2)
_FACTORS = [np.uint64(randbits(_BITS) | 1) for _ in range(WIDEST // _WORD)]
"""Nobody outside of the process knows them, so nobody can choose keys that fall together. No result depends on them."""


class KeyCodes(NamedTuple):
    """Keys are numbered in the order in which they come."""

    codes: Ints
    """The number of each row's key."""
    keys: list[str]


def key_codes(column: KeyColumn) -> KeyCodes:
    """The codes of a column, and its different keys."""
    if column.dtype.kind != "S":
        numbers: dict[str, int] = {}
        codes = [numbers.setdefault(key, len(numbers)) for key in column.tolist()]
        return KeyCodes(np.array(codes, np.int64), [*numbers])
    first_rows = _first_rows(column)
    firsts = np.flatnonzero(first_rows == np.arange(len(column)))
    numbers_of = np.empty(len(column), np.int64)
    numbers_of[firsts] = np.arange(len(firsts))
    return KeyCodes(numbers_of.take(first_rows), texts_of(column.take(firsts)))


def _first_rows(column: KeyColumn) -> NDArray[np.int32]:
    """The first row that has the key of each row."""
    words = _words(column)
    sums = _sums(words)
    result = np.empty(len(column), np.int32)
    rows = np.arange(len(column), dtype=np.int32)
    bits = len(column).bit_length()
    first_of_slot = np.empty(1 << bits, np.int32)
    while len(rows):
        # Keys that share a slot with another one's first row get another slot in the next round.
        sums *= _FACTORS[0]
        slots = (sums >> np.uint64(_BITS - bits)).astype(np.int32)
        first_of_slot[slots[::-1]] = rows[::-1]  # the first row of a slot is written last
        firsts = first_of_slot.take(slots)
        is_same = np.ones(len(rows), bool)
        for word in words:
            is_same &= word.take(firsts) == word.take(rows)
        result[rows[is_same]] = firsts[is_same]
        rows, sums = rows[~is_same], sums[~is_same]
    return result


def _sums(words: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint64]:
    """A number of each key, whose high bits depend on all of its octets.

    A product hands on what is low to what is high, and not back. So the high half is put into the low one after each
    word: without that, keys that differ in the last octet of each word alone had 256 numbers among them.
    """
    sums = np.zeros(len(words[0]), np.uint64)
    for word, factor in zip(words, _FACTORS, strict=False):
        sums ^= word
        sums *= factor
        sums ^= sums >> _HALF
    return sums


def _words(column: KeyColumn) -> list[NDArray[np.uint64]]:
    """The octets of each key in words, filled up with zeros."""
    number = -(-column.itemsize // _WORD)
    words = column.astype(f"S{number * _WORD}").view(np.uint64).reshape(len(column), number)
    return [np.ascontiguousarray(words[:, place]) for place in range(number)]
