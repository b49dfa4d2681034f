"""Contract: bulk creation over the real Cosmos SDK, in a container of several partition key ranges."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import os
import uuid
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient

from activities.archive_events import archive_events
from services import cosmos
from services.cosmos_bulk import Creation, create_in_bulk
from services.cosmos_ranges import KeyRanges
from services.settings import settings
from tests.activities.test_archive_events import archived, events, fault

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

local_only = pytest.mark.skipif("CONTRACT_Cosmos" in os.environ, reason="only the local part can be told to be busy")


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the batch requests that are sent meanwhile."""
    keys: list[str] = []
    send = ContainerProxy.execute_item_batch

    async def noted(self: ContainerProxy, operations: Any, partition_key: str, **options: Any) -> Any:
        keys.append(partition_key)
        return await send(self, operations, partition_key, **options)

    monkeypatch.setattr(ContainerProxy, "execute_item_batch", noted)
    return keys


@pytest_asyncio.fixture(loop_scope="session")
async def wide(clients: None) -> AsyncGenerator[ContainerProxy]:
    """A container of two ranges."""
    database = (await cosmos.container("any")).database_link.rpartition("/")[2]
    async with CosmosClient.from_connection_string(settings().cosmos.connection_string or "") as client:
        maker = client.get_database_client(database)
        name = f"wide-{uuid.uuid4().hex}"
        yield await maker.create_container(name, PartitionKey("/archive_key"), offer_throughput=12_000)
        await maker.delete_container(name)


def creations(count: int) -> list[Creation]:
    return [
        Creation(key=f"3-{number}", document={"id": f"e{number}", "archive_key": f"3-{number}"})
        for number in range(count)
    ]


async def ids(container: ContainerProxy) -> set[str]:
    return {document["id"] async for document in container.read_all_items()}


async def test_events_of_many_keys_share_a_request(requests: list[str]):
    run = uuid.uuid4().hex
    await archive_events(events(run, 250))

    assert len(await archived(run)) == 250
    assert len(requests) == 3


async def test_a_delivery_that_is_repeated_costs_no_request_for_each_key(requests: list[str]):
    run = uuid.uuid4().hex
    await archive_events(events(run, 150))
    first = await archived(run)

    await archive_events(events(run, 200))

    assert (await archived(run))[:150] == first
    assert len(await archived(run)) == 200
    assert len(requests) == 4


async def test_each_range_gets_the_documents_of_its_own_keys(wide: ContainerProxy, requests: list[str]):
    statuses = await create_in_bulk(wide, KeyRanges(), creations(120))

    assert set(statuses) == {201}
    assert len(await ids(wide)) == 120
    assert len(requests) == 2


async def test_an_id_that_is_taken_keeps_no_other_from_being_created(wide: ContainerProxy):
    await create_in_bulk(wide, KeyRanges(), creations(3))

    assert await create_in_bulk(wide, KeyRanges(), creations(5)) == [409, 409, 409, 201, 201]


async def test_after_a_division_the_ranges_are_asked_for_anew(wide: ContainerProxy):
    ranges = KeyRanges()
    for creation in creations(20):
        await ranges.id_of(wide, creation.key)
    route = ranges._map  # pyright: ignore[reportPrivateUsage]
    route.ids = {0: "7", 1: "8"}  # as if these had been divided

    assert set(await create_in_bulk(wide, ranges, creations(20))) == {0}
    assert set(await create_in_bulk(wide, ranges, creations(20))) == {201}


async def test_what_bulk_cannot_send_is_said(wide: ContainerProxy):
    broken = Creation(key="3-1", document={"id": "half", "archive_key": "3-1", "text": "\ud800"})
    large = Creation(key="3-2", document={"id": "large", "archive_key": "3-2", "text": "x" * 2_100_000})

    assert await create_in_bulk(wide, KeyRanges(), [broken, *creations(2), large]) == [0, 201, 201, 0]


@local_only
async def test_a_busy_cosmos_gets_what_it_refused_once_more(wide: ContainerProxy):
    ranges = KeyRanges()
    await create_in_bulk(wide, ranges, creations(1))

    async with fault(throttle_rate=0.2, retry_after_ms=1):
        statuses = await create_in_bulk(wide, ranges, creations(150))

    assert statuses == [409] + [201] * 149
    assert len(await ids(wide)) == 150
