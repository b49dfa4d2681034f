"""Completes the decoders of Microsoft's SDKs for Python, in processes that hand on what these receive.

The SDKs read a timestamp as a bare number and know neither characters nor decimals of 32 and 64 bits: a message that
holds one breaks its reader for ever. `azure.servicebus` fails at a described list and writes the descriptor into a
described map. Their decoder is a private table of functions by constructor; what this adds is
read as `local_azure.amqp.decode` reads it. A timestamp remains a number to all who reckon with it.
"""

import importlib
from collections.abc import Callable
from typing import Any

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
    getattr(decoder, "_DESCR_BY_CONSTRUCTOR", {}).clear()  # without a class of its own a described value is the value


def _reader(size: int, read: Callable[[memoryview], Any]) -> _Reader:
    """A function of the table: the rest of the buffer, and the value. One SDK hands in the depth of nesting, too."""

    def take(buffer: memoryview, _depth: int = 0) -> tuple[memoryview, Any]:
        return buffer[size:], read(buffer[:size])

    return take
