"""A watch over the connections to a port: heartbeats, and an end for those that stall or idle."""

import asyncio
import logging
import time

from local_azure.amqp.connection import Connection
from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import HANDSHAKE_SECONDS, IDLE_TIMEOUT_SECONDS, WRITE_STALL_SECONDS
from local_azure.amqp.port import Port

log = logging.getLogger(__name__)
_CLOSE_SECONDS = 5.0
_WATCH_SECONDS = 0.5


async def watch(port: Port[Connection]) -> None:
    """Send heartbeats, and end connections that stall or idle. Runs until it is cancelled."""
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        now = time.monotonic()
        for connection in list(port.connections):
            _check(connection, now)


def _check(connection: Connection, now: float) -> None:
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
