"""The doors of the running app; the host, the engine and the services behind it are real processes."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from yarl import URL

from fraud.generation import generate_events, totals_of
from services import blobs, cosmos, names
from services.settings import settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SECONDS = 20


async def until(answer: Callable[[], Awaitable[Any]]) -> Any:
    """What `answer` gives once it is true."""
    async with asyncio.timeout(SECONDS):
        while not (found := await answer()):
            await asyncio.sleep(0.05)
        return found


async def archived(run_id: str) -> list[dict[str, Any]]:
    container = await cosmos.events()
    question = "SELECT * FROM c WHERE c.archive.run_id = @run"
    return [one async for one in container.query_items(question, parameters=[{"name": "@run", "value": run_id}])]


async def call(http: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    data = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
    async with http.request(method, path, data=data) as answer:
        return answer.status, msgspec.json.decode(await answer.read())


async def test_the_producer_sends_what_it_says_and_the_archiver_archives_it(http: aiohttp.ClientSession):
    status, sent = await call(http, "GET", "/store-events-producer-fn?count=200")

    assert status == 200
    assert set(sent) == {"status", "tot_msgs", "bad_msgs", "sale_evnts", "inventory_evnts", "tot_sales", "run_id"}
    assert (sent["status"], sent["tot_msgs"]) == (True, 200)

    async def all_archived() -> list[dict[str, Any]] | None:
        found = await archived(sent["run_id"])
        return found if len(found) >= 200 else None

    events = await until(all_archived)
    assert len(events) == 200
    assert sum(event["store_id"] == "_unknown" for event in events) == sent["bad_msgs"]
    kinds = Counter(event["event_type"] for event in events)
    assert (kinds["sale_event"], kinds["inventory_event"]) == (sent["sale_evnts"], sent["inventory_evnts"])
    for event in events:
        assert int(event["archive"]["partition"]) % 2 == (event["event_type"] == "sale_event")


async def test_the_producer_makes_ten_events_unless_told_otherwise(http: aiohttp.ClientSession):
    assert (await call(http, "GET", "/store-events-producer-fn"))[1]["tot_msgs"] == 10
    assert (await call(http, "POST", "/store-events-producer-fn", {"count": 3}))[1]["tot_msgs"] == 3


@pytest.mark.parametrize("query", ["?count=0", "?count=10001", "?count=-1", "?count=ten", "?count=1.5"])
async def test_a_wrong_count_in_the_query_is_refused_by_name(http: aiohttp.ClientSession, query: str):
    status, answer = await call(http, "GET", f"/store-events-producer-fn{query}")

    assert (status, answer["field"]) == (400, "count")


@pytest.mark.parametrize("body", [b'{"count": 0}', b'{"count": "x"}', b'{"count": null}'])
async def test_a_wrong_count_in_the_body_is_refused_by_name(http: aiohttp.ClientSession, body: bytes):
    status, answer = await call(http, "POST", "/store-events-producer-fn", body)

    assert (status, answer["field"]) == (400, "count")


async def test_one_batch_of_ten_thousand_events_is_sent(http: aiohttp.ClientSession):
    status, sent = await call(http, "POST", "/store-events-producer-fn", {"count": 10_000})

    assert (status, sent["tot_msgs"]) == (200, 10_000)


async def test_health_names_every_dependency(http: aiohttp.ClientSession):
    status, health = await call(http, "GET", "/api/health")

    assert (status, health["status"]) == (200, "ok")
    assert set(health["dependencies"]) == {"AzureWebJobsStorage", "Warehouse", "EventHubs", "ServiceBus", "Cosmos"}
    assert all(dependency["latency_ms"] > 0 for dependency in health["dependencies"].values())


async def start(http: aiohttp.ClientSession, **order: Any) -> str:
    status, answer = await call(http, "POST", "/api/campaigns", order)
    assert status == 202, answer
    assert "statusQueryGetUri" in answer
    return answer["id"]


async def ended(http: aiohttp.ClientSession, campaign: str) -> dict[str, Any]:
    async def output() -> dict[str, Any] | None:
        _, progress = await call(http, "GET", f"/api/campaigns/{campaign}")
        assert progress["status"] in ("Pending", "Running", "Completed"), progress
        return progress if progress["status"] == "Completed" else None

    return await until(output)


async def test_a_campaign_ends_with_the_totals_that_its_seed_determines(http: aiohttp.ClientSession):
    name = uuid.uuid4().hex[:8]
    campaign = await start(http, name=name, batches=30, events_per_batch=20, interval_seconds=2, seed=42)

    progress = await ended(http, campaign)

    expected = sum(
        (totals_of(list(generate_events("42", batch, 20, 0.1, ""))) for batch in range(1, 30)),
        start=totals_of(list(generate_events("42", 0, 20, 0.1, ""))),
    )
    assert msgspec.convert(progress["totals"], type(expected)) == expected
    assert (progress["phase"], progress["batches_sent"], progress["output"]["totals"]["sent"]) == ("completed", 30, 600)
    assert len({event["id"] for event in await until(lambda: _at_least(campaign, 600))}) == 600


async def _at_least(run_id: str, count: int) -> list[dict[str, Any]] | None:
    found = await archived(run_id)
    return found if len(found) >= count else None


async def test_batches_of_a_campaign_keep_to_its_schedule(http: aiohttp.ClientSession):
    progress = await ended(http, await start(http, batches=5, events_per_batch=1, interval_seconds=30))

    started, updated = (datetime.fromisoformat(progress[name]) for name in ("started", "updated"))
    assert 120 <= (updated - started).total_seconds() < 240


async def test_a_campaign_without_an_interval_sends_at_once(http: aiohttp.ClientSession):
    progress = await ended(http, await start(http, batches=3, events_per_batch=5, interval_seconds=0))

    assert progress["totals"]["sent"] == 15


@pytest.mark.parametrize("interval", [0, 600])
async def test_a_campaign_can_be_stopped_while_it_sends_and_while_it_waits(http: aiohttp.ClientSession, interval: int):
    campaign = await start(http, batches=100_000, events_per_batch=1, interval_seconds=interval)

    async def has_sent() -> bool:
        return (await call(http, "GET", f"/api/campaigns/{campaign}"))[1].get("batches_sent", 0) > 0

    await until(has_sent)
    status, _ = await call(http, "POST", f"/api/campaigns/{campaign}/stop")
    progress = await ended(http, campaign)

    assert status == 202
    assert progress["phase"] == "stopped"
    assert progress["totals"]["sent"] == progress["batches_sent"] < 100_000
    assert (await call(http, "POST", f"/api/campaigns/{campaign}/stop"))[0] == 409


async def test_two_campaigns_of_one_name_do_not_run_at_once(http: aiohttp.ClientSession):
    campaign = await start(http, name="twin", batches=100, interval_seconds=600)

    status, answer = await call(http, "POST", "/api/campaigns", {"name": "twin"})

    assert (status, answer["title"]) == (409, "Campaign runs")
    await call(http, "POST", f"/api/campaigns/{campaign}/stop")
    await ended(http, campaign)
    await ended(http, await start(http, name="twin", batches=1))


async def test_of_two_starts_at_the_same_moment_one_wins(http: aiohttp.ClientSession):
    order = {"name": uuid.uuid4().hex[:8], "batches": 100, "interval_seconds": 600}

    answers = await asyncio.gather(*(call(http, "POST", "/api/campaigns", order) for _ in range(5)))

    assert sorted(status for status, _ in answers) == [202, 409, 409, 409, 409]
    await call(http, "POST", f"/api/campaigns/{order['name']}/stop")


async def test_a_campaign_that_was_terminated_says_so(http: aiohttp.ClientSession):
    campaign = await start(http, batches=100, interval_seconds=600)
    instance = f"/runtime/webhooks/durabletask/instances/{campaign}"
    async with http.post(f"{instance}/terminate", params={"reason": "enough"}) as answer:
        assert answer.status == 202

    async def is_terminated() -> dict[str, Any] | None:
        _, progress = await call(http, "GET", f"/api/campaigns/{campaign}")
        return progress if progress["status"] == "Terminated" else None

    progress = await until(is_terminated)
    assert (progress["phase"], progress["output"]) == ("terminated", "enough")


async def test_a_wrong_campaign_is_refused_by_field(http: aiohttp.ClientSession):
    status, answer = await call(http, "POST", "/api/campaigns", {"batches": 0})

    assert (status, answer["field"]) == (400, "batches")


async def test_a_campaign_that_never_was_is_not_found(http: aiohttp.ClientSession):
    for method, path in (("GET", "/api/campaigns/nobody"), ("POST", "/api/campaigns/nobody/stop")):
        assert (await call(http, method, path))[0] == 404


@pytest.mark.parametrize("name", ["a%3Fb", "a%2Fb", "..%2F..%2Fx", "%00", "A B", "x" * 300])
async def test_what_cannot_be_a_name_is_not_found(http: aiohttp.ClientSession, name: str):
    async with http.get(URL(f"/api/campaigns/{name}", encoded=True)) as answer:
        assert answer.status in (400, 404)


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
    found = container.query_items("SELECT * FROM c", partition_key=store)
    return [case async for case in found if event_id in {top["event_id"] for top in case["top"]}]


async def test_a_window_is_analysed_once_however_often_it_is_delivered(
    http: aiohttp.ClientSession, queue: ServiceBusSender
):
    _, sent = await call(http, "GET", "/store-events-producer-fn?count=100")
    events = await until(lambda: _at_least(sent["run_id"], 100))
    ids = sorted(event["id"] for event in events if event["store_id"] == 3)[:5]

    for _ in range(3):
        await queue.send_messages(ServiceBusMessage(window_message(3, ids)))
    (case,) = await until(lambda: cases_with(ids[0]))

    assert case["suspicious"] == len(ids)
    container, _, path = case["verdicts_blob"].partition("/")
    lines = (await blobs.read_blob(await blobs.warehouse(container), path)).splitlines()
    assert [msgspec.json.decode(line)["event_id"] for line in lines] == ids
    status = await until(lambda: _completed(http, case["id"]))
    assert status["output"]["suspicious"] == len(ids)


async def _completed(http: aiohttp.ClientSession, instance_id: str) -> dict[str, Any] | None:
    _, status = await call(http, "GET", f"/runtime/webhooks/durabletask/instances/{instance_id}")
    return status if status["runtimeStatus"] == "Completed" else None


async def test_an_event_that_arrives_after_its_window_is_waited_for(
    http: aiohttp.ClientSession, queue: ServiceBusSender
):
    late = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(window_message(4, [late])))
    await asyncio.sleep(0.5)

    await (await cosmos.events()).create_item({"id": late, "store_id": 4, "event_type": "sale_event", "discount": 60})

    (case,) = await until(lambda: cases_with(late, 4))
    assert case["bands"]["unresolved"] == 0


async def quarantined_windows() -> list[dict[str, Any]]:
    container = await blobs.warehouse(names.QUARANTINE)
    paths = [blob.name async for blob in container.list_blobs(name_starts_with="suspicious-windows/")]
    return [msgspec.json.decode(await blobs.read_blob(container, path)) for path in paths]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no window at all", "not valid JSON"),
        (window_message(3, []), "no ids"),
        (window_message(3, [1, 2]), "no strings"),
    ],
)
async def test_what_is_no_window_is_quarantined_with_its_reason(queue: ServiceBusSender, body: bytes, reason: str):
    message_id = str(uuid.uuid4())
    await queue.send_messages(ServiceBusMessage(body, message_id=message_id))

    async def record() -> dict[str, Any] | None:
        return next((one for one in await quarantined_windows() if one["message_id"] == message_id), None)

    assert reason in (await until(record))["reason"]
