"""A watch over the connections to a port: heartbeats, and an end for those that stall or idle."""

import asyncio
import logging
import time

from local_azure.amqp.client import Client
from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import HANDSHAKE_SECONDS, IDLE_TIMEOUT_SECONDS, WRITE_STALL_SECONDS
from local_azure.amqp.port import Port

log = logging.getLogger(__name__)
_CLOSE_SECONDS = 5.0
_WATCH_SECONDS = 0.5


async def watch(port: Port[Client]) -> None:
    """Send heartbeats, and end connections that stall or idle. Runs until it is cancelled."""
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        now = time.monotonic()
        for client in list(port.connections):
            _check(client, now)


def _check(client: Client, now: float) -> None:
    connection, outbox = client.connection, client.outbox
    if connection.closing_since is not None:
        if now - connection.closing_since > _CLOSE_SECONDS:
            outbox.abort()
    elif (since := outbox.congested_since) is not None and now - since > WRITE_STALL_SECONDS:
        log.warning("%s: cut off, it has read nothing for %.0f s", client.peer, WRITE_STALL_SECONDS)
        outbox.abort()
    elif not connection.opened and now - client.born > HANDSHAKE_SECONDS:
        log.warning("%s: cut off, no AMQP open within %.0f s", client.peer, HANDSHAKE_SECONDS)
        outbox.abort()
    elif now - client.last_heard > 2 * IDLE_TIMEOUT_SECONDS:
        connection.close(PeerError(Condition.CONNECTION_FORCED, "The connection was inactive for too long."))
    elif connection.heartbeat_seconds is not None and now - outbox.last_sent >= connection.heartbeat_seconds:
        connection.beat()
