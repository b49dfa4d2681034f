"""An event that is lost between the hub and the job is read again; one that never comes is said to be gone."""

import asyncio
import logging
from pathlib import Path

import pytest

from local_azure.core import connections
from local_azure.stream_analytics.job.hub import Events, Hub
from local_azure.stream_analytics.job.project import HubInput
from local_azure.testing.parts import running
from local_azure.testing.stream_job import send_events
from tests.amqp.lossy import ALWAYS, ONCE, lossy
from tests.data import ENTITIES

pytestmark = pytest.mark.slow
HUB = "store-events"
CONFIG = str(ENTITIES / "event-hubs.json")
SENT = {0: [b"0", b"1", ONCE, b"3"], 1: [b"0", ALWAYS, b"2"]}


async def test_an_event_that_did_not_come_is_read_again_or_said_to_be_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    with running("amqp", "--event-hubs-config", CONFIG, state=tmp_path / "amqp") as broker:
        address = broker.address("event-hubs")
        await asyncio.to_thread(send_events, connections.namespace(address), HUB, *SENT.items())
        with lossy(address) as lossy_address:
            hub = Hub(connections.namespace(lossy_address), HubInput("input", HUB, "$Default"))
            taken = await asyncio.gather(*(taken_of(hub, partition, SENT[partition][-1]) for partition in SENT))
    assert taken == [SENT[0], [b"0", b"2"]]
    assert "partition 0: events 2 to 2 did not come, but 3 did; reading goes on behind " in caplog.text
    assert "partition 1: events 1 to 1 are gone: " in caplog.text
    assert "partition 0: events 2 to 2 are gone" not in caplog.text


async def taken_of(hub: Hub, partition: int, last: bytes) -> list[bytes]:
    """The bodies that a reader of a partition takes, up to the last."""
    bodies: list[bytes] = []
    position = -1
    ended = asyncio.Event()

    async def take(events: Events) -> None:
        nonlocal position
        position = events.numbers[-1]
        bodies.extend(events.bodies)
        if last in bodies:
            ended.set()

    reading = asyncio.create_task(hub.read(partition, lambda: position, take))
    try:
        async with asyncio.timeout(30):
            await ended.wait()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return bodies
