"""Reads the hub as any consumer does: what has arrived since its partitions ended at some place."""

import asyncio

from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from services import event_hub, names
from services.settings import settings


async def hub_ends() -> dict[str, int]:
    """The last sequence number of each partition; -1 of an empty one."""
    return {partition: ends.last for partition, ends in (await event_hub.partition_ends()).items()}


async def events_since(ends: dict[str, int]) -> list[EventData]:
    """All events that lie after these places now, in no order among the partitions."""
    left = {partition: (await hub_ends())[partition] - last for partition, last in ends.items()}
    wanted, events, done = sum(left.values()), list[EventData](), asyncio.Event()

    async def take(context: PartitionContext, batch: list[EventData]) -> None:
        events.extend(batch)
        if len(events) >= wanted:
            done.set()

    connection = settings().event_hubs.connection_string
    assert connection
    consumer = EventHubConsumerClient.from_connection_string(connection, "$Default", eventhub_name=names.EVENT_HUB)
    async with consumer:
        readers = [
            asyncio.create_task(
                consumer.receive_batch(
                    take, partition_id=partition, starting_position=last if last >= 0 else "-1", max_wait_time=1
                )
            )
            for partition, last in ends.items()
        ]
        async with asyncio.timeout(30):
            await done.wait()
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    return events
