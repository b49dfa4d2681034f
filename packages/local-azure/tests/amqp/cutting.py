"""A way to a broker on which bytes arrive in pieces of any size: what a network makes of frames."""

import socket
from contextlib import AbstractContextManager
from random import Random
from time import sleep

from tests.amqp.relay import relayed

_SIZES = (1, 7, 8, 9, 40, 700, 5_000, 70_000)
_PAUSE = 0.002


def cutting(address: str, seed: int) -> AbstractContextManager[str]:
    """The address of a port that leads to the broker at `address`, and hands on what it says in pieces."""
    random = Random(seed)

    def hand_on(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(random.choice(_SIZES)):
            target.sendall(data)
            if random.random() < 0.2:
                sleep(_PAUSE)

    return relayed(address, hand_on)
