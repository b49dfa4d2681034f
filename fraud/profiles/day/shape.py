"""The shape that bodies have in common: fields with plain values. Bodies of a known shape are read in half the time."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from fraud.replay.arrivals import read_event

MOST_FIELDS = 64
"""Names that a shape has at most: a producer chooses them."""

_PLAIN = str | int | float | bool | UnsetType | None
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_values_of = msgspec.structs.astuple


class BodyShape:
    """Fields of events, as far as they were met; none is forgotten."""

    def __init__(self, names: Iterable[str]) -> None:
        """Begin with some names; `id` is one of them, and always a text."""
        self._names = [*dict.fromkeys(names)]
        self._make()

    def _make(self) -> None:
        row = msgspec.defstruct("Row", [*map(_field, self._names)], kw_only=True, gc=False, forbid_unknown_fields=True)
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(row).decode

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

    def columns_of(self, rows: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
        """The values of each field of the shape, in the order of the rows; UNSET where one is missing."""
        return dict(zip(self._names, zip(*map(_values_of, rows), strict=True), strict=True))

    def learn(self, bodies: Iterable[bytes]) -> bool:
        """Know the fields of the events among bodies, too, as far as their values are plain; True if one is new."""
        events = [event for body in bodies if (event := read_event(body)) is not None]
        before = len(self._names)
        for name in sorted(set[str]().union(*events).difference(self._names)):
            kinds: set[type] = {type(event.get(name)) for event in events}
            if kinds.isdisjoint((dict, list)) and _NAME.fullmatch(name) and len(self._names) < MOST_FIELDS:
                self._names.append(name)
        is_new = len(self._names) > before
        if is_new:
            self._make()
        return is_new


def _field(name: str) -> tuple[str, Any] | tuple[str, Any, Any]:
    return ("id", str) if name == "id" else (name, _PLAIN, UNSET)
