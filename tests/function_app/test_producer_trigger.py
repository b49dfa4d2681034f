"""The producer and the archiver of the running app; host, engine and services are real processes."""

import asyncio
import os
import re
import shutil
from collections import Counter
from functools import partial
from typing import Any

import aiohttp
import pytest

from tests.function_app.http_functions import archived, archived_at_least, call, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_the_producer_sends_what_it_says_and_the_archiver_archives_it(http: aiohttp.ClientSession):
    status, sent = await call(http, "GET", "/store-events-producer-fn?count=200")

    assert status == 200
    assert set(sent) == {"status", "tot_msgs", "bad_msgs", "sale_evnts", "inventory_evnts", "tot_sales", "run_id"}
    assert (sent["status"], sent["tot_msgs"]) == (True, 200)

    async def all_archived() -> list[dict[str, Any]] | None:
        events = await archived(sent["run_id"])
        return events if len(events) >= 200 else None

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


@pytest.mark.proof
@pytest.mark.long
async def test_one_batch_of_ten_thousand_events_is_sent(http: aiohttp.ClientSession):
    status, sent = await call(http, "POST", "/store-events-producer-fn", {"count": 10_000})

    assert status == 200, sent
    assert sent["tot_msgs"] == 10_000


async def test_health_names_every_dependency(http: aiohttp.ClientSession):
    status, health = await call(http, "GET", "/api/health/details")

    assert set(health["dependencies"]) == {"AzureWebJobsStorage", "Warehouse", "EventHubs", "ServiceBus", "Cosmos"}
    assert all(dependency["latency_ms"] > 0 for dependency in health["dependencies"].values())
    assert {dependency["status"] for dependency in health["dependencies"].values()} == {"ok"}
    # What the tests before this one left, quarantine for example, is told as well.
    assert await call(http, "GET", "/api/health") == (status, {"status": health["status"]})


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
async def test_the_loop_of_the_original_project_sends_its_batches(app: str):
    # `?count=30` stands there without quotes, and a request does not wait for the one before it.
    loop = "for i in {1..4}\ndo\necho batch $i\ncurl $PRODUCER_URL?count=30 &\nsleep 0.1\ndone\nwait"
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", loop),
        env={**os.environ, "PRODUCER_URL": f"{app.removesuffix('/')}/store-events-producer-fn"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    said, _ = await shell.communicate()

    runs = re.findall(r'"run_id": ?"([^"]+)"', said.decode())
    assert len(set(runs)) == 4
    assert len(re.findall(r'"tot_msgs": ?30\b', said.decode())) == 4
    for run in runs:
        assert len(await until(partial(archived_at_least, run, 30))) == 30
