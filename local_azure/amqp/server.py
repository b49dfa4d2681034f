"""A port on loopback that serves one node."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from local_azure.amqp.connection import Connection
from local_azure.amqp.node import Node
from local_azure.amqp.port import Port
from local_azure.process import LOOPBACK


@contextlib.asynccontextmanager
async def listening(node: Node, number: int) -> AsyncGenerator[int]:
    """Serve a node on a port of loopback (0 picks a free one) while the context lasts; gives the port's number.

    Raises OSError if the port is taken.
    """
    port = Port()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(node, port), LOOPBACK, number)
    watch = asyncio.create_task(port.watch())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        watch.cancel()
        server.close()
        for connection in list(port.connections):
            connection.abort()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
