"""A key of each content, from its fields: equal if its canonical forms are, whatever the way it was read.

The key is a sum over the fields, so that neither their order nor one that is missing matters. A field adds 64 bits that
its name, its kind and each 8 bytes of its value decide, mixed with factors that nobody knows outside this process.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from struct import pack
from typing import Any

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray

from fraud.identity import canonical

WordColumns = NDArray[np.uint64]
"""Eight bytes each, the first one lowest."""

LONGEST = 64
"""Bytes of a text of which each counts; a longer one adds its hash."""
TEXT, NUMBER = "text", "number"

_LOW = 2**64 - 1
_HALF = np.uint64(32)


@lru_cache(maxsize=4_096)
def factors(name: str, kind: str) -> tuple[int, list[int]]:
    """The share of a field of a kind by being there, and the factor of each word of its value, which is odd."""
    return hash((name, kind)) & _LOW, [hash((name, kind, place)) & _LOW | 1 for place in range(LONGEST // 8)]


def digest_of_words(name: str, kind: str, words: Iterable[WordColumns], number: int) -> WordColumns:
    """The share of a field in the key for each of a number of values of one kind, whose words lie in columns."""
    own, by_place = factors(name, kind)
    total = np.full(number, own, np.uint64)
    for word, factor in zip(words, map(np.uint64, by_place), strict=False):
        mixed = word * factor
        mixed ^= mixed >> _HALF
        mixed *= factor
        total += mixed
    return total


def digest_of(name: str, value: Any) -> int:
    """The share of a field of a value in the key; UNSET is one that is missing."""
    if value is UNSET or (value is None and name == "store_id"):
        return 0
    kind, words = _words_of(value)
    total, by_place = factors(name, kind)
    for word, factor in zip(words, by_place, strict=False):
        mixed = word * factor & _LOW
        total += (mixed ^ mixed >> 32) * factor
    return total & _LOW


def _words_of(value: Any) -> tuple[str, Sequence[int]]:
    if isinstance(value, str):
        if _is_short(value, len(value)):
            data = value.encode()
            return TEXT, [int.from_bytes(data[start : start + 8], "little") for start in range(0, len(data), 8)]
        return "long text", [hash(value) & _LOW]
    if value is None or isinstance(value, bool):
        return str(value), ()
    if isinstance(value, int | float):
        try:
            return NUMBER, [int.from_bytes(pack("<d", value + 0.0), "little")]  # -0.0 becomes 0.0
        except OverflowError:
            return "long number", [hash(value) & _LOW]
    return "other", [hash(canonical({"": value})) & _LOW]


def _is_short(text: str, longest: int) -> bool:
    return longest <= LONGEST and text.isascii() and "\0" not in text


def digest_of_event(event: Mapping[str, Any]) -> int:
    """The key of an event."""
    return sum(digest_of(name, value) for name, value in event.items()) & _LOW


def digest_of_column(name: str, values: Sequence[Any]) -> WordColumns:
    """`digest_of` each of some values."""
    kinds: set[type] = set(map(type, values))
    if len(kinds) > 1:
        total = np.zeros(len(values), np.uint64)
        for kind in kinds:
            places = [place for place, value in enumerate(values) if type(value) is kind]
            total[places] = digest_of_column(name, [values[place] for place in places])
        return total
    (kind,) = kinds
    if kind is str:
        return _digest_of_texts(name, values)
    if kind is int or kind is float:
        try:
            return digest_of_words(name, NUMBER, [bits_of(np.array(values, np.float64))], len(values))
        except OverflowError:
            pass  # a whole number beyond all doubles
    if kind is bool:
        return np.where(values, np.uint64(digest_of(name, True)), np.uint64(digest_of(name, False)))
    if kind in (type(None), UnsetType):
        return np.full(len(values), digest_of(name, values[0]), np.uint64)
    return np.array([digest_of(name, value) for value in values], np.uint64)


def _digest_of_texts(name: str, texts: Sequence[str]) -> WordColumns:
    if _is_short("".join(texts), 0):
        column = np.array(texts, np.bytes_)
        if column.itemsize <= LONGEST:
            padded = column.astype(f"S{-(-column.itemsize // 8) * 8}")
            return digest_of_words(name, TEXT, padded.view(np.uint64).reshape(len(texts), -1).T, len(texts))
    different = {text: digest_of(name, text) for text in set(texts)}
    return np.array([*map(different.__getitem__, texts)], np.uint64)


def bits_of(numbers: NDArray[np.float64]) -> WordColumns:
    """The bits of numbers, of which 0.0 has one form."""
    return (numbers + 0.0).view(np.uint64)
