"""A way to a broker on which a test decides how that what the broker says arrives."""

import contextlib
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Thread

HandOn = Callable[[socket.socket, socket.socket], None]
"""Reads from the first socket, and writes to the second, until the first ends."""


@contextmanager
def relayed(address: str, hand_on: HandOn) -> Generator[str]:
    """The address of a port that leads to the broker at `address`; `hand_on` carries what the broker says."""
    host, port = address.rsplit(":", 1)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            broker = socket.create_connection((host, int(port)))
            Thread(target=_carry, args=(_as_it_comes, client, broker), daemon=True).start()
            Thread(target=_carry, args=(hand_on, broker, client), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _carry(hand_on: HandOn, source: socket.socket, target: socket.socket) -> None:
    # OSError: the other side has hung up.
    with source, target, contextlib.suppress(OSError):
        hand_on(source, target)


def _as_it_comes(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65_536):
        target.sendall(data)
