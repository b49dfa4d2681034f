"""The archiver of the running app: what no window can name is judged when its window is over, and holds nothing up."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubProducerClient

from fraud.quarantine import QuarantinedEvent, raw
from fraud.quarantine_places import LARGEST_SHARED, places_tasks
from fraud.windows import WINDOW
from services import blobs, cosmos, names
from services.settings import settings
from services.watching import azure_time
from tests.fraud.builders import event_body
from tests.function_app.http_functions import INSTANCES, ORCHESTRATORS, call, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("http")]


@pytest_asyncio.fixture(loop_scope="session")
async def hub(app: str) -> AsyncIterator[EventHubProducerClient]:
    """A producer of the hub."""
    connection = settings().event_hubs.connection_string or ""
    async with EventHubProducerClient.from_connection_string(connection, eventhub_name=names.EVENT_HUB) as client:
        yield client


async def cases_of_quarantine(partition: str) -> list[dict[str, Any]]:
    container = await cosmos.cases()
    query = "SELECT * FROM c WHERE c.type = 'quarantine' AND STARTSWITH(c.id, @name)"
    parameters: list[dict[str, object]] = [{"name": "@name", "value": f"quarantine-p{partition}-"}]
    return [case async for case in container.query_items(query, parameters=parameters, partition_key="_unknown")]


async def send(hub: EventHubProducerClient, partition: str, *bodies: str | bytes) -> None:
    """Send events in one batch."""
    batch = await hub.create_batch(partition_id=partition)
    for body in bodies:
        batch.add(EventData(body))
    await hub.send_batch(batch)


async def test_frauds_without_a_usable_id_have_a_case_and_their_neighbours_are_archived(hub: EventHubProducerClient):
    neighbour = str(uuid.uuid4())
    frauds = [json.loads(event_body(price=9_999.99)) | {"id": odd} for odd in (7, None, "x" * 300_000, ["x"])]
    await send(hub, "2", *map(json.dumps, frauds), event_body(neighbour))

    async def judged() -> bool:
        cases = await cases_of_quarantine("2")
        return sum(case["suspicious"] for case in cases) == len(frauds)

    await until(judged)
    assert neighbour in await until(lambda: cosmos.find_events([neighbour], 3))


async def number_of_next(hub: EventHubProducerClient, partition: str) -> int:
    """The sequence number of the next event of a partition, unless somebody else sends it."""
    properties: dict[str, Any] = await hub.get_partition_properties(partition)
    return properties["last_enqueued_sequence_number"] + 1


async def test_a_large_body_whose_judging_an_earlier_version_has_begun_is_not_judged_in_a_case_beside_it(
    hub: EventHubProducerClient, http: aiohttp.ClientSession
):
    fraud = json.dumps(json.loads(event_body(note="x" * LARGEST_SHARED)) | {"id": 7}).encode()
    while True:
        number, now = await number_of_next(hub, "3"), await azure_time()
        records = [
            QuarantinedEvent(
                reason="",
                raw_base64=raw(fraud),
                partition="3",
                offset="",
                sequence_number=number,
                enqueued_time=now + windows * WINDOW,
            )
            for windows in range(12)
        ]
        tasks = [task for record in records for task in places_tasks([record])]
        for task in tasks:
            before = task.as_before
            path = f"{ORCHESTRATORS}/judge_quarantine/{before.instance_id}"
            assert (await call(http, "POST", path, msgspec.to_builtins(before)))[0] == 202
        await send(hub, "3", fraud)
        if await number_of_next(hub, "3") == number + 1:
            break  # else another test has sent an event meanwhile, which may have taken the number
    quarantine = await blobs.warehouse(names.QUARANTINE)

    async def is_quarantined() -> bool:
        return any([await quarantine.get_blob_client(record.path).exists() for record in records])

    await until(is_quarantined)
    await send(hub, "3", event_body(neighbour := str(uuid.uuid4())))
    await until(lambda: cosmos.find_events([neighbour], 3))

    for task in tasks:
        async with http.get(f"{INSTANCES}/{task.instance_id}") as answer:
            assert answer.status == 404
