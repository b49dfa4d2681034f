"""The Event Hub `store-events`, for sending."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import msgspec
from azure.eventhub import EventData, parse_connection_string
from azure.eventhub.aio import EventHubProducerClient

from fraud.routing import SENT_AGAIN
from services import names
from services.clients import CachedClient
from services.concurrency import together
from services.credentials import open_credential
from services.settings import settings
from services.transport import trusted

# The SDK's defaults, 3 retries that back off up to 120 s, are for streams that nobody waits for. Times in seconds.
_PATIENCE: dict[str, Any] = {
    "socket_timeout": 5,
    "auth_timeout": 5,
    "retry_total": 2,
    "retry_backoff_factor": 0.2,
    "retry_backoff_max": 1,
}


_QUESTIONS = 8


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
            connection.connection_string, eventhub_name=names.EVENT_HUB, ssl_context=trusted(), **_PATIENCE
        )
    else:
        credential = await open_credential(connection, resources)
        producer = EventHubProducerClient(
            connection.address or "", names.EVENT_HUB, credential, ssl_context=trusted(), **_PATIENCE
        )
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


class PartitionEnds(msgspec.Struct, frozen=True):
    """The span of a partition: the sequence numbers of its first and last event, -1 as the last if it never had one."""

    first: int
    last: int
    last_enqueued: datetime | None


async def partition_ends() -> dict[str, PartitionEnds]:
    """The span of each partition. Raises EventHubError."""
    partitions = await partition_ids()
    # Each question opens a link of its own, which takes half a second however near the hub is.
    ends = await together(map(_ends_of, partitions), at_once=_QUESTIONS)
    return dict(zip(partitions, ends, strict=True))


async def _ends_of(partition: str) -> PartitionEnds:
    properties = await (await _hub.get()).producer.get_partition_properties(partition)
    last: int = properties["last_enqueued_sequence_number"]
    enqueued: datetime = properties["last_enqueued_time_utc"]
    first: int = properties["beginning_sequence_number"]
    return PartitionEnds(first, last, enqueued.astimezone(UTC) if last >= 0 else None)


def namespace() -> str:
    """The host name of the namespace, as the Functions host names it in checkpoints."""
    connection = settings().event_hubs
    if not connection.connection_string:
        return connection.address or ""
    place = parse_connection_string(connection.connection_string).fully_qualified_namespace
    return place.partition(":")[0]


def event_data(body: bytes, properties: dict[str | bytes, str]) -> EventData:
    """An event to send: JSON with these properties."""
    data = EventData(body)
    data.properties = properties
    data.content_type = "application/json"
    return data


def mark_sent_again(events: Sequence[EventData], attempt: int = 2) -> None:
    """Give events the property SENT_AGAIN: the hub may have them already."""
    for event in events:
        event.properties = {**(event.properties or {}), SENT_AGAIN: str(attempt)}


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
