"""The reconciliation's HTTP functions of the running app."""

import asyncio
import re
from datetime import timedelta
from random import Random
from typing import Any

import aiohttp
import pytest
from yarl import URL

from services import blobs, names
from tests.activities.reconciliation.stored_world import store
from tests.reconciliation.world import RANGE, START, World, event

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ORDER = {"from": "2026-01-02T10:00:00Z", "to": "2026-01-02T11:00:00Z"}
RUN = RANGE.instance_id
WITHOUT = f"{RUN}-without-cosmos"


def a_world() -> World:
    random = Random(7)
    return World.of([event(random, START + timedelta(minutes=m, seconds=5), flagged=m % 2 == 0) for m in range(-9, 69)])


async def ended(http: aiohttp.ClientSession, run: str) -> dict[str, Any]:
    async with asyncio.timeout(100):
        while True:
            async with http.get(f"/api/reconciliations/{run}") as answer:
                status = await answer.json()
            if status.get("status") in ("Completed", "Failed", "Terminated"):
                return status
            await asyncio.sleep(0.1)


async def start(http: aiohttp.ClientSession, order: Any) -> tuple[int, dict[str, Any]]:
    async with http.post("/api/reconciliations", json=order) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_range_is_reconciled_and_its_report_can_be_read(http: aiohttp.ClientSession):
    await store(a_world())

    status, urls = await start(http, ORDER)
    assert (status, urls["id"]) == (202, RUN)
    done = await ended(http, RUN)

    assert done["status"] == "Completed", done
    assert done["output"]["verdict"] == "balanced"
    assert done["accounts"]["expected"] == done["accounts"]["matched"] == 30
    assert done["accounts"]["captured"] == done["accounts"]["archived"] == 60
    async with http.get(done["reports"]["html"]) as page:
        assert (page.status, page.content_type) == (200, "text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "The accounts balance" in await page.text()
    async with http.get(done["reports"]["json"]) as report:
        assert (await report.json())["schema_version"] == 4
    async with http.get("/api/reconciliations") as listed:
        assert {"id": RUN, "reports": done["reports"]} in await listed.json()


async def test_a_range_is_read_again_only_if_something_has_changed_or_it_is_asked_for(http: aiohttp.ClientSession):
    # Without Cosmos: a document that was written in the minute before a run counts as changed.
    order = {**ORDER, "cosmos": False}
    await store(a_world())
    await start(http, {**order, "again": True})
    first = (await ended(http, WITHOUT))["output"]

    await start(http, order)
    of_report = {name: value for name, value in first.items() if name != "head"}
    assert (await ended(http, WITHOUT))["output"] == {**of_report, "reused": True}
    assert (first["reused"], first["verdict"]) == (False, "balanced")

    await start(http, {**order, "again": True})
    again = (await ended(http, WITHOUT))["output"]
    assert again == {**first, "read": again["read"], "head": again["head"]}
    assert again["read"] > first["read"]

    world = a_world()
    world.verdicts.clear()
    await store(world)
    await start(http, order)
    changed = await ended(http, WITHOUT)
    assert (changed["output"]["reused"], changed["output"]["verdict"]) == (False, "differences")
    assert changed["accounts"]["missing_from_fraud"] == 30
    async with http.get(f"/api/reports/{WITHOUT}/differences-00000.ndjson") as differences:
        assert len((await differences.read()).splitlines()) == 30


async def test_an_outcome_without_cosmos_does_not_answer_for_one_with_it(http: aiohttp.ClientSession):
    await store(a_world())
    await start(http, {**ORDER, "cosmos": False})
    assert (await ended(http, WITHOUT))["accounts"]["archived"] == 0

    await start(http, ORDER)

    assert (await ended(http, RUN))["accounts"]["archived"] == 60


async def test_orders_that_come_at_once_are_answered_with_one_run(http: aiohttp.ClientSession):
    await store(a_world())

    answers = await asyncio.gather(*(start(http, {**ORDER, "again": True}) for _ in range(8)))

    assert {(status, urls["id"]) for status, urls in answers} == {(202, RUN)}
    assert (await ended(http, RUN))["output"]["verdict"] == "balanced"


async def test_a_range_that_does_not_end_on_windows_is_widened_to_whole_ones(http: aiohttp.ClientSession):
    status, urls = await start(http, {"from": "2026-01-03T10:01:00+00:00", "to": "2026-01-03T10:06:00Z"})
    done = await ended(http, urls["id"])

    assert (status, urls["id"]) == (202, "reconcile-20260103T100000Z-20260103T101000Z")
    assert done["output"]["verdict"] == "incomplete"
    assert "nothing was compared" in done["output"]["sentence"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "from"),
        ({"from": "2026-01-02T10:00:00Z"}, "to"),
        ({"from": "yesterday", "to": "2026-01-02T10:00:00Z"}, "from"),
        ({"from": "2026-01-02T10:00:00", "to": "2026-01-02T10:00:00Z"}, "from"),
        ({"from": "2026-01-02T10:00:00Z", "to": "2026-01-02T10:00:00Z"}, "to"),
        ({"from": "2026-01-02T10:00:00Z", "to": "2026-02-02T10:00:00Z"}, "to"),
        ({"from": "0001-01-01T00:00:00+23:00", "to": "2026-02-02T10:00:00Z"}, "from"),
        ({"from": 7, "to": "2026-02-02T10:00:00Z"}, "from"),
        ({**ORDER, "repair": True}, "repair"),
        ({**ORDER, "cosmos": "no"}, "cosmos"),
    ],
)
async def test_a_wrong_range_is_refused_by_name(http: aiohttp.ClientSession, order: Any, field: str):
    status, problem = await start(http, order)

    assert (status, problem.get("field")) == (400, field), problem


