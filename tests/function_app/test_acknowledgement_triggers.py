"""The HTTP functions of acknowledgements in the running app: what they take and refuse, and the page then."""

from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from reconciliation.comparing.differences import Difference
from reconciliation.reporting.acknowledgements import key_of
from reconciliation.reporting.report import Report
from services import names
from services.blobs import read_blob, warehouse
from tests.activities.reconciliation.stored_world import store
from tests.function_app.http_functions import call
from tests.function_app.test_reconciliation_triggers import ORDER, WITHOUT, a_world, ended, start
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

PATH = f"/api/reconciliations/{WITHOUT}/acknowledgements"
WHO = {"who": "ana", "why": "a drill"}


async def two_unjudged(http: aiohttp.ClientSession) -> list[Difference]:
    """The differences of a report on a range in which two verdicts are missing."""
    world = a_world()
    gone = [e.id for e in world.events if e.flagged and e.window > RANGE.first_window][:2]
    world.verdicts = [verdict for verdict in world.verdicts if verdict["event_id"] not in gone]
    await store(world)
    await start(http, {**ORDER, "cosmos": False, "again": True})
    await ended(http, WITHOUT)
    async with http.get(f"/api/reports/{WITHOUT}/report.json") as answer:
        report = msgspec.json.decode(await answer.read(), type=Report)
    return report.differences[0].examples


async def page(http: aiohttp.ClientSession) -> str:
    async with http.get(f"/api/reports/{WITHOUT}/report.html") as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return await answer.text()


async def test_acknowledged_differences_stay_in_the_report_with_who_when_and_why_and_are_not_red(
    http: aiohttp.ClientSession,
):
    keys = [key_of(difference) for difference in await two_unjudged(http)]
    written = await read_blob(await warehouse(names.REPORTS), f"reconciliations/{WITHOUT}/report.html")

    first = await call(http, "POST", PATH, {"class": "missing_from_fraud", "keys": keys[:1], **WHO})
    half = await page(http)
    both = await call(
        http, "POST", PATH, {"class": "missing_from_fraud", "keys": keys, "who": "bob", "why": "<i>me too</i>"}
    )
    status, listed = await call(http, "GET", PATH)

    assert (first[0], first[1]["open"], both[0], both[1]["open"]) == (200, 1, 200, 0)
    assert [given["who"] for given in both[1]["acknowledged"]] == ["ana", "bob"]
    assert status == 200
    assert (listed["faults"], listed["open"], listed["by_class"]) == (2, 0, {"missing_from_fraud": 2})
    assert {(given["class"], given["key"], given["who"]) for given in listed["acknowledgements"]} == {
        ("missing_from_fraud", keys[0], "ana"),
        ("missing_from_fraud", keys[1], "bob"),
    }
    assert '<header class="differences">' in half
    whole = await page(http)
    assert '<header class="acknowledged">' in whole
    assert "&lt;i&gt;me too&lt;/i&gt;" in whole
    assert await read_blob(await warehouse(names.REPORTS), f"reconciliations/{WITHOUT}/report.html") == written


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def reported(http: aiohttp.ClientSession) -> aiohttp.ClientSession:
    """The app with a report."""
    await two_unjudged(http)
    return http


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"class": "everything"}, "class"),
        ({"class": "ambiguous "}, "class"),
        ({"keys": []}, "keys"),
        ({"keys": ["0" * 16] * 101}, "keys"),
        ({"keys": ["../../../etc/pass"]}, "keys[0]"),
        ({"keys": ["0" * 17]}, "keys[0]"),
        ({"keys": ["0" * 16]}, "keys"),
        ({"who": ""}, "who"),
        ({"who": "   "}, "who"),
        ({"who": "ana\nbob"}, "who"),
        ({"who": "x" * 101}, "who"),
        ({"who": 7}, "who"),
        ({"why": "\x1b[2J"}, "why"),
        ({"why": "x" * 1_001}, "why"),
        ({"when": "2026-01-02T10:00:00Z"}, "when"),
    ],
)
async def test_a_wrong_acknowledgement_is_refused_by_name(
    reported: aiohttp.ClientSession, changed: dict[str, Any], field: str
):
    order = {"class": "missing_from_fraud", "keys": ["0" * 16], **WHO}

    status, problem = await call(reported, "POST", PATH, order | changed)

    assert (status, problem.get("field")) == (400, field), problem


@pytest.mark.parametrize(
    "run", ["reconcile-20000101T000000Z-20000102T000000Z", "window-7", "..%2F..%2Fwatermark", "x" * 300]
)
async def test_what_has_no_report_cannot_be_acknowledged(http: aiohttp.ClientSession, run: str):
    path = f"/api/reconciliations/{run}/acknowledgements"
    order = {"class": "missing_from_fraud", "keys": ["0" * 16], **WHO}

    assert [(await call(http, method, path, body))[0] for method, body in (("POST", order), ("GET", None))] == [
        404,
        404,
    ]
