"""Encoded values by where they begin and end, so that they can be passed on as they came: nothing is decoded here.

A value that is decoded and encoded anew loses its exact type: AMQP has eight kinds of integers, Python one.
"""

from local_azure.amqp.errors import DecodeError
from local_azure.amqp.limits import MAX_DEPTH

_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_EMPTY_LIST, _NULL = 0x45, 0x40
_COMPOUNDS = (0xC0, 0xD0, 0xC1, 0xD1)


def skip(data: bytes, at: int, end: int) -> int:
    """The index behind the value at `at`. Raises DecodeError if it does not fit before `end`."""
    pending = 1
    for _ in range(2 * MAX_DEPTH):
        if at >= end:
            raise DecodeError("a value is cut off")
        code = data[at]
        if code == 0:
            pending += 1
            at += 1
            continue
        at = _behind(data, code, at + 1)
        pending -= 1
        if at > end:
            raise DecodeError("a value is cut off")
        if not pending:
            return at
    raise DecodeError("a value is described too deeply")


def _behind(data: bytes, code: int, at: int) -> int:
    kind = code >> 4
    width = _WIDTHS.get(kind)
    if width is not None:
        return at + width
    if kind in (0xA, 0xC, 0xE):
        return at + 1 + int.from_bytes(data[at : at + 1], "big")
    if kind in (0xB, 0xD, 0xF):
        return at + 4 + int.from_bytes(data[at : at + 4], "big")
    raise DecodeError(f"0x{code:02x} is not an AMQP constructor")


def elements(data: bytes, at: int = 0) -> list[bytes]:
    """The elements of the list at `at`, or the keys and values in turn of a map; none of a null.

    A described list or map is looked into. Raises DecodeError for any other value.
    """
    while at < len(data) and data[at] == 0:
        at = skip(data, at + 1, len(data))
    code = data[at] if at < len(data) else None
    if code in (_EMPTY_LIST, _NULL):
        return []
    if code not in _COMPOUNDS:
        raise DecodeError("a list or a map was expected")
    end = skip(data, at, len(data))
    width = 4 if code & 0x10 else 1
    count = int.from_bytes(data[at + 1 + width : at + 1 + 2 * width], "big")
    at += 1 + 2 * width
    parts: list[bytes] = []
    for _ in range(count):
        behind = skip(data, at, end)
        parts.append(data[at:behind])
        at = behind
    return parts


def pairs(data: bytes, at: int = 0) -> list[tuple[bytes, bytes]]:
    """The keys and values of the map at `at`; see `elements`."""
    parts = elements(data, at)
    if len(parts) % 2:
        raise DecodeError("a map has a key without a value")
    return list(zip(parts[::2], parts[1::2], strict=True))
