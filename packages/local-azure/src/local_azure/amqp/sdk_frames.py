"""Frames within the bytes that a client of a hub has received: where each ends, and transfers of one frame.

Source: AMQP 1.0 part 2, sections 2.3 and 2.7.5.
"""

from typing import Any, NamedTuple

from local_azure.amqp.frames import HEADER_BYTES

_PLAIN = (2, 0)
"""Data offset and type of a frame of AMQP whose header is not extended."""
_LARGEST = 16 * 1_048_576
"""A larger size is not one, as that of a protocol header."""
_TRANSFER = b"\x00\x53\x14"
_SHORT_LIST, _LONG_LIST = 0xC0, 0xD0
_CONSTANTS = {0x40: None, 0x41: True, 0x42: False, 0x43: 0}
_BYTE, _UINT, _BINARY = 0x52, 0x70, 0xA0
_FIELDS = 11
_ID, _MORE = 1, 5
_RARE = slice(6, 10)
"""A settlement, a state, and whether the delivery is resumed or aborted."""


class WholeTransfer(NamedTuple):
    """A message in one frame: its link's handle, its delivery's id, and where it starts."""

    handle: int
    delivery_id: int
    start: int


def end_of_frame(data: bytes, start: int) -> int | None:
    """The index behind the frame that starts here; the start itself if it is not a plain frame of AMQP.

    None if its end has not come.
    """
    if len(data) - start < HEADER_BYTES:
        return None
    size = int.from_bytes(data[start : start + 4], "big")
    if not HEADER_BYTES <= size <= _LARGEST or (data[start + 4], data[start + 5]) != _PLAIN:
        return start
    return start + size if start + size <= len(data) else None


def transfer_at(data: bytes, start: int) -> WholeTransfer | None:
    """The transfer in the frame that starts here; None if it is something else or not a whole message."""
    at = start + HEADER_BYTES
    if data[at : at + 3] != _TRANSFER:
        return None
    fields: list[Any] = []
    code = data[at + 3]
    if code == _LONG_LIST:
        count, at = int.from_bytes(data[at + 8 : at + 12], "big"), at + 12
    elif code == _SHORT_LIST:
        count, at = data[at + 5], at + 6
    else:
        return None
    if count != _FIELDS:
        return None
    for _ in range(_FIELDS):
        code = data[at]
        if code in _CONSTANTS:
            fields.append(_CONSTANTS[code])
            at += 1
        elif code == _UINT:
            fields.append(int.from_bytes(data[at + 1 : at + 5], "big"))
            at += 5
        elif code == _BYTE:
            fields.append(data[at + 1])
            at += 2
        elif code == _BINARY:
            at += 2 + data[at + 1]
            fields.append(True)  # the tag is not asked for
        else:
            return None
    if fields[0] is None or fields[_ID] is None or fields[_MORE] or any(fields[_RARE]):
        return None
    return WholeTransfer(fields[0], fields[_ID], at)
