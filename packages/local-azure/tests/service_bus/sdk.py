"""azure-servicebus, sync or aio, called in one way."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import asyncio
import inspect
import os
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from azure.servicebus import AutoLockRenewer, ServiceBusClient
from azure.servicebus.aio import AutoLockRenewer as AioAutoLockRenewer
from azure.servicebus.aio import ServiceBusClient as AioServiceBusClient

ELSEWHERE = os.environ.get("CONTRACT_ServiceBus")  # noqa: SIM112 - named like the setting of the app
_KINDS = ("sync", "aio")
_numbers: defaultdict[str, Iterator[int]] = defaultdict(count)


async def done(value: Any) -> Any:
    """The result of a call to either SDK: the sync one has given it already."""
    return await value if inspect.isawaitable(value) else value


class Sdk:
    """One client. Against the local part nothing is closed before the process ends: every link would take the SDK half
    a second. Microsoft's emulator takes ten connections, so elsewhere each scenario closes its own."""

    def __init__(self, kind: str, connection: str) -> None:
        self.kind = kind
        is_sync = kind == "sync"
        client: Any = (ServiceBusClient if is_sync else AioServiceBusClient).from_connection_string(
            connection, retry_total=0
        )
        self.client = client
        self._renewer: Any = AutoLockRenewer if is_sync else AioAutoLockRenewer

    async def queue(self, kind: str) -> str:
        """The name of a queue of a kind of `queues.py` that nobody else uses; emptied if an earlier run used it."""
        name = f"{kind}-{next(_numbers[kind])}"
        for sub_queue in (None, "deadletter") if ELSEWHERE else ():
            receiver = self.receiver(name, receive_mode="receiveanddelete", sub_queue=sub_queue)
            while await self.receive(receiver, 100, wait=2):
                pass
            await done(receiver.close())
        return name

    def sender(self, queue: str) -> Any:
        """A sender, not opened yet."""
        return self.client.get_queue_sender(queue)

    def receiver(self, queue: str, **options: Any) -> Any:
        """A receiver, not opened yet."""
        return self.client.get_queue_receiver(queue, **options)

    async def receive(self, receiver: Any, count: int = 1, wait: float = 5) -> list[Any]:
        """`count` messages, or those that came within `wait` seconds."""
        messages: list[Any] = []
        while len(messages) < count:
            more = await done(receiver.receive_messages(max_message_count=count - len(messages), max_wait_time=wait))
            if not more:
                break
            messages += more
        return messages

    @asynccontextmanager
    async def renewing(self) -> AsyncGenerator[Any]:
        """A renewer of locks."""
        renewer = self._renewer()
        yield renewer
        await done(renewer.close())


def with_both_sdks(scenario: Callable[[Sdk], Coroutine[Any, Any, None]]) -> Callable[[str], None]:
    """A test that plays the scenario with the sync and with the aio SDK, at the same time: most of it is waiting."""

    def test(service_bus: str) -> None:
        with ThreadPoolExecutor(len(_KINDS)) as threads:
            runs = {kind: threads.submit(asyncio.run, _play(scenario, Sdk(kind, service_bus))) for kind in _KINDS}
        for kind, run in runs.items():
            error = run.exception()
            if error:
                error.add_note(f"with the {kind} SDK")
                raise error

    test.__name__ = test.__qualname__ = scenario.__name__
    test.__module__ = scenario.__module__
    return test


async def _play(scenario: Callable[[Sdk], Coroutine[Any, Any, None]], sdk: Sdk) -> None:
    try:
        await scenario(sdk)
    finally:
        if ELSEWHERE:
            await done(sdk.client.close())
