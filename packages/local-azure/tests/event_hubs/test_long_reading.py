"""A process that reads a hub for long does not grow by what it has read."""

import asyncio
import gc
from typing import Any

from local_azure.stream_analytics.job.hub import Events, Hub
from local_azure.stream_analytics.job.project import HubInput
from tests.event_hubs.conftest import Both
from tests.event_hubs.sdk import HUB, Sdk

EVENTS = 300


async def test_a_reader_remembers_nothing_of_the_events_that_it_has_handed_on(both: Both, connection: str):
    async def scenario(sdk: Sdk) -> None:
        start = await sdk.end(sdk.partition)
        before = links_of_this_process()  # held, so that none of them is taken for a new one
        await sdk.send([f"{sdk.kind}-{number}" for number in range(EVENTS)], partition_id=sdk.partition)
        numbers: list[int] = []
        enough = asyncio.Event()

        async def take(events: Events) -> None:
            numbers.extend(events.numbers)
            if len(numbers) >= EVENTS:
                enough.set()

        def position() -> int:
            return numbers[-1] if numbers else start

        hub = Hub(connection, HubInput("input", HUB, "$Default"))
        reading = asyncio.create_task(hub.read(int(sdk.partition), position, take))
        await asyncio.wait_for(enough.wait(), 30)
        ours = [link for link in links_of_this_process() if not any(link is other for other in before)]
        assert ours
        assert sum(len(link._received_delivery_tags) for link in ours) == 0
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    await both(scenario)


def links_of_this_process() -> list[Any]:
    """All links that receive, those that other tests have left behind among them."""
    return [each for each in gc.get_objects() if type(each).__name__ == "ReceiverLink"]
