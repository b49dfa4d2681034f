"""The fields of contents as columns, whether they were read as bytes or as values."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.context.sighting import LARGEST
from fraud.profiles.day.arrays import Bools, Floats
from fraud.profiles.day.coder import Coder
from fraud.profiles.day.contents import Contents
from fraud.profiles.day.keys import WIDEST, KeyColumn, keys_of, texts_of
from fraud.profiles.day.values import Values

_number = msgspec.json.decode


class Fields:
    """The fields of contents, as a profile reads them."""

    def __init__(self, contents: Contents) -> None:
        self._number = len(contents.places)
        self._fields = contents.fields

    def _of(self, name: str) -> Values | Sequence[Any]:
        own = self._fields.get(name)
        return [None] * self._number if own is None else own

    def are(self, name: str, text: str) -> Bools:
        """Where a field is a text of ASCII."""
        own = self._of(name)
        if isinstance(own, Values):
            return own.column == text.encode() if own.is_text else np.zeros(self._number, bool)
        return np.array([value == text for value in own], bool)

    def are_true(self, name: str) -> Bools:
        """Where a field is true, which 1 is not."""
        own = self._of(name)
        return own.is_true if isinstance(own, Values) else np.array([value is True for value in own], bool)

    def numbers(self, name: str) -> Floats:
        """The numbers of a field."""
        own = self._of(name)
        return own.numbers if isinstance(own, Values) else numbers(own)

    def texts(self, name: str) -> Sequence[str]:
        """A field that is a text in all of them."""
        own = self._of(name)
        return texts_of(own.column) if isinstance(own, Values) else own

    def keys(self, name: str) -> KeyColumn:
        """A field of customers or skus."""
        own = self._of(name)
        if not isinstance(own, Values):
            return keys_of(own)
        if own.column.itemsize <= WIDEST and (own.is_text or b"".join(own.column.tolist()).isdigit()):
            return own.column
        return keys_of(texts_of(own.column) if own.is_text else [*map(_number, own.column.tolist())])

    def codes(self, name: str, coder: Coder) -> NDArray[np.int32]:
        """The codes of the texts of a field."""
        own = self._of(name)
        if isinstance(own, Values):
            return coder.codes_of_values(own)
        return coder.codes_of(own)


def numbers(values: Sequence[Any]) -> Floats:
    """The numbers among JSON values, as large as they are."""
    if set(map(type, values)) <= {int, float, type(None)}:
        try:
            return np.array(values, np.float64)
        except OverflowError:
            pass  # a whole number beyond all doubles
    return np.array([_float(value) for value in values], np.float64)


def _float(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    return float(value) if abs(value) <= LARGEST else math.copysign(math.inf, value > 0 or -1)
