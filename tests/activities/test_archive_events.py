"""Contract: the archive over the real Cosmos and Blob SDKs."""

import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest
from azure.core.exceptions import ResourceNotFoundError

from activities.archive_events import archive_events
from fraud.archive import ReceivedEvent
from fraud.events import StoreKey
from services import blobs, cosmos, names
from services.settings import settings
from tests.fraud.builders import event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest.fixture
def run() -> str:
    """A prefix that keeps a test's ids apart from others'."""
    return uuid.uuid4().hex


async def archived(run: str, store: StoreKey = 3) -> list[dict[str, Any]]:
    container = await cosmos.events()
    question = "SELECT * FROM c WHERE STARTSWITH(c.id, @run) ORDER BY c.id"
    found = container.query_items(question, parameters=[{"name": "@run", "value": run}], partition_key=store)
    return [document async for document in found]


async def quarantined(source: ReceivedEvent) -> dict[str, Any]:
    path = f"store-events/2026/01/02/10/p{source.partition}-{source.sequence_number}.json"
    return msgspec.json.decode(await blobs.read_blob(await blobs.warehouse(names.QUARANTINE), path))


def events(run: str, count: int, **changes: Any) -> list[ReceivedEvent]:
    return [received(event_body(f"{run}-{number:04}", **changes), number) for number in range(count)]


async def test_every_event_is_archived_once_with_the_producers_fields(run: str):
    await archive_events(events(run, 250, loyalty="gold"))

    documents = await archived(run)
    assert [document["id"] for document in documents] == [f"{run}-{number:04}" for number in range(250)]
    assert documents[7]["loyalty"] == "gold"
    assert documents[7]["archive"]["sequence_number"] == 7


async def test_a_delivery_that_is_repeated_changes_nothing(run: str):
    delivery = events(run, 120)
    await archive_events(delivery)
    first = await archived(run)

    await archive_events(delivery)

    assert await archived(run) == first


async def test_what_is_archived_already_does_not_keep_the_rest_from_landing(run: str):
    delivery = events(run, 100)
    await archive_events(delivery[40:60])

    await archive_events(delivery)

    assert len(await archived(run)) == 100


async def test_the_same_id_twice_in_one_delivery_is_archived_once(run: str):
    twice = [*events(run, 3), *events(run, 3)]

    await archive_events(twice)

    assert len(await archived(run)) == 3


async def test_an_event_without_a_store_is_found_under_the_unknown_one(run: str):
    await archive_events(events(run, 2, store_id=None))

    assert len(await archived(run, "_unknown")) == 2


async def test_a_malformed_event_is_quarantined_and_the_others_are_archived(run: str):
    broken = received(b'{"is_return": }', sequence_number=900_001)

    await archive_events([*events(run, 2), broken])

    record = await quarantined(broken)
    assert "not valid JSON" in record["reason"]
    assert len(await archived(run)) == 2


async def test_an_event_that_is_too_large_for_a_document_is_quarantined_and_the_others_are_archived(run: str):
    large = received(event_body(f"{run}-large", note="ü" * 800_000), sequence_number=900_002)

    await archive_events([*events(run, 2), large])

    assert "too large" in (await quarantined(large))["reason"]
    assert len(await archived(run)) == 2


async def test_many_large_events_of_one_store_go_in_batches_that_cosmos_takes(run: str):
    await archive_events(events(run, 12, note="x" * 300_000))

    assert len(await archived(run)) == 12


@asynccontextmanager
async def full_partitions() -> AsyncGenerator[None]:
    """Every partition of Cosmos holds 20 GB."""
    address = (settings().cosmos.connection_string or "").partition("AccountEndpoint=")[2].partition(";")[0]
    async with aiohttp.ClientSession() as session:
        (await session.post(f"{address}_local/faults", json={"full": True})).raise_for_status()
        yield
        (await session.post(f"{address}_local/faults", json={})).raise_for_status()


@pytest.mark.skipif("CONTRACT_Cosmos" in os.environ, reason="only the local part can be told to be full")
async def test_what_a_full_partition_cannot_take_is_quarantined_and_the_delivery_succeeds(run: str):
    delivery = [received(event_body(f"{run}-{number:04}"), 920_000 + number) for number in range(30)]
    await archive_events(delivery[:10])

    async with full_partitions():
        await archive_events(delivery)

    assert len(await archived(run)) == 10
    assert {(await quarantined(event))["reason"] for event in delivery[10:]} == {
        "the archive refuses it: its partition holds 20 GB already and takes no more"
    }
    with pytest.raises(ResourceNotFoundError):
        await quarantined(delivery[9])


@pytest.mark.parametrize(
    "field",
    [b"1e400", b'"\\ud800"', b"[" * 200 + b"]" * 200, b"123456789012345678901234567890", b'{"$a.b": 1, "": 2}'],
    ids=["number out of range", "broken text", "deep nesting", "large number", "odd names"],
)
async def test_whatever_a_producer_puts_into_an_event_the_delivery_succeeds(run: str, field: bytes):
    odd = b'{"id": "%b-odd", "event_type": "sale_event", "store_id": 3, "extra": %b}' % (run.encode(), field)
    strange = received(odd, sequence_number=910_000 + len(field))

    await archive_events([strange, *events(run, 1)])

    ids = {document["id"] for document in await archived(run)}
    assert f"{run}-0000" in ids
    assert f"{run}-odd" in ids or (await quarantined(strange))["reason"]
