"""Contract: a client that reads what has arrived at once gives the events that it would have given, in their order."""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import asyncio
import gc
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from local_azure.amqp import sdk_receiver
from local_azure.amqp.sdk_events import ReceivedEvent
from local_azure.amqp.sdk_reading import read_at_once
from local_azure.core import connections
from local_azure.testing.parts import Part
from tests.amqp.cutting import cutting
from tests.event_hubs.sdk import HUB, Sdk

SECONDS = 30.0
PREFETCH = 300


class Reading:
    """A client that reads one partition: its events, and its errors."""

    def __init__(self) -> None:
        self.events: list[EventData] = []
        self.errors: list[Exception] = []
        self._change = asyncio.Event()

    async def take(self, _: PartitionContext, events: list[EventData]) -> None:
        self.events += events
        self._change.set()

    async def fail(self, _: PartitionContext | None, error: Exception) -> None:
        self.errors.append(error)
        self._change.set()

    async def until(self, count: int, errors: int = 0) -> None:
        """Wait for so many events and errors."""
        async with asyncio.timeout(SECONDS):
            while len(self.events) < count or len(self.errors) < errors:
                self._change.clear()
                await self._change.wait()

    @property
    def bodies(self) -> list[str]:
        return [event.body_as_str() for event in self.events]


@asynccontextmanager
async def reading(connection: str, partition: str, behind: int, **options: Any) -> AsyncGenerator[Reading]:
    seen = Reading()
    client = EventHubConsumerClient.from_connection_string(
        connection, "$Default", eventhub_name=HUB, load_balancing_interval=0.1
    )
    async with read_at_once(client):
        task = asyncio.create_task(
            client.receive_batch(
                seen.take, partition_id=partition, starting_position=behind if behind >= 0 else "-1",
                on_error=seen.fail, prefetch=PREFETCH, **options,
            )
        )  # fmt: skip
        yield seen
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def address(broker: Part) -> str:
    return broker.address("event-hubs")


@pytest.mark.parametrize("seed", range(3))
async def test_events_come_whole_and_in_order_wherever_their_bytes_are_cut(address: str, seed: int):
    sdk = Sdk("aio", connections.namespace(address))
    behind = await sdk.end("0")
    bodies = [str(number) * (60_000 if number % 60 == 0 else 20) for number in range(1, 400)]
    for start in range(0, len(bodies), 60):
        await sdk.send(bodies[start : start + 60], partition_id="0")
    await sdk.close()

    with cutting(address, seed) as cut:
        async with reading(connections.namespace(cut), "0", behind) as seen:
            await seen.until(len(bodies))

    assert seen.bodies == bodies
    assert [event.sequence_number for event in seen.events] == list(range(behind + 1, behind + 1 + len(bodies)))
    assert not seen.errors
    assert {type(event) for event in seen.events} == {ReceivedEvent, EventData}, "messages of one frame and of several"


async def test_events_come_in_order_while_the_connection_is_kept_alive(address: str, monkeypatch: pytest.MonkeyPatch):
    """The SDK's second task reads, too, when the first has read nothing for a while."""
    monkeypatch.setattr(sdk_receiver, "_KEEP_ALIVE_TICK", 0.001)
    sdk = Sdk("aio", connections.namespace(address))
    behind = await sdk.end("1")
    async with reading(connections.namespace(address), "1", behind) as seen:
        await sdk.send(["0"], partition_id="1")
        await seen.until(1)
        for receiver in (each for each in gc.get_objects() if type(each) is sdk_receiver.PromptReceiver):
            receiver._keep_alive_interval = 0.001
        sent, kinds = 1, set[type]()
        while sent < 601 or (kinds != {ReceivedEvent, EventData} and sent < 6_001):
            await sdk.send([str(number) for number in range(sent, sent + 20)], partition_id="1")
            sent += 20
            await asyncio.sleep(sent % 3 / 10)
            kinds = {type(event) for event in seen.events}
        await seen.until(sent)
    await sdk.close()

    assert seen.bodies == [str(number) for number in range(sent)]
    assert not seen.errors
    assert kinds == {ReceivedEvent, EventData}, "both tasks have read"


async def test_a_reader_of_a_higher_epoch_takes_the_partition_over(address: str):
    sdk = Sdk("aio", connections.namespace(address))
    behind = await sdk.end("2")
    async with reading(connections.namespace(address), "2", behind, owner_level=1) as first:
        await sdk.send(["a"], partition_id="2")
        await first.until(1)
        async with reading(connections.namespace(address), "2", behind, owner_level=2) as second:
            await second.until(1)
            await first.until(1, errors=1)
            await sdk.send(["b"], partition_id="2")
            await second.until(2)
            assert first.bodies == ["a"]
    await sdk.close()

    assert second.bodies == ["a", "b"]
    assert "epoch" in str(first.errors[0]).lower()


async def test_a_reader_of_an_idle_partition_hears_so_and_sleeps_meanwhile(
    address: str, monkeypatch: pytest.MonkeyPatch
):
    """The SDK wakes up 20 times a second to look for events, and 8 times to see that its connection lives."""
    sdk = Sdk("aio", connections.namespace(address))
    behind = await sdk.end("3")
    await sdk.close()
    loop: Any = asyncio.get_running_loop()
    select, wakings, batches = loop._selector.select, list[float](), list[list[EventData]]()

    def counted(timeout: float | None = None) -> Any:
        wakings.append(time.monotonic())
        return select(timeout)

    client = EventHubConsumerClient.from_connection_string(
        connections.namespace(address), "$Default", eventhub_name=HUB, load_balancing_interval=60
    )
    async with read_at_once(client):

        async def take(_: PartitionContext, events: list[EventData]) -> None:
            batches.append(events)

        task = asyncio.create_task(
            client.receive_batch(take, partition_id="3", starting_position=str(behind), max_wait_time=0.5)
        )
        async with asyncio.timeout(SECONDS):
            while len(batches) < 2:
                await asyncio.sleep(0.1)
        batches.clear()
        monkeypatch.setattr(loop._selector, "select", counted, raising=False)
        await asyncio.sleep(3.0)
        monkeypatch.undo()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert batches == [[]] * len(batches)
    assert 3 <= len(batches) <= 6
    assert len(wakings) < 110, "168 to 174 as the SDK does it, 66 to 68 here"
