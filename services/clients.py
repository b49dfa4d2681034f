"""One client per Azure service and process, opened at first use.

An SDK client owns sockets that belong to the event loop it was opened on. The Python worker runs every async function
of a process on one loop that lives as long as the process, so one client serves all of them. In tests, loops come and
go: a client is never handed out on another loop than its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Generic, TypeVar

Client = TypeVar("Client")

_opened: "list[CachedClient[Any]]" = []


async def open_lock(_: AsyncExitStack) -> asyncio.Lock:
    """Opens the lock of a `CachedClient`, which is that of the process and its loop."""
    return asyncio.Lock()


class CachedClient(Generic[Client]):
    """Opens a client at first use and keeps it until `close_clients`.

    `open_client` enters the client, and the credential it uses, on the exit stack that it is given; if it raises, what
    it had entered is closed and the next call tries again.
    """

    def __init__(self, open_client: Callable[[AsyncExitStack], Awaitable[Client]]) -> None:
        self._open = open_client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._resources = AsyncExitStack()

    async def get(self) -> Client:
        """The client of this process and event loop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._forget()
            self._loop = loop
        if self._client is not None:
            return self._client
        async with self._lock:
            if self._client is None:
                async with AsyncExitStack() as resources:
                    self._client = await self._open(resources)
                    self._resources = resources.pop_all()
                _opened.append(self)
            return self._client

    async def close(self) -> None:
        """Close the client and its credential. The next `get` opens new ones.

        One of another loop is only forgotten: no other loop can wait for what runs on its own.
        """
        resources, is_of_this_loop = self._resources, self._loop is asyncio.get_running_loop()
        self._forget()
        if is_of_this_loop:
            await resources.aclose()

    def _forget(self) -> None:
        self._client, self._resources, self._lock = None, AsyncExitStack(), asyncio.Lock()
        if self in _opened:
            _opened.remove(self)


async def close_clients() -> None:
    """Close every open client, the last opened first. For tests and scripts: the Functions worker ends without it.

    If one cannot be closed, the others are closed all the same, and its error is raised at the end.
    """
    async with AsyncExitStack() as closing:
        for client in _opened:
            closing.push_async_callback(client.close)
