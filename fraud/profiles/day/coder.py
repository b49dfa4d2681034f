"""Codes of texts of which there are few, such as stores: one for each, whatever the way it was read."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.digests import LONGEST, WordColumns
from fraud.profiles.day.values import Values

NONE = -1
"""The code of a text that is missing."""

_SLOT_BITS = 12
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio, which spreads neighbours
_decode: Callable[[bytes], Any] = msgspec.json.decode


class Coder(dict[Any, int]):
    """Codes by raw value; values of one text have one code."""

    def __init__(self, as_text: Callable[[Any], str | None]) -> None:
        super().__init__()
        self.codes: dict[str, int] = {}
        self._as_text = as_text
        self._tokens = {True: _Tokens(lambda token: self[token.decode()]), False: _Tokens(self._code_of_other)}

    def __missing__(self, value: Any) -> int:
        own = self._as_text(value)
        code = self[value] = NONE if own is None else self.codes.setdefault(own, len(self.codes))
        return code

    def codes_of(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """The codes of JSON values."""
        hashed = values if set(map(type, values)) <= {int, str} else map(_hashed, values)
        return np.fromiter(map(self.__getitem__, hashed), np.int32, len(values))

    def codes_of_values(self, values: Values) -> NDArray[np.int32]:
        """The codes of values as they stand in bodies."""
        return self._tokens[values.is_text].codes_of(values)

    def _code_of_other(self, token: bytes) -> int:
        return self[_hashed(_decode(token))]


def _hashed(value: Any) -> Any:
    """A value that has a code: none of the lists and objects, and not true, which would be taken for 1."""
    return None if isinstance(value, bool | list | dict) else value


class _Tokens:
    """Codes of values by their bytes. Each has a slot; the last one that came to it is told without an object."""

    def __init__(self, code_of: Callable[[bytes], int]) -> None:
        self._code_of = code_of
        self._codes: dict[bytes, int] = {}
        self._words = np.zeros((LONGEST // 8, 2**_SLOT_BITS), np.uint64)
        self._lengths = np.full(2**_SLOT_BITS, -1)
        self._in_slots = np.zeros(2**_SLOT_BITS, np.int32)

    def codes_of(self, values: Values) -> NDArray[np.int32]:
        slots = _slots_of(values.words)
        is_told = self._lengths[slots] == values.lengths
        for own, word in zip(self._words, values.words, strict=False):
            is_told &= own[slots] == word
        codes = self._in_slots[slots]
        others = np.flatnonzero(~is_told)
        if len(others):
            codes[others] = [self._code(token) for token in values.column[others].tolist()]
            slots = slots[others]
            # Of those that share a slot, one is written last in each array.
            self._lengths[slots], self._in_slots[slots] = values.lengths[others], codes[others]
            for own, word in zip(self._words, values.words, strict=False):
                own[slots] = word[others]
        return codes

    def _code(self, token: bytes) -> int:
        code = self._codes.get(token)
        if code is None:
            code = self._codes[token] = self._code_of(token)
        return code


def _slots_of(words: WordColumns) -> NDArray[np.uint64]:
    mixed = words[0] * _FACTOR
    for word in words[1:]:
        mixed = (mixed ^ word) * _FACTOR
    return mixed >> np.uint64(64 - _SLOT_BITS)
