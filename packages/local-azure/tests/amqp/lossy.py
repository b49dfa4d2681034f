"""A way to a broker that loses chosen frames: what a fault between a broker and its reader looks like."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

from local_azure.amqp.frames import HEADER_BYTES

ONCE, ALWAYS = b"lost once", b"lost always"
"""A frame towards the reader that holds one of these is lost: the first that comes this way, or each."""


@contextmanager
def lossy(address: str) -> Generator[str]:
    """The address of a port that leads to the broker at `address`."""
    host, port = address.rsplit(":", 1)
    lost: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            broker = socket.create_connection((host, int(port)))
            Thread(target=_pass_on, args=(client, broker), daemon=True).start()
            Thread(target=_pass_frames, args=(broker, client, lost), daemon=True).start()

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


def _pass_frames(source: socket.socket, target: socket.socket, lost: list[bytes]) -> None:
    with source, target, source.makefile("rb") as stream:
        try:
            while head := stream.read(4):
                is_header = head == b"AMQP"
                rest = stream.read((HEADER_BYTES if is_header else int.from_bytes(head, "big")) - 4)
                if ALWAYS in rest or (ONCE in rest and not lost):
                    lost += [rest] if ONCE in rest else []
                    continue
                target.sendall(head + rest)
        except OSError:
            pass
