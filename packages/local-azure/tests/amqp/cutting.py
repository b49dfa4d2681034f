"""A way to a broker on which bytes arrive in pieces of any size: what a network makes of frames."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from random import Random
from threading import Thread
from time import sleep

_SIZES = (1, 7, 8, 9, 40, 700, 5_000, 70_000)
_PAUSE = 0.002


@contextmanager
def cutting(address: str, seed: int) -> Generator[str]:
    """The address of a port that leads to the broker at `address`, and hands on what it says in pieces."""
    host, port = address.rsplit(":", 1)
    random = Random(seed)

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            broker = socket.create_connection((host, int(port)))
            Thread(target=_pass_on, args=(client, broker), daemon=True).start()
            Thread(target=_pass_pieces, args=(broker, client, random), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with source, target:
        try:
            while data := source.recv(65_536):
                target.sendall(data)
        except OSError:
            pass  # the other side has hung up


def _pass_pieces(source: socket.socket, target: socket.socket, random: Random) -> None:
    with source, target:
        try:
            while data := source.recv(random.choice(_SIZES)):
                target.sendall(data)
                if random.random() < 0.2:
                    sleep(_PAUSE)
        except OSError:
            pass  # the other side has hung up
