"""A way to a broker that loses chosen frames: what a fault between a broker and its reader looks like."""

import socket
from contextlib import AbstractContextManager

from local_azure.amqp.frames import HEADER_BYTES
from tests.amqp.relay import relayed

ONCE, ALWAYS = b"lost once", b"lost always"
"""A frame towards the reader that holds one of these is lost: the first that comes this way, or each."""


def lossy(address: str) -> AbstractContextManager[str]:
    """The address of a port that leads to the broker at `address`."""
    lost: list[bytes] = []

    def hand_on(source: socket.socket, target: socket.socket) -> None:
        with source.makefile("rb") as stream:
            while head := stream.read(4):
                is_header = head == b"AMQP"
                rest = stream.read((HEADER_BYTES if is_header else int.from_bytes(head, "big")) - 4)
                if ALWAYS in rest or (ONCE in rest and not lost):
                    if ONCE in rest:
                        lost.append(rest)
                else:
                    target.sendall(head + rest)

    return relayed(address, hand_on)
