"""Values as they stand in many bodies, at once: their bytes, and the numbers among them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Bools, Floats, Ints
from fraud.profiles.day.digests import NUMBER, TEXT, WordColumns, bits_of, digest_of, digest_of_words

_MASKS = np.array([2 ** (8 * octets) - 1 for octets in range(9)], np.uint64)
_POWERS = np.array([float(10**digits) for digits in range(17)])
_EXACT_DIGITS = 15
"""A number of so many digits is exactly one double divided by another, so the quotient is the double nearest to it."""
_TRUE, _FALSE, _NULL = (np.uint64(int.from_bytes(word, "little")) for word in (b"true", b"false", b"null"))


@dataclass
class Values:
    """The values of a field, all of them texts in quotes, or none."""

    words: WordColumns
    """The bytes of each value: its first eight in the first row, and so on."""
    lengths: Ints
    is_text: bool

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def column(self) -> NDArray[np.bytes_]:
        """Each as bytes."""
        return np.ascontiguousarray(self.words.T).view(f"S{8 * len(self.words)}").reshape(len(self))

    @cached_property
    def is_true(self) -> Bools:
        """The values that are true."""
        return np.zeros(len(self), bool) if self.is_text else self.words[0] == _TRUE

    @cached_property
    def _is_literal(self) -> Bools:
        return self.is_true | (self.words[0] == _FALSE) | (self.words[0] == _NULL)

    @cached_property
    def is_plain(self) -> Bools:
        """The values that are a text, true, false, null, or a number without an exponent and of few digits."""
        if self.is_text:
            return np.ones(len(self), bool)
        return self._is_literal | ~np.isnan(self.numbers)

    @cached_property
    def numbers(self) -> Floats:
        """The numbers; NaN where a value is not one."""
        if self.is_text or self._is_literal.all():
            return np.full(len(self), np.nan)
        return _numbers(self.words, self.lengths)

    def digest(self, name: str) -> WordColumns:
        """The share of a field of the name in the key of each content; all are plain."""
        if self.is_text:
            return digest_of_words(name, TEXT, self.words, len(self))
        total = digest_of_words(name, NUMBER, [bits_of(self.numbers)], len(self))
        if self._is_literal.any():
            for word, value in ((_TRUE, True), (_FALSE, False), (_NULL, None)):
                total[self.words[0] == word] = digest_of(name, value)
        return total


def values_at(text: bytes, begins: Ints, lengths: Ints, *, is_text: bool) -> Values:
    """The values that begin at some places of a text and have some lengths; there is one at least."""
    every = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))
    widest = max(int(lengths.max()), 1)
    words = np.empty((-(-widest // 8), len(begins)), np.uint64)
    for row, start in zip(words, range(0, widest, 8), strict=True):
        np.bitwise_and(every[begins + start], _MASKS[np.clip(lengths - start, 0, 8)], out=row)
    return Values(words, lengths, is_text)


def _numbers(words: WordColumns, lengths: Ints) -> Floats:
    number = len(lengths)
    mantissa = np.zeros(number, np.uint64)
    digits, decimals = np.zeros(number, np.int64), np.zeros(number, np.int64)
    has_dot = np.zeros(number, bool)
    for place in range(int(lengths.max())):
        octet = words[place // 8] >> np.uint64(8 * (place % 8)) & np.uint64(255)
        digit = octet - np.uint64(ord("0"))
        is_digit = digit < 10
        mantissa = np.where(is_digit, mantissa * np.uint64(10) + digit, mantissa)
        has_dot |= octet == ord(".")
        digits += is_digit
        decimals += is_digit & has_dot
    is_negative = words[0] & np.uint64(255) == ord("-")
    first = words[0] >> np.where(is_negative, np.uint64(8), np.uint64(0)) & np.uint64(255)
    whole = digits - decimals
    is_plain = (digits + has_dot + is_negative == lengths) & (digits <= _EXACT_DIGITS) & ((decimals > 0) == has_dot)
    is_plain &= (whole == 1) | ((whole > 1) & (first != ord("0")))
    result = mantissa / _POWERS[np.minimum(decimals, 16)]
    return np.where(is_plain, np.where(is_negative, -result, result), np.nan)
