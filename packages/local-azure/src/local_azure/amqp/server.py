"""A port on loopback that serves one node."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from local_azure.amqp.client import Client
from local_azure.amqp.node import Node
from local_azure.amqp.port import Port
from local_azure.amqp.watch import watch
from local_azure.core.process import LOOPBACK


@contextlib.asynccontextmanager
async def listening(node: Node, number: int) -> AsyncGenerator[int]:
    """Serve a node on a port of loopback (0 picks a free one) while the context lasts; gives the port's number.

    Raises OSError if the port is taken.
    """
    port = Port[Client]()
    server = await asyncio.get_running_loop().create_server(lambda: Client(node, port), LOOPBACK, number)
    watching = asyncio.create_task(watch(port))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        watching.cancel()
        server.close()
        for client in list(port.connections):
            client.outbox.abort()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
