"""Reads a map of a message as Microsoft's client for Event Hubs does: its texts are bytes, and so are its keys.

What most maps are made of is read here; all else by the SDK's own table of readers, which `sdk_types` completes.
"""
# pyright: reportPrivateUsage=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# The decoder of the SDK is its own.

import struct
from typing import Any

from azure.eventhub._pyamqp import _decode

from local_azure.amqp.values import Timestamp

_READERS: list[Any] = _decode._DECODE_BY_CONSTRUCTOR
_SHORT_MAP, _LONG_MAP = 0xC1, 0xD1
_SHORT_TEXTS = frozenset((0xA0, 0xA1, 0xA3))
_LONG, _TIMESTAMP = 0x81, 0x83


class UnusualError(Exception):
    """The SDK must read this message."""


UNREADABLE = (UnusualError, IndexError, ValueError, TypeError, OSError, OverflowError, struct.error)
"""The outcome of a message that the SDK must read: it may be able to, and has its own words if it is not."""


def read_map(message: bytes, code: int, at: int, end: int) -> dict[Any, Any]:
    """The map with this constructor, whose size is at `at` and which ends before `end`. Raises one of UNREADABLE."""
    if code == _SHORT_MAP:
        count, at = message[at + 1], at + 2
    elif code == _LONG_MAP:
        count, at = int.from_bytes(message[at + 4 : at + 8], "big"), at + 8
    else:
        raise UnusualError
    if end > len(message) or count & 1:
        raise UnusualError
    items: dict[Any, Any] = {}
    for _ in range(count >> 1):
        if message[at] in _SHORT_TEXTS:
            behind = at + 2 + message[at + 1]
            key = message[at + 2 : behind]
        else:
            key, behind = _value(message, at)
        code = message[behind]
        if code in _SHORT_TEXTS:
            at = behind + 2 + message[behind + 1]
            items[key] = message[behind + 2 : at]
        else:
            items[key], at = _value(message, behind)
    if at != end:
        raise UnusualError
    return items


def _value(message: bytes, at: int) -> tuple[Any, int]:
    code = message[at]
    if code == _LONG:
        return int.from_bytes(message[at + 1 : at + 9], "big", signed=True), at + 9
    if code == _TIMESTAMP:
        return Timestamp(int.from_bytes(message[at + 1 : at + 9], "big", signed=True)), at + 9
    rest, value = _READERS[code](memoryview(message)[at + 1 :])
    return value, len(message) - len(rest)
