"""Transfers and dispositions as bytes: the two performatives that go out for every message."""

import struct

from local_azure.amqp.encode import uint
from local_azure.amqp.performatives import Code, performative
from local_azure.amqp.values import Encoded

_TRANSFER_HEAD = struct.Struct(">3sBIIBIBIBB")
_TRANSFER_TAIL = struct.Struct(">BIBB5s")


def transfer(handle: int, delivery_id: int, tag: bytes, *, settled: bool, more: bool) -> bytes:
    """The first or only transfer of a message in format 0, packed by hand: this is the hot path."""
    size = _TRANSFER_HEAD.size - 8 + len(tag) + _TRANSFER_TAIL.size
    return (
        _TRANSFER_HEAD.pack(b"\x00\x53\x14", 0xD0, size, 11, 0x70, handle, 0x70, delivery_id, 0xA0, len(tag))
        + tag
        + _TRANSFER_TAIL.pack(0x70, 0, 0x41 if settled else 0x42, 0x41 if more else 0x42, b"\x40\x40\x40\x40\x40")
    )


def continued_transfer(handle: int, *, settled: bool, more: bool) -> bytes:
    """A transfer that continues a message."""
    return performative(Code.TRANSFER, [uint(handle), None, None, None, settled, more, None, None, None, None, None])


def disposition(receiver: bool, first: int, last: int, state: Encoded) -> bytes:
    """Settles deliveries `first` to `last` with one state."""
    return performative(Code.DISPOSITION, [receiver, uint(first), uint(last), True, state, False])
