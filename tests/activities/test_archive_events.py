"""Contract: the archive over the real Cosmos and Blob SDKs."""

import asyncio
import os
import time
import uuid
from base64 import b64decode
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError

from activities import archive_events as archiving
from activities.archive_events import archive_events
from fraud.archive import ArchiveDocument, ArchiveWrites, ReceivedEvent, plan_archive
from fraud.events import StoreKey
from fraud.quarantine import MAX_REASON
from services import blobs, cosmos, names
from services.clients import close_clients
from services.settings import settings
from tests.fraud.builders import event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest.fixture
def run() -> str:
    """A prefix that keeps a test's ids apart from others'."""
    return uuid.uuid4().hex


async def archived(run: str, store: StoreKey = 3) -> list[dict[str, Any]]:
    container = await cosmos.events()
    question = (
        "SELECT * FROM c WHERE (STARTSWITH(c.id, @run) OR STARTSWITH(c.archive.event_id, @run)) AND c.store_id = @store"
    )
    parameters: list[dict[str, object]] = [{"name": "@run", "value": run}, {"name": "@store", "value": store}]
    documents = [document async for document in container.query_items(question, parameters=parameters)]
    return sorted(documents, key=lambda document: document["id"])


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


async def test_a_fraud_under_an_id_that_was_used_before_is_archived_too_whenever_it_comes(run: str):
    harmless, fraud = event_body(f"{run}-a", price=1.0), event_body(f"{run}-a", price=9_999.99, qty=99)
    await archive_events([received(harmless, 1)])
    await archive_events([received(fraud, 2), *events(run, 2)])
    await archive_events([received(fraud, 2), received(harmless, 1), received(fraud, 3)])

    under_a = (await cosmos.find_events([f"{run}-a", f"{run}-0001"], 3))[f"{run}-a"]
    assert sorted(document["price"] for document in under_a) == [1.0, 9_999.99]
    assert len(await archived(run)) == 4


async def test_contents_under_one_id_in_one_delivery_are_all_archived_once(run: str):
    delivery = [received(event_body(f"{run}-a", price=float(price)), price) for price in (1, 2, 3, 2)]

    await archive_events(delivery)
    await archive_events(delivery)

    assert sorted(document["price"] for document in await archived(run)) == [1.0, 2.0, 3.0]


async def test_the_same_id_in_two_stores_is_two_events(run: str):
    await archive_events([received(event_body(f"{run}-a", store_id=store), store) for store in (3, 4)])

    assert [len(await archived(run, store)) for store in (3, 4)] == [1, 1]


async def test_a_content_becomes_the_first_if_the_first_has_expired(run: str):
    await archive_events([received(event_body(f"{run}-a", price=1.0), 1)])
    (first,) = await archived(run)
    await archive_events([received(event_body(f"{run}-a", price=2.0), 2)])
    await (await cosmos.events()).delete_item(first["id"], partition_key=first["archive_key"])

    await archive_events(
        [received(event_body(f"{run}-a", price=3.0), 3), received(event_body(f"{run}-a", price=4.0), 4)]
    )

    assert sorted(document["price"] for document in await archived(run)) == [2.0, 3.0, 4.0]


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
    large = received(event_body(f"{run}-large", note="x" * 2_200_000), sequence_number=900_002)

    await archive_events([*events(run, 2), large])

    assert "too large" in (await quarantined(large))["reason"]
    assert len(await archived(run)) == 2


async def test_many_large_events_of_one_store_go_in_batches_that_cosmos_takes(run: str):
    await archive_events(events(run, 12, note="x" * 300_000))

    assert len(await archived(run)) == 12


@pytest.mark.parametrize(
    "note", ['"' + "é" * 165_000 + '"', "[" + "1e15," * 65_000 + "1]"], ids=["letters of two bytes", "long numbers"]
)
async def test_contents_that_take_more_bytes_in_a_request_than_at_their_producer_are_all_archived(run: str, note: str):
    await archive_events([received(event_body(f"{run}-a", price=1.0), 1)])

    bodies = {n: event_body(f"{run}-a", price=float(n)).replace(b"}", f',"note":{note}}}'.encode()) for n in (2, 3, 4)}
    await archive_events([received(body, n) for n, body in bodies.items()])

    assert sorted(document["price"] for document in await archived(run)) == [1.0, 2.0, 3.0, 4.0]


async def test_a_batch_that_cosmos_refuses_as_too_large_is_divided_until_it_fits(
    run: str, monkeypatch: pytest.MonkeyPatch
):
    """Whatever a document was thought to take."""
    monkeypatch.setattr(ArchiveDocument, "size", 0)
    large = [event_body(f"{run}-a", price=float(n), note=f"{n}" + "x" * 700_000) for n in range(1, 5)]
    huge = received(event_body(f"{run}-a", note="é" * 400_000), sequence_number=930_000)

    await archive_events([*(received(body, n) for n, body in enumerate(large, 1)), huge, *events(run, 2)])

    assert len(await archived(run)) == 6
    assert "too large" in (await quarantined(huge))["reason"]


