"""Completes the decoders of Microsoft's SDKs for Python, in processes that hand on what these receive.

The SDKs read a timestamp as a bare number and know neither characters nor decimals of 32 and 64 bits: a message that
holds one breaks its reader for ever. So does an array of described values. Of an empty array they leave the constructor
unread and take it for what follows, with whatever length they then come to. `azure.servicebus` fails at a described
list and writes the descriptor into a described map. Their decoder is a private table of functions by constructor; what
this adds is read as `local_azure.amqp.decode` reads it. A timestamp remains a number to all who reckon with it.
"""

import importlib
from collections.abc import Callable
from typing import Any

from local_azure.amqp.errors import DecodeError
from local_azure.amqp.limits import MAX_ELEMENTS
from local_azure.amqp.values import Char, DecimalBits, Timestamp

_Reader = Callable[..., tuple[memoryview, Any]]


def complete(sdk: str) -> None:
    """Complete the decoder of `azure.eventhub` or `azure.servicebus`."""
    decoder: Any = importlib.import_module(f"{sdk}._pyamqp._decode")
    table: list[_Reader] = decoder._DECODE_BY_CONSTRUCTOR
    table[0x73] = _reader(4, lambda raw: Char(int.from_bytes(raw, "big")))
    table[0x83] = _reader(8, lambda raw: Timestamp(int.from_bytes(raw, "big", signed=True)))
    for constructor, size in ((0x74, 4), (0x84, 8), (0x94, 16)):
        table[constructor] = _reader(size, DecimalBits)
    table[0xE0], table[0xF0] = _array_reader(table, 1), _array_reader(table, 4)
    getattr(decoder, "_DESCR_BY_CONSTRUCTOR", {}).clear()  # without a class of its own a described value is the value


def _reader(size: int, read: Callable[[memoryview], Any]) -> _Reader:
    """A function of the table: the rest of the buffer, and the value. One SDK hands in the depth of nesting, too."""

    def take(buffer: memoryview, _depth: int = 0) -> tuple[memoryview, Any]:
        return buffer[size:], read(buffer[:size])

    return take


def _array_reader(table: list[_Reader], width: int) -> _Reader:
    """A reader of arrays whose size and count have so many bytes; a descriptor is left out."""

    def take(buffer: memoryview, _depth: int = 0) -> tuple[memoryview, list[Any]]:
        end = width + int.from_bytes(buffer[:width], "big")
        count = int.from_bytes(buffer[width : 2 * width], "big")
        if not count:
            return buffer[end:], []
        if count > MAX_ELEMENTS:
            raise DecodeError(f"an array has more than {MAX_ELEMENTS} elements")
        rest = buffer[2 * width :]
        if not rest[0]:
            rest, _ = table[rest[1]](rest[2:])
        read, rest, values = table[rest[0]], rest[1:], list[Any]()
        for _ in range(count):
            rest, value = read(rest)
            values.append(value)
        return buffer[end:], values

    return take
