"""Frames: how bytes on the wire are cut. Four bytes of size, data offset, type, channel; then the body.

Source: AMQP 1.0 part 2 section 2.3.
"""

import struct
from enum import IntEnum
from typing import NamedTuple

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import MAX_FRAME_BYTES

HEADER_BYTES = 8
AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEARTBEAT = b"\x00\x00\x00\x08\x02\x00\x00\x00"
_HEAD = struct.Struct(">IBBH")


class FrameType(IntEnum):
    """The layer that a frame belongs to."""

    AMQP = 0
    SASL = 1


class Frame(NamedTuple):
    """One frame without its head. A heartbeat has an empty body."""

    type: int
    channel: int
    body: bytes


def build(channel: int, body: bytes, frame_type: FrameType = FrameType.AMQP) -> bytes:
    """A whole frame."""
    return _HEAD.pack(len(body) + HEADER_BYTES, 2, frame_type, channel) + body


class FrameReader:
    """Cuts a stream of bytes into protocol headers and frames; holds at most one unfinished frame.

    `feed` takes what has arrived; the other two take out what is complete, or give None. A size above the limit or
    below the smallest frame raises PeerError at once, before the rest of such a frame is waited for.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._at = 0

    def feed(self, data: bytes) -> None:
        """Add bytes that have arrived."""
        if self._at:
            del self._data[: self._at]
            self._at = 0
        self._data += data

    def protocol_header(self) -> bytes | None:
        """The next eight bytes, once they are there."""
        if len(self._data) - self._at < HEADER_BYTES:
            return None
        header = bytes(self._data[self._at : self._at + HEADER_BYTES])
        self._at += HEADER_BYTES
        return header

    def frame(self) -> Frame | None:
        """The next frame, once all of it is there."""
        data = self._data
        if len(data) - self._at < HEADER_BYTES:
            return None
        size, offset, frame_type, channel = _HEAD.unpack_from(data, self._at)
        if size > MAX_FRAME_BYTES:
            raise PeerError(Condition.FRAMING_ERROR, f"a frame of {size} bytes exceeds {MAX_FRAME_BYTES}")
        start = offset * 4
        if size < HEADER_BYTES or start < HEADER_BYTES or start > size:
            raise PeerError(Condition.FRAMING_ERROR, "the head of a frame is malformed")
        if len(data) - self._at < size:
            return None
        body = bytes(memoryview(data)[self._at + start : self._at + size])
        self._at += size
        return Frame(frame_type, channel, body)
