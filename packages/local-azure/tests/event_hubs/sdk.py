"""The Event Hubs SDK, sync or aio, called in one way."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import asyncio
import inspect
import threading
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.aio import EventHubConsumerClient as AioConsumerClient
from azure.eventhub.aio import EventHubProducerClient as AioProducerClient

HUB = "store-events"
_SECONDS = 30.0
_BALANCING = 0.1
"""A consumer's close waits for its next round of load balancing, 30 s by default."""


class Received(NamedTuple):
    """An event, where it came from, and what was known about the partition's end."""

    partition: str
    event: EventData
    last: dict[str, Any] | None

    @property
    def body(self) -> str:
        """The body as a text."""
        return self.event.body_as_str()


class Sdk:
    """A client of one hub; a test awaits either kind. Options go to the producer.

    Opening a link costs either SDK a second of sleeping, so both kinds run at the same time, on partitions
    of their own.
    """

    def __init__(self, kind: str, connection: str, hub: str = HUB, **options: Any) -> None:
        self.kind = kind
        self.partition, self.other = ("0", "2") if kind == "sync" else ("1", "3")
        self.connection = connection
        self.hub = hub
        client = EventHubProducerClient if kind == "sync" else AioProducerClient
        self.producer: Any = client.from_connection_string(connection, eventhub_name=hub, **options)

    async def do(self, call: str, *arguments: Any, **options: Any) -> Any:
        """A method of the producer client."""
        method = getattr(self.producer, call)
        if inspect.iscoroutinefunction(method):
            return await method(*arguments, **options)
        return await asyncio.to_thread(method, *arguments, **options)

    async def send(self, events: Sequence[str | bytes | EventData], **where: Any) -> None:
        """Send one batch; `where` is a partition_id or a partition_key."""
        batch = await self.do("create_batch", **where)
        for event in events:
            batch.add(event if isinstance(event, EventData) else EventData(event))
        await self.do("send_batch", batch)

    async def end(self, partition: str) -> int:
        """The last sequence number of a partition."""
        return (await self.do("get_partition_properties", partition))["last_enqueued_sequence_number"]

    async def read(
        self, count: int, group: str = "$Default", only: str = "", hold: float = 0.0, **options: Any
    ) -> list[Received]:
        """The events that a consumer gets until it has `count` events whose body begins with `only`, or an error.

        It ends after half a minute. It goes on for `hold` seconds more. `errors`, a list, collects what it complains
        of, and `heard` is set once an event has come.
        """
        reading = _Reading(count, only, options.pop("errors", []), options.pop("heard", threading.Event()))
        options.setdefault("starting_position", "-1")
        make = EventHubConsumerClient if self.kind == "sync" else AioConsumerClient
        consumer: Any = make.from_connection_string(
            self.connection, consumer_group=group, eventhub_name=self.hub, load_balancing_interval=_BALANCING
        )
        if self.kind == "sync":
            await asyncio.to_thread(reading.sync, consumer, hold, options)
        else:
            await reading.aio(consumer, hold, options)
        return reading.got

    async def close(self) -> None:
        """Close the producer."""
        await self.do("close")


class _Reading:
    """One consumer at work."""

    def __init__(self, count: int, only: str, errors: list[Exception], heard: threading.Event) -> None:
        self.got: list[Received] = []
        self._count = count
        self._only = only
        self._errors = errors
        self._heard = heard
        self._enough = threading.Event()

    def sync(self, consumer: EventHubConsumerClient, hold: float, options: dict[str, Any]) -> None:
        def fail(_: Any, error: Exception) -> None:
            self._fail(error)

        options |= {"max_wait_time": 0.1, "on_error": fail}
        thread = threading.Thread(target=lambda: consumer.receive_batch(self._take, **options))
        thread.start()
        self._enough.wait(_SECONDS)
        time.sleep(hold)
        consumer.close()
        thread.join()

    async def aio(self, consumer: AioConsumerClient, hold: float, options: dict[str, Any]) -> None:
        async def take(context: Any, events: list[EventData]) -> None:
            self._take(context, events)

        async def fail(_: Any, error: Exception) -> None:
            self._fail(error)

        task = asyncio.create_task(consumer.receive_batch(take, max_wait_time=0.1, on_error=fail, **options))
        await asyncio.to_thread(self._enough.wait, _SECONDS)
        await asyncio.sleep(hold)
        await consumer.close()
        await task

    def _fail(self, error: Exception) -> None:
        self._errors.append(error)
        self._enough.set()

    def _take(self, context: Any, events: list[EventData]) -> None:
        last = context.last_enqueued_event_properties
        received = [Received(context.partition_id, event, last) for event in events]
        self.got.extend(each for each in received if each.body.startswith(self._only))
        if self.got:
            self._heard.set()
        if len(self.got) >= self._count:
            self._enough.set()
