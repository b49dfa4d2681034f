"""The window analysis of the running app, from the queue's message to the case."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender

from activities.archive_events import archive_events
from fraud.analysis import WindowTask
from fraud.windows import parse_windows
from services import blobs, cosmos, names
from services.settings import settings
from tests.fraud.builders import event_body, received
from tests.function_app.http_functions import INSTANCES, ORCHESTRATORS, call, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def queue(app: str) -> AsyncIterator[ServiceBusSender]:
    """The stream job's end of the queue."""
    async with (
        ServiceBusClient.from_connection_string(settings().service_bus.connection_string or "") as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        yield sender


def window_message(store: int | None, ids: list[Any]) -> bytes:
    times = {"WindowStart": "2026-01-02T10:05:00.0000000Z", "WindowEnd": "2026-01-02T10:10:00.0000000Z"}
    return msgspec.json.encode({"store_id": store, "ids": ids, **times})


async def cases_with(event_id: str, store: int | str = 3) -> list[dict[str, Any]]:
    container = await cosmos.cases()
    cases = container.query_items("SELECT * FROM c", partition_key=store)
    return [case async for case in cases if event_id in {top["event_id"] for top in case.get("top", ())}]


@pytest_asyncio.fixture(loop_scope="session")
async def ids(app: str) -> list[str]:
    """Ids of archived events of store 3 that the stream job would flag."""
    ids = sorted(str(uuid.uuid4()) for _ in range(10))
    await archive_events([received(event_body(event_id), number) for number, event_id in enumerate(ids)])
    return ids


async def _completed(http: aiohttp.ClientSession, instance_id: str) -> dict[str, Any] | None:
    _, status = await call(http, "GET", f"{INSTANCES}/{instance_id}")
    return status if status["runtimeStatus"] == "Completed" else None


async def verdicts_of(case: dict[str, Any]) -> bytes:
    container, _, path = case["verdicts_blob"].partition("/")
    return await blobs.read_blob(await blobs.warehouse(container), path)


async def test_a_window_is_analysed_once_however_often_it_is_delivered(
    http: aiohttp.ClientSession, queue: ServiceBusSender, ids: list[str]
):
    for _ in range(3):
        await queue.send_messages(ServiceBusMessage(window_message(3, ids)))
    (case,) = await until(lambda: cases_with(ids[0]))
    first = await until(lambda: _completed(http, case["id"]))

    await queue.send_messages(ServiceBusMessage(window_message(3, ids)))
    marker = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(b"after it", message_id=marker))
    await until(lambda: quarantined_window(marker))

    assert (case["suspicious"], first["output"]["suspicious"]) == (len(ids), len(ids))
    assert [msgspec.json.decode(line)["event_id"] for line in (await verdicts_of(case)).splitlines()] == ids
    assert await _completed(http, case["id"]) == first


async def test_a_window_whose_analysis_an_earlier_version_started_is_not_analysed_again(
    http: aiohttp.ClientSession, queue: ServiceBusSender, ids: list[str]
):
    (window,) = parse_windows(window_message(3, ids[:2])).windows
    task = msgspec.structs.replace(WindowTask.of(window), name=window.former_name)
    await blobs.write_blob(await blobs.workflow_data(), task.ids_path, msgspec.json.encode(window.ids))
    started, _ = await call(http, "POST", f"{ORCHESTRATORS}/analyze_window/{task.name}", msgspec.to_builtins(task))
    await until(lambda: _completed(http, task.name))

    await queue.send_messages(ServiceBusMessage(window_message(3, ids[:2])))
    marker = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(b"after it", message_id=marker))
    await until(lambda: quarantined_window(marker))

    async with http.get(f"{INSTANCES}/{window.name}") as answer:
        assert (started, answer.status) == (202, 404)


async def test_a_window_that_arrives_in_several_messages_is_analysed_whole(queue: ServiceBusSender, ids: list[str]):
    """The stream job of the larger sizes divides a store's window by customers, to stay below a message's 256 KB."""
    shards = [ids[::2], ids[1::2]]
    await queue.send_messages([ServiceBusMessage(window_message(3, shard)) for shard in shards])

    cases = [(await until(lambda first=shard[0]: cases_with(first)))[0] for shard in shards]

    assert [case["suspicious"] for case in cases] == [len(shard) for shard in shards]
    judged = [
        msgspec.json.decode(line)["event_id"] for case in cases for line in (await verdicts_of(case)).splitlines()
    ]
    assert sorted(judged) == ids


async def test_an_analysis_that_is_restarted_changes_nothing(
    http: aiohttp.ClientSession, queue: ServiceBusSender, ids: list[str]
):
    await queue.send_messages(ServiceBusMessage(window_message(3, ids)))
    (case,) = await until(lambda: cases_with(ids[0]))
    first = await until(lambda: _completed(http, case["id"]))
    verdicts = await verdicts_of(case)

    async with http.post(f"{INSTANCES}/{case['id']}/restart", params={"restartWithNewInstanceId": "false"}) as answer:
        assert answer.status == 202

    async def completed_again() -> dict[str, Any] | None:
        status = await _completed(http, case["id"])
        return status if status and status["createdTime"] != first["createdTime"] else None

    assert (await until(completed_again))["output"] == first["output"]
    assert await verdicts_of(case) == verdicts
    assert await cases_with(ids[0]) == [case]


async def test_an_event_that_arrives_after_its_window_is_waited_for(
    http: aiohttp.ClientSession, queue: ServiceBusSender
):
    late = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(window_message(4, [late])))
    await asyncio.sleep(0.5)

    await archive_events([received(event_body(late, store_id=4), 1)])

    async def amended_cases() -> list[dict[str, Any]]:
        return [case for case in await cases_with(late, 4) if case["bands"]["unresolved"] == 0]

    (case,) = await until(amended_cases)
    assert case["bands"]["low"] == 1


async def quarantined_window(message_id: str) -> dict[str, Any] | None:
    container = await blobs.warehouse(names.QUARANTINE)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with="suspicious-windows/")]
    records = [msgspec.json.decode(await blobs.read_blob(container, path)) for path in paths]
    return next((record for record in records if record["message_id"] == message_id), None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no window at all", "not valid JSON"),
        (window_message(3, []), "no ids"),
        (window_message(3, [1, 2]), "not strings"),
    ],
)
async def test_what_is_no_window_is_quarantined_with_its_reason(queue: ServiceBusSender, body: bytes, reason: str):
    message_id = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(body, message_id=message_id))

    assert reason in (await until(lambda: quarantined_window(message_id)))["reason"]
