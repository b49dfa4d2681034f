"""Throughput units and retention, as a client of a broker of its own meets them."""

import asyncio
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from local_azure.core import connections
from local_azure.core.clock import SETTING, Clock
from local_azure.testing.parts import Part, running
from tests.amqp.raw import Raw, condition, event
from tests.event_hubs.conftest import CONFIG
from tests.event_hubs.sdk import Sdk

pytestmark = pytest.mark.slow


@contextmanager
def one_unit(folder: Path) -> Generator[Part]:
    """A namespace of one unit, and a second of Azure's in ten: no machine is so busy that it sends too little in it."""
    now = time.time()
    clock = {SETTING: Clock(now, now, 0.1).setting()}
    options = ("--event-hubs-config", CONFIG, "--throughput-units", "1")
    with running("amqp", *options, state=folder / "state", settings=clock) as part:
        yield part


def test_a_namespace_of_one_unit_says_when_it_is_busy(tmp_path: Path):
    with one_unit(tmp_path) as part, Raw(part.address("event-hubs")).open() as client:
        client.attach_sender("store-events/Partitions/0")
        for number in range(1_500):
            client.transfer(event(b"x"), number=number)
        outcomes = [client.outcome() for _ in range(1_500)]
    refused = [outcome for outcome in outcomes if outcome.descriptor == 0x25]
    assert 0 < len(refused) <= 500
    assert condition(refused[0].value[0]) == "com.microsoft:server-busy"


async def test_the_sdk_is_told_that_a_namespace_is_busy(tmp_path: Path):
    with one_unit(tmp_path) as part:
        sdk = Sdk("aio", connections.namespace(part.address("event-hubs")), retry_total=0)
        before = await sdk.end("1")
        megabytes = asyncio.gather(
            *(sdk.do("send_event", EventData(b"x" * 1_000_000), partition_id="1") for _ in range(3))
        )
        with pytest.raises(EventHubError, match="throttled"):
            await megabytes
        assert await sdk.end("1") > before
        await sdk.close()


def test_events_leave_when_they_are_older_than_they_are_kept(tmp_path: Path):
    now = time.time()
    clock = {SETTING: Clock(now, now, 3_600.0).setting()}
    options = ("--event-hubs-config", CONFIG, "--retention-hours", "1")
    with running("amqp", *options, state=tmp_path / "state", settings=clock) as part:
        with Raw(part.address("event-hubs")).open() as client:
            client.attach_sender("store-events/Partitions/0")
            client.transfer(event(b"x"))
            assert client.outcome().descriptor == 0x24

        async def the_sdk() -> None:
            sdk = Sdk("aio", connections.namespace(part.address("event-hubs")))
            until = time.monotonic() + 60
            while not (properties := await sdk.do("get_partition_properties", "0"))["is_empty"]:
                assert time.monotonic() < until
            assert properties["beginning_sequence_number"] == 1
            assert properties["last_enqueued_sequence_number"] == 0
            await sdk.close()

        asyncio.run(the_sdk())


def test_a_hub_keeps_its_partitions_and_the_moment_it_was_made(tmp_path: Path):
    """A store of four partitions does not fit a hub of two; after a restart the hub is as old as before."""

    async def created(connection: str) -> object:
        sdk = Sdk("aio", connection)
        properties = await sdk.do("get_eventhub_properties")
        await sdk.close()
        return properties["created_at"]

    seen: list[object] = []
    for _ in range(2):
        with running("amqp", "--event-hubs-config", CONFIG, state=tmp_path / "state") as part:
            seen.append(asyncio.run(created(connections.namespace(part.address("event-hubs")))))
    assert seen[0] == seen[1]
    smaller = tmp_path / "smaller.json"
    smaller.write_text(Path(CONFIG).read_text().replace('"PartitionCount": "4"', '"PartitionCount": "2"'))
    with pytest.raises(AssertionError, match="cannot become 2"):
        running("amqp", "--event-hubs-config", str(smaller), state=tmp_path / "state").__enter__()