@pytest.mark.parametrize(
    "path",
    [
        f"/api/reports/{RUN}/work.json",
        f"/api/reports/{RUN}/..%2Fwatermark.json",
        f"/api/reports/{RUN}/report.html%00",
        f"/api/reports/{RUN}/blobs/reports/reconciliations/watermark.json",
        f"/api/reports/{RUN}/blobs/all-events/..%2Freports%2Fx.avro",
        f"/api/reports/{RUN}/blobs/all-events/ns/store-events/1/2000/01/02/10/05/00.avro",
        f"/api/reports/{RUN}/blobs/all-events/",
        "/api/reports/..%2F..%2Fall-events/report.html",
        "/api/reports/reconcile-20000101T000000Z-20000102T000000Z/report.html",
        "/api/reconciliations/reconcile-20000101T000000Z-20000102T000000Z",
        "/api/reconciliations/window-7",
        "/api/reconciliations/reconcile-x%3Fcode%3Dy",
        "/api/reconciliations/reconcile-20260102T100000Z-20260102T110000Z%3FshowInput%3Dtrue",
    ],
)
async def test_nothing_but_reports_can_be_read(http: aiohttp.ClientSession, path: str):
    async with http.get(path) as answer:
        assert answer.status == 404


async def test_the_links_of_a_report_open_as_downloads(http: aiohttp.ClientSession):
    await store(a_world())
    suspicious = await blobs.warehouse(names.SUSPICIOUS_EVENTS)
    await suspicious.upload_blob("2026/01/02/10/0_1.json", b"{", overwrite=True)
    await start(http, ORDER | {"cosmos": False, "again": True})
    await ended(http, WITHOUT)

    page = f"/api/reports/{WITHOUT}/report.html"
    async with http.get(page) as answer:
        links = re.findall(r'href="(blobs/[^"]+)"', await answer.text())

    assert "blobs/suspicious-events/2026/01/02/10/0_1.json" in links
    for link in links:
        async with http.get(str(URL(page).join(URL(link)))) as answer:
            assert answer.status == 200, link
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await suspicious.delete_blob("2026/01/02/10/0_1.json")
