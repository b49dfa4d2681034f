import asyncio
from contextlib import AsyncExitStack

import pytest

from services.clients import CachedClient, close_clients


class Opened:
    """Counts what is opened and closed."""

    def __init__(self, failures: int = 0) -> None:
        self.opened = 0
        self.closed: list[str] = []
        self._failures = failures

    async def open(self, resources: AsyncExitStack) -> str:
        resources.callback(self.closed.append, "credential")
        await asyncio.sleep(0)
        self.opened += 1
        if self.opened <= self._failures:
            raise ConnectionError("the service is away")
        resources.callback(self.closed.append, "client")
        return f"client {self.opened}"


async def test_one_client_serves_all_who_ask_at_once():
    opened = Opened()
    cached = CachedClient(opened.open)

    clients = await asyncio.gather(*(cached.get() for _ in range(5)))

    assert set(clients) == {"client 1"}
    await cached.close()


async def test_closing_closes_the_client_before_its_credential_and_the_next_call_opens_another():
    opened = Opened()
    cached = CachedClient(opened.open)
    await cached.get()

    await close_clients()

    assert opened.closed == ["client", "credential"]
    assert await cached.get() == "client 2"
    await close_clients()


async def test_a_client_that_failed_to_open_leaves_nothing_open_and_is_tried_again():
    opened = Opened(failures=1)
    cached = CachedClient(opened.open)

    with pytest.raises(ConnectionError):
        await cached.get()
    assert opened.closed == ["credential"]

    assert await cached.get() == "client 2"
    await close_clients()


def test_a_client_is_never_handed_out_on_another_event_loop():
    opened = Opened()
    cached = CachedClient(opened.open)

    assert [asyncio.run(cached.get()) for _ in range(2)] == ["client 1", "client 2"]
    asyncio.run(close_clients())


def test_a_client_of_another_event_loop_is_forgotten_and_not_closed():
    opened = Opened()
    cached = CachedClient(opened.open)
    asyncio.run(cached.get())

    asyncio.run(close_clients())

    assert opened.closed == []
    assert asyncio.run(cached.get()) == "client 2"
    asyncio.run(cached.close())


async def test_a_client_that_cannot_be_closed_keeps_no_other_open():
    async def open_stubborn(resources: AsyncExitStack) -> str:
        async def refuse() -> None:
            raise ConnectionError("the service is away")

        resources.push_async_callback(refuse)
        return "stubborn"

    opened = Opened()
    await CachedClient(opened.open).get()
    await CachedClient(open_stubborn).get()

    with pytest.raises(ConnectionError):
        await close_clients()

    assert opened.closed == ["client", "credential"]
