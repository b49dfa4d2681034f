"""What all connections to one port share: their number, a budget of bytes, and a watch over those that stall."""

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import (
    HANDSHAKE_SECONDS,
    IDLE_TIMEOUT_SECONDS,
    MAX_CONNECTIONS,
    PARTIAL_MESSAGE_BYTES,
    WRITE_STALL_SECONDS,
)

if TYPE_CHECKING:
    from local_azure.amqp.connection import Connection

log = logging.getLogger(__name__)
_CLOSE_SECONDS = 5.0
_WATCH_SECONDS = 0.5


class Port:
    """The connections of one name space."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self._partial_bytes = 0

    def admit(self, connection: "Connection") -> bool:
        """Take a connection in, unless there are too many."""
        if len(self.connections) >= MAX_CONNECTIONS:
            return False
        self.connections.add(connection)
        return True

    def dismiss(self, connection: "Connection") -> None:
        """A connection is gone."""
        self.connections.discard(connection)

    def hold_partial(self, size: int) -> None:
        """Count bytes of a message that is not complete. Raises PeerError above the budget of the port."""
        self._partial_bytes += size
        if self._partial_bytes > PARTIAL_MESSAGE_BYTES:
            raise PeerError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many unfinished messages are on their way")

    def release_partial(self, size: int) -> None:
        """Those bytes are gone."""
        self._partial_bytes -= size

    async def watch(self) -> None:
        """Send heartbeats, and end connections that stall or idle. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            for connection in list(self.connections):
                _check(connection, now)


def _check(connection: "Connection", now: float) -> None:
    if connection.closing_since is not None:
        if now - connection.closing_since > _CLOSE_SECONDS:
            connection.abort()
    elif (since := connection.outbox.congested_since) is not None and now - since > WRITE_STALL_SECONDS:
        log.warning("%s: cut off, it has read nothing for %.0f s", connection.peer, WRITE_STALL_SECONDS)
        connection.abort()
    elif not connection.opened and now - connection.born > HANDSHAKE_SECONDS:
        log.warning("%s: cut off, no AMQP open within %.0f s", connection.peer, HANDSHAKE_SECONDS)
        connection.abort()
    elif now - connection.last_heard > 2 * IDLE_TIMEOUT_SECONDS:
        connection.close(PeerError(Condition.CONNECTION_FORCED, "The connection was inactive for too long."))
    elif connection.heartbeat_seconds is not None and now - connection.outbox.last_sent >= connection.heartbeat_seconds:
        connection.beat()
