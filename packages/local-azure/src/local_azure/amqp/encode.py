"""From Python values to AMQP's encoding.

    None null   bool boolean   int long   float double   str string   Symbol symbol   bytes binary   UUID uuid
    list list   dict map       Described described       Encoded as it is
    Timestamp timestamp        Char char                 DecimalBits decimal of its width

A Python int is sent as a long, one beyond it as a ulong; where the protocol names another type, wrap it: `uint(5)`,
`timestamp(ms)`. Lists and maps go out in their wide form, with every field: some SDKs read fields by position.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from local_azure.amqp.values import Char, DecimalBits, Described, Encoded, Symbol, Timestamp

_PAIR = struct.Struct(">II")


def _fixed(code: int, form: str) -> Callable[[int], Encoded]:
    pack = struct.Struct(">B" + form).pack
    return lambda number: Encoded(pack(code, number))


ubyte = _fixed(0x50, "B")
ushort = _fixed(0x60, "H")
uint = _fixed(0x70, "I")
int32 = _fixed(0x71, "i")
ulong = _fixed(0x80, "Q")
long = _fixed(0x81, "q")
timestamp = _fixed(0x83, "q")
"""Milliseconds since 1970, in UTC."""


def described(descriptor: int, value: Any) -> Encoded:
    """A value behind a small numeric descriptor (below 256), as all of AMQP's own are."""
    return Encoded(bytes((0x00, 0x53, descriptor)) + encode(value))


def array(constructor: int, form: str, numbers: Iterable[int]) -> Encoded:
    """Numbers of one fixed width, for example `array(0x81, "q", sequence_numbers)` for longs."""
    items = [struct.pack(">" + form, number) for number in numbers]
    return _array(constructor, items)


def string_array(texts: Iterable[str]) -> Encoded:
    """An array of strings."""
    return _array(0xB1, [struct.pack(">I", len(raw)) + raw for raw in (text.encode() for text in texts)])


def symbol_array(names: Iterable[Symbol]) -> Encoded:
    """An array of symbols."""
    return _array(0xB3, [struct.pack(">I", len(raw)) + raw for raw in (name.encode("ascii") for name in names)])


def _array(constructor: int, items: Sequence[bytes]) -> Encoded:
    body = b"".join(items)
    return Encoded(b"\xf0" + _PAIR.pack(len(body) + 5, len(items)) + bytes((constructor,)) + body)


def encode(value: Any) -> bytes:
    """The encoding of a value of the table above. Raises TypeError for any other."""
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType] - of Any
    encoder = _ENCODERS.get(kind)
    if encoder is None:
        encoder = next((each for kind, each in _ENCODERS.items() if isinstance(value, kind)), None)
        if encoder is None:
            raise TypeError(f"{type(value).__name__} has no AMQP encoding")
    return encoder(value)


def encode_map(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A map of keys and values that are encoded already."""
    parts = [part for pair in pairs for part in pair]
    body = b"".join(parts)
    return b"\xd1" + _PAIR.pack(len(body) + 4, len(parts)) + body


def _variable(small: int, raw: bytes) -> bytes:
    if len(raw) < 256:
        return bytes((small, len(raw))) + raw
    return bytes((small + 0x10,)) + struct.pack(">I", len(raw)) + raw


def _list(items: Sequence[Any]) -> bytes:
    body = b"".join(map(encode, items))
    return b"\xd0" + _PAIR.pack(len(body) + 4, len(items)) + body


def _dict(items: dict[Any, Any]) -> bytes:
    return encode_map((encode(key), encode(value)) for key, value in items.items())


def _described(item: Described) -> bytes:
    return b"\x00" + encode(item.descriptor) + encode(item.value)


_DECIMALS = {4: b"\x74", 8: b"\x84", 16: b"\x94"}
_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    Encoded: bytes,
    type(None): lambda _: b"\x40",
    bool: lambda flag: b"\x41" if flag else b"\x42",
    Symbol: lambda text: _variable(0xA3, text.encode("ascii")),
    str: lambda text: _variable(0xA1, text.encode()),
    DecimalBits: lambda bits: _DECIMALS[len(bits)] + bits,
    bytes: lambda raw: _variable(0xA0, raw),
    Timestamp: timestamp,
    Char: lambda point: b"\x73" + point.to_bytes(4, "big"),
    int: lambda number: long(number) if number < 1 << 63 else ulong(number),
    float: lambda number: b"\x82" + struct.pack(">d", number),
    UUID: lambda each: b"\x98" + each.bytes,
    Described: _described,
    dict: _dict,
    list: _list,
    tuple: _list,
}
