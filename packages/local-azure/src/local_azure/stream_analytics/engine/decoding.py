"""From the bodies of events to rows that hold the columns a query needs, and nothing else.

A body is one JSON object, an array of them, or one on each line. Anything else is an input error: the event is lost to
the job and only to it. So is a body with a whole number beyond a bigint, wherever it stands: Stream Analytics cannot
deserialize it ("Data types", InputDeserializationError). Looking for one takes as long as the decoding, so a step asks
`is_wide` only of the rows that its WHERE keeps; for the others it makes no difference.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from local_azure.stream_analytics.engine.columns import ReadColumn, read_from_dict

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BAD_JSON = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)


_DIGITS_AS_ZEROS = bytes(ord("0") if chr(code).isdecimal() else ord(" ") for code in range(256))
_MANY_DIGITS = b"0" * 19
_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ROOM = 30
"""Calls below which bodies are decoded: where a row is written, which may be deeper in the stack and in other values,
it must not be found to be nested too deep. By then its event cannot be refused."""
TOO_WIDE = "a whole number beyond the range of a bigint"


@dataclass
class Decoded:
    """The rows of a batch, the arrival and the body of each, and the places of the bodies that gave none."""

    rows: list[Any]
    arrivals: Sequence[int]
    bodies: Sequence[bytes]
    errors: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


_Decode = Callable[[Sequence[bytes], Sequence[int]], Decoded]


class Decoder:
    """Decodes the bodies of one input. `columns` are the top-level names needed; None for all of them, as dicts."""

    def __init__(self, columns: Collection[str] | None) -> None:
        self._fields = {} if columns is None else {name: f"c{place}" for place, name in enumerate(sorted(columns))}
        row: Any = dict[str, Any]
        if columns is not None:
            # Without the collector's tracking a row costs 15 % less; rows of plain JSON cannot form cycles.
            fields: list[tuple[str, Any, Any]] = [(field_name, Any, None) for field_name in self._fields.values()]
            names = {field_name: name for name, field_name in self._fields.items()}
            row = msgspec.defstruct("Row", fields, rename=names, gc=False)
        self._one = msgspec.json.Decoder(row).decode
        self._many = msgspec.json.Decoder(list[row]).decode
        self.read: ReadColumn = read_from_dict if columns is None else self._read_field

    def _read_field(self, name: str) -> str:
        return f"row.{self._fields[name]}"

    def decode(self, bodies: Sequence[bytes], arrivals: Sequence[int]) -> Decoded:
        """All rows of a batch of bodies."""
        try:
            return _deep_down(_ROOM, self._at_once, bodies, arrivals)
        except _BAD_JSON:
            # Two calls from each body, where the other way is one: no neighbour decides what is nested too deep.
            return _deep_down(_ROOM - 1, self._carefully, bodies, arrivals)

    def _at_once(self, bodies: Sequence[bytes], arrivals: Sequence[int]) -> Decoded:
        return Decoded([*map(self._one, bodies)], arrivals, bodies)

    def _carefully(self, bodies: Sequence[bytes], arrivals: Sequence[int]) -> Decoded:
        rows: list[Any] = []
        times: list[int] = []
        origins: list[bytes] = []
        errors: list[tuple[int, str]] = []
        for place, body in enumerate(bodies):
            try:
                of_body = self._rows_of(body)
            except _BAD_JSON as error:
                errors.append((place, _reason(error)))
                continue
            has_many = len(of_body) > 1
            if has_many and is_wide(body):
                errors.append((place, TOO_WIDE))
                continue
            rows += of_body
            times += [arrivals[place]] * len(of_body)
            origins += [b"" if has_many else body] * len(of_body)  # asked above, once for all its rows
        return Decoded(rows, times, origins, errors)

    def _rows_of(self, body: bytes) -> list[Any]:
        try:
            return [self._one(body)]
        except msgspec.MsgspecError:
            text = body.removeprefix(_BYTE_ORDER_MARK).strip()
            if text.startswith(b"["):
                return self._many(text)
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) > 1 and not (len(text) < len(body) and self._is_one(text)):
                return [self._one(line) for line in lines]
            return [self._one(text)]

    def _is_one(self, text: bytes) -> bool:
        """True if a text is one object, be it written on many lines."""
        try:
            self._one(text)
        except msgspec.MsgspecError:
            return False
        return True


def _deep_down(room: int, decode: _Decode, bodies: Sequence[bytes], arrivals: Sequence[int]) -> Decoded:
    return _deep_down(room - 1, decode, bodies, arrivals) if room else decode(bodies, arrivals)


def is_wide(body: bytes) -> bool:
    """True if a body that has been decoded holds a whole number beyond a bigint, in whatever field."""
    # `in` first takes the digits for the number of a byte, and fails at it: that costs as much as the search.
    if body.translate(_DIGITS_AS_ZEROS).find(_MANY_DIGITS) < 0:
        return False
    # Not decoded once more: fields that no column needs were skipped unread, and their texts may be broken.
    return any(map(_is_beyond_bigint, _NUMBER.findall(_TEXT.sub(b"", body))))


def _is_beyond_bigint(number: bytes) -> bool:
    digits = number.removeprefix(b"-")
    return digits.isdigit() and (len(digits) > len(_MANY_DIGITS) or not -(2**63) <= int(number) < 2**63)


def _reason(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)
