"""From AMQP's encoding to Python values, within limits of depth and count.

    null None        boolean bool      all integers int       float, double float      binary bytes
    string str       symbol Symbol     uuid UUID              list, array list         map dict
    timestamp Timestamp, char Char     decimals DecimalBits   described Described(descriptor, value)

Source: AMQP 1.0 part 1 (types). The first byte, the constructor, tells the width: its high nibble is the class.
"""

import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

from local_azure.amqp.errors import DecodeError
from local_azure.amqp.limits import MAX_DEPTH, MAX_ELEMENTS
from local_azure.amqp.values import Char, DecimalBits, Described, Symbol, Timestamp

_NUMBERS = {
    code: struct.Struct(">" + form)
    for code, form in {
        0x50: "B", 0x51: "b", 0x52: "B", 0x53: "B", 0x54: "b", 0x55: "b", 0x60: "H", 0x61: "h", 0x70: "I", 0x71: "i",
        0x72: "f", 0x80: "Q", 0x81: "q", 0x82: "d",
    }.items()
}  # fmt: skip
_CONSTANTS: dict[int, Any] = {0x40: None, 0x41: True, 0x42: False, 0x43: 0, 0x44: 0}
_RARE: dict[int, tuple[int, Callable[[bytes], Any]]] = {
    0x56: (1, lambda raw: bool(raw[0])),
    0x73: (4, lambda raw: Char(int.from_bytes(raw, "big"))),
    0x74: (4, DecimalBits),
    0x83: (8, lambda raw: Timestamp(int.from_bytes(raw, "big", signed=True))),
    0x84: (8, DecimalBits),
    0x94: (16, DecimalBits),
    0x98: (16, lambda raw: UUID(bytes=raw)),
}
_EMPTY_LIST, _NULL = 0x45, 0x40
_SHORT_TEXTS = frozenset((0xA1, 0xA3))
"""Strings and symbols of up to 255 bytes."""
_LISTS, _MAPS, _ARRAYS = (0xC0, 0xD0), (0xC1, 0xD1), (0xE0, 0xF0)


def decode(data: bytes, start: int = 0) -> tuple[Any, int]:
    """The value that starts at `start`, and the index behind it. Raises DecodeError."""
    return _Decoder(data).value(start, len(data), 0)


class _Decoder:
    """Decodes one value; counts its elements, so that a few bytes cannot ask for a huge one."""

    __slots__ = ("_data", "_left")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = MAX_ELEMENTS

    def value(self, at: int, end: int, depth: int) -> tuple[Any, int]:
        if at >= end:
            raise DecodeError("a value is cut off")
        code = self._data[at]
        if code:
            return self._plain(code, at + 1, end, depth)
        if depth >= MAX_DEPTH:
            raise DecodeError(f"values are nested more than {MAX_DEPTH} deep")
        descriptor, at = self.value(at + 1, end, depth + 1)
        value, at = self.value(at, end, depth + 1)
        return Described(descriptor, value), at

    def _plain(self, code: int, at: int, end: int, depth: int) -> tuple[Any, int]:
        number = _NUMBERS.get(code)
        if number is not None:
            if at + number.size > end:
                raise DecodeError("a number is cut off")
            return number.unpack_from(self._data, at)[0], at + number.size
        kind = code & 0xF0
        if kind in (0xA0, 0xB0):
            return self._bytes(code, at, end)
        if code in _CONSTANTS:
            return _CONSTANTS[code], at
        if kind >= 0xC0:
            return self._compound(code, at, end, depth)
        return self._rare(code, at, end)

    def _bytes(self, code: int, at: int, end: int) -> tuple[Any, int]:
        width = 1 if code < 0xB0 else 4
        start = at + width
        stop = start + int.from_bytes(self._data[at:start], "big")
        if stop > end or start > end:
            raise DecodeError("a string is cut off")
        return _text(self._data[start:stop], code), stop

    def _rare(self, code: int, at: int, end: int) -> tuple[Any, int]:
        if code == _EMPTY_LIST:
            return [], at
        if code not in _RARE:
            raise DecodeError(f"0x{code:02x} is not an AMQP constructor")
        size, read = _RARE[code]
        if at + size > end:
            raise DecodeError("a value is cut off")
        return read(self._data[at : at + size]), at + size

    def _compound(self, code: int, at: int, end: int, depth: int) -> tuple[Any, int]:
        width = 4 if code & 0x10 else 1
        body = at + width
        stop = body + int.from_bytes(self._data[at:body], "big")
        at = body + width
        if stop > end or at > stop:
            raise DecodeError("a list, map or array is cut off")
        count = int.from_bytes(self._data[body:at], "big")
        self._left -= count
        if self._left < 0:
            raise DecodeError(f"a value has more than {MAX_ELEMENTS} elements")
        if depth >= MAX_DEPTH:
            raise DecodeError(f"values are nested more than {MAX_DEPTH} deep")
        if code in _ARRAYS:
            items, at = self._array(count, at, stop, depth)
        elif code in _LISTS or code in _MAPS:
            items, at = self._items(count, at, stop, depth)
        else:
            raise DecodeError(f"0x{code:02x} is not an AMQP constructor")
        if at != stop:
            raise DecodeError("the size of a list, map or array does not match its elements")
        return (_pairs(items) if code in _MAPS else items), at

    def _items(self, count: int, at: int, stop: int, depth: int) -> tuple[list[Any], int]:
        data = self._data
        items: list[Any] = []
        for _ in range(count):
            code = data[at] if at + 1 < stop else 0
            if code == _NULL:
                items.append(None)
                at += 1
            elif code in _SHORT_TEXTS and (behind := at + 2 + data[at + 1]) <= stop:
                # Most maps are made of these; a call for each took three times as long.
                items.append(_text(data[at + 2 : behind], code))
                at = behind
            else:
                value, at = self.value(at, stop, depth + 1)
                items.append(value)
        return items, at

    def _array(self, count: int, at: int, stop: int, depth: int) -> tuple[list[Any], int]:
        if at == stop and count == 0:
            return [], at
        if at >= stop:
            raise DecodeError("an array is cut off")
        code, at, descriptor = self._data[at], at + 1, None
        if described := code == 0:
            descriptor, at = self.value(at, stop, depth + 1)
            if at >= stop:
                raise DecodeError("an array is cut off")
            code, at = self._data[at], at + 1
        items: list[Any] = []
        for _ in range(count):
            value, at = self._plain(code, at, stop, depth + 1)
            items.append(Described(descriptor, value) if described else value)
        return items, at


def _text(raw: bytes, code: int) -> bytes | str:
    """The binary, string or symbol with this constructor."""
    kind = code & 0x0F
    try:
        if kind == 1:
            return raw.decode()
        if kind == 3:
            return Symbol(raw.decode("ascii"))
    except UnicodeDecodeError as error:
        raise DecodeError("a string is not UTF-8, or a symbol not ASCII") from error
    if kind:
        raise DecodeError(f"0x{code:02x} is not an AMQP constructor")
    return raw


def _pairs(items: list[Any]) -> dict[Any, Any]:
    if len(items) % 2:
        raise DecodeError("a map has a key without a value")
    try:
        return dict(zip(items[::2], items[1::2], strict=True))
    except TypeError as error:
        raise DecodeError("a list or a map cannot be a key of a map") from error
