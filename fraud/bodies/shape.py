"""The shape that bodies have in common: fields with plain values. Bodies of a known shape are read in half the time."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from fraud.identity import written
from fraud.replay.arrivals import read_event

MOST_FIELDS = 64
"""Names that a shape has at most: a producer chooses them."""

_PLAIN = str | int | bool | UnsetType | None
_NUMBER = str | int | float | bool | UnsetType | None
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
"""Names that are learned. None begins with `_`: to a class, `__slots__`, `__eq__` or `__x` mean something."""
_EXACT = 2**53
_values_of = msgspec.structs.astuple


class Read(NamedTuple):
    """Events of one shape."""

    columns: Mapping[str, Sequence[Any]]
    """The values of each field of the shape, in the order of the events; UNSET where one is missing."""
    written: Iterable[bytes]
    """Each event as `fraud.identity.canonical` writes it."""


class BodyShape:
    """Fields of events, as far as they were met; none is forgotten."""

    def __init__(self, names: Iterable[str]) -> None:
        """Begin with some names; `id` is one of them, and always a text."""
        # True for a field that has held a number with a point. Other fields refuse one, since 20.0 is written as 20.
        self._has_points = dict.fromkeys(names, False)
        self._make()

    def _make(self) -> None:
        self._names = sorted(self._has_points)  # the order in which they are written
        row = msgspec.defstruct(
            "Row", [*map(self._field, self._names)], kw_only=True, gc=False, forbid_unknown_fields=True
        )
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(row).decode

    def _field(self, name: str) -> tuple[str, Any] | tuple[str, Any, Any]:
        return ("id", str) if name == "id" else (name, _NUMBER if self._has_points[name] else _PLAIN, UNSET)

    def rows_of(self, bodies: Sequence[bytes]) -> list[Any]:
        """Each body as a row for `read`; None for one of another shape."""
        try:
            return [*map(self._decode, bodies)]
        except (ValueError, RecursionError):
            return [*map(self._row_of, bodies)]

    def _row_of(self, body: bytes) -> Any:
        try:
            return self._decode(body)
        except (ValueError, RecursionError):
            return None

    def read(self, rows: Sequence[Any]) -> Read:
        """The fields of rows, in which no whole number is long."""
        columns = dict(zip(self._names, zip(*map(_values_of, rows), strict=True), strict=True))
        for name, has_points in self._has_points.items():
            if has_points:
                for place in _whole(columns[name]):
                    setattr(rows[place], name, int(columns[name][place]))
        if None in columns["store_id"]:
            for row in rows:
                if row.store_id is None:
                    row.store_id = UNSET  # is written as one that is missing
        return Read(columns, map(written, rows))

    def learn(self, bodies: Iterable[bytes]) -> None:
        """Know the fields of the events among bodies, too, as far as their values are plain."""
        events = [event for body in bodies if (event := read_event(body)) is not None]
        before = dict(self._has_points)
        for name in sorted(set[str]().union(*events)):
            kinds: set[type] = {type(event.get(name)) for event in events}
            if dict in kinds or list in kinds or not _NAME.fullmatch(name):
                continue
            if name in self._has_points or len(self._has_points) < MOST_FIELDS:
                self._has_points[name] = self._has_points.get(name, False) or float in kinds
        if self._has_points != before:
            self._make()


def _whole(values: Sequence[Any]) -> Iterator[int]:
    """The places of numbers that have a point, and are whole all the same."""
    kinds = set(map(type, values))
    if float not in kinds:
        return
    places: Iterable[int] = range(len(values))
    if kinds <= {int, float}:
        numbers = np.array(values, np.float64)
        places = np.flatnonzero(np.rint(numbers) == numbers).tolist()
    for place in places:
        value = values[place]
        if type(value) is float and value.is_integer() and abs(value) < _EXACT:
            yield place
