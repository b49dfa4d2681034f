"""A client's socket: feeds the connection, and keeps one client from taking the place of others.

`Outbox` bounds what a client does not read; `watch` ends clients that stall, idle or never finish their handshake.
"""

import asyncio
import logging
import time
from typing import cast

from local_azure.amqp.connection import Connection
from local_azure.amqp.node import Node
from local_azure.amqp.outbox import Outbox
from local_azure.amqp.port import Port

log = logging.getLogger(__name__)


class Client(asyncio.Protocol):
    """One client of a port. Made by `server.listening`."""

    connection: Connection
    outbox: Outbox

    def __init__(self, node: Node, port: "Port[Client]") -> None:
        self.born = self.last_heard = time.monotonic()
        self._node = node
        self._port = port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        host, number = transport.get_extra_info("peername")[:2]
        self.outbox = Outbox(cast(asyncio.Transport, transport))
        self.connection = Connection(self._node, self.outbox, self._port.budgets, f"{host}:{number}")
        # Those that say nothing must not keep out those that would.
        if self._port.full and (silent := self._port.make_room(lambda other: not other.connection.opened)):
            log.warning("%s: cut off, it has not opened its connection and another needs the place", silent.peer)
            silent.outbox.abort()
        if not self._port.admit(self):
            log.warning("%s: refused, %d connections are open", self.peer, len(self._port.connections))
            self.outbox.abort()

    @property
    def peer(self) -> str:
        """Host and port, for logs."""
        return self.connection.peer

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._port.dismiss(self)
        self.connection.lost()

    def pause_writing(self) -> None:
        """The client reads more slowly than we send."""
        self.outbox.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.outbox.resume()
        self.connection.resume()

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        self.last_heard = time.monotonic()
        self.connection.receive(data)
