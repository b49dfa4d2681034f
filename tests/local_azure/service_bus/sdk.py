"""azure-servicebus, sync or aio, called in one way."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import inspect
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from azure.servicebus import AutoLockRenewer, ServiceBusClient
from azure.servicebus.aio import AutoLockRenewer as AioAutoLockRenewer
from azure.servicebus.aio import ServiceBusClient as AioServiceBusClient


async def done(value: Any) -> Any:
    """The result of a call to either SDK: the sync one has given it already."""
    return await value if inspect.isawaitable(value) else value


class Sdk:
    """One client. Nothing is closed before the process ends: every link would take the SDK half a second."""

    def __init__(self, kind: str, connection: str) -> None:
        self.kind = kind
        is_sync = kind == "sync"
        client: Any = (ServiceBusClient if is_sync else AioServiceBusClient).from_connection_string(
            connection, retry_total=0
        )
        self.client = client
        self._renewer: Any = AutoLockRenewer if is_sync else AioAutoLockRenewer

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