async def test_what_cosmos_refuses_as_a_request_goes_to_quarantine_and_its_neighbours_to_the_archive(
    run: str, monkeypatch: pytest.MonkeyPatch
):
    send = ContainerProxy.execute_item_batch

    async def refused(self: ContainerProxy, operations: Any, partition_key: str, **options: Any) -> Any:
        if "odd" in str(operations):
            raise CosmosHttpResponseError(status_code=400, message="not a request")
        return await send(self, operations, partition_key, **options)

    monkeypatch.setattr(ContainerProxy, "execute_item_batch", refused)
    delivery = [
        received(event_body(f"{run}-a", note=note), 940_000 + n) for n, note in enumerate(["x", "y", "odd", "z"])
    ]

    await archive_events(delivery)

    assert sorted(document["note"] for document in await archived(run)) == ["x", "y", "z"]
    assert (await quarantined(delivery[2]))["reason"] == "the archive refuses it: not a valid document"


@pytest.mark.parametrize(
    "body",
    [
        b'"\n' * 500_000,
        b'[{"id":"a","event_type":"sale_event","discount":60,"priority_shipping":true,"n":['
        + b",".join([b"[" * 200 + b"]" * 200] * 1_500)
        + b"]}]",
    ],
    ids=["half a million lines", "deep nests"],
)
async def test_a_body_that_takes_long_to_read_keeps_nothing_else_of_the_app_waiting(run: str, body: bytes):
    pauses: list[float] = []

    async def tick() -> None:
        while True:
            before = time.process_time()  # whatever else the machine does meanwhile
            await asyncio.sleep(0.001)
            pauses.append(time.process_time() - before)

    ticking = asyncio.create_task(tick())
    hostile = received(body, sequence_number=950_000)
    await archive_events([hostile, *events(run, 1)])
    ticking.cancel()

    assert (await quarantined(hostile))["reason"]
    assert len(await archived(run)) == 1
    assert max(pauses) < 0.4


async def test_of_a_large_delivery_some_megabytes_are_read_at_once(run: str, monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []

    def plan(sources: Sequence[ReceivedEvent]) -> ArchiveWrites:
        read.append(sum(len(source.body) for source in sources))
        return plan_archive(sources)

    monkeypatch.setattr(archiving, "plan_archive", plan)
    await archive_events([received(event_body(f"{run}-{n:02}", note="x" * 900_000), 950_000 + n) for n in range(10)])

    assert len(read) == 3
    assert max(read) <= archiving.MOST_BYTES
    assert [document["id"] for document in await archived(run)] == [f"{run}-{number:02}" for number in range(10)]


async def test_a_reason_quotes_what_was_sent_no_further_than_people_read(run: str):
    odd = received(event_body(run, event_type="x" * 500_000), 940_000)
    await archive_events([odd])

    record = await quarantined(odd)
    assert record["reason"].startswith("not a store event: Invalid enum value 'xxx")
    assert len(record["reason"]) == MAX_REASON
    assert b64decode(record["raw_base64"]) == odd.body


@asynccontextmanager
async def fault(**settings_of_it: Any) -> AsyncGenerator[None]:
    """Cosmos has a fault, such as `full`: every partition holds 20 GB."""
    address = (settings().cosmos.connection_string or "").partition("AccountEndpoint=")[2].partition(";")[0]
    async with aiohttp.ClientSession() as session:
        (await session.post(f"{address}_local/faults", json=settings_of_it)).raise_for_status()
        yield
        (await session.post(f"{address}_local/faults", json={})).raise_for_status()


@pytest.mark.skipif("CONTRACT_Cosmos" in os.environ, reason="only the local part can be told to be full")
async def test_what_a_full_partition_cannot_take_is_quarantined_and_the_delivery_succeeds(run: str):
    delivery = [received(event_body(f"{run}-{number:04}"), 920_000 + number) for number in range(30)]
    await archive_events(delivery[:10])

    async with fault(full=True):
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


async def test_an_archive_with_another_partition_key_is_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
):
    """Each write would be a bad request, and land in quarantine."""
    database = (await cosmos.container(names.EVENTS_CONTAINER)).database_link.rpartition("/")[2]
    client = CosmosClient.from_connection_string(settings().cosmos.connection_string or "")
    await client.get_database_client(database).create_container_if_not_exists("old-events", PartitionKey("/store_id"))
    await client.close()
    await close_clients()
    monkeypatch.setattr(names, "EVENTS_CONTAINER", "old-events")

    with pytest.raises(
        cosmos.WrongPartitionKeyError, match="needs /archive_key: forget the local state with `make reset`"
    ):
        await archive_events(events("old", 1))
    await close_clients()
