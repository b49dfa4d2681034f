"""The Event Hub `store-events`, for sending."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubProducerClient

from services import names
from services.clients import CachedClient
from services.credentials import open_credential
from services.settings import settings

# The SDK's defaults, 3 retries that back off up to 120 s, are for streams that nobody waits for. Times in seconds.
_PATIENCE: dict[str, Any] = {
    "socket_timeout": 5,
    "auth_timeout": 5,
    "retry_total": 2,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": 1,
}


class _Hub:
    """The producer and what belongs to its event loop."""

    def __init__(self, producer: EventHubProducerClient) -> None:
        self.producer = producer
        self.partitions: tuple[str, ...] = ()
        # The producer is not safe for concurrent use; each of its partitions has a link of its own.
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


async def _open(resources: AsyncExitStack) -> _Hub:
    connection = settings().event_hubs
    if connection.connection_string:
        producer = EventHubProducerClient.from_connection_string(
            connection.connection_string, eventhub_name=names.EVENT_HUB, **_PATIENCE
        )
    else:
        credential = await open_credential(connection, resources)
        producer = EventHubProducerClient(connection.address or "", names.EVENT_HUB, credential, **_PATIENCE)
    return _Hub(await resources.enter_async_context(producer))


_hub = CachedClient(_open)


async def partition_ids() -> tuple[str, ...]:
    """The hub's partitions in order, asked once per process: their number cannot change. Raises EventHubError."""
    hub = await _hub.get()
    if not hub.partitions:
        hub.partitions = tuple(sorted(await hub.producer.get_partition_ids(), key=int))
    return hub.partitions


async def ask() -> None:
    """Ask the hub for its properties. Raises EventHubError if it does not answer."""
    await (await _hub.get()).producer.get_eventhub_properties()


async def send_events(partition: str, events: Sequence[EventData]) -> None:
    """Send events to one partition, in order, in as few batches as the hub's size limit allows.

    Returns when the hub has acknowledged all of them. Raises EventHubError; then an unknown number was sent.
    """
    hub = await _hub.get()
    async with hub.locks[partition]:
        batch = await hub.producer.create_batch(partition_id=partition)
        for event in events:
            try:
                batch.add(event)
            except ValueError:  # the batch is full
                if not len(batch):
                    raise
                await hub.producer.send_batch(batch)
                batch = await hub.producer.create_batch(partition_id=partition)
                batch.add(event)
        if len(batch):
            await hub.producer.send_batch(batch)
