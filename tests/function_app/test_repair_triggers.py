"""Faults planted in real storage, repaired by the running app: the next reconciliation balances."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import aiohttp
import pytest

from fraud.identity import archive_key
from services import cosmos, names
from services.blobs import read_blob, warehouse
from tests.activities.reconciliation.stored_world import store
from tests.function_app.conftest import ROOT
from tests.function_app.http_functions import call
from tests.reconciliation.faults import MALFORMED
from tests.reconciliation.world import RANGE, START, World, event

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

RUN = RANGE.instance_id
REPAIR = RUN.replace("reconcile-", "repair-")


def a_world() -> World:
    """Five windows of two stores and of none, each with flagged events, and a malformed body in each of them."""
    random = Random(9)
    events = [
        event(random, START + timedelta(minutes=minute, seconds=second), flagged=second % 2 == 0, store=store)
        for minute in range(2, 25, 5)
        for second, store in enumerate((1, 1, 1, 2, 2, None, None))
    ]
    events += [
        replace(event(random, START + timedelta(minutes=minute, seconds=9)), id="", body=MALFORMED, store=None)
        for minute in range(2, 25, 5)
    ]
    edges = [event(random, START + timedelta(minutes=minute), partition=n) for n in (0, 1) for minute in (-7, 67)]
    return World.of([*events, *edges])


def of_window(world: World, number: int) -> list[str]:
    """The flagged ids of one of the five windows."""
    return [e.id for e in world.events if e.flagged and e.window == RANGE.first_window + number]


def damaged() -> World:
    """A world that lost verdicts (all of a window, one of another), rows of the job, documents and quarantine."""
    world = a_world()
    gone = {*of_window(world, 0), of_window(world, 1)[0], *of_window(world, 2)}
    world.verdicts = [v for v in world.verdicts if v["event_id"] not in gone]
    for row in world.suspicious:
        row["ids"] = [event_id for event_id in row["ids"] if event_id not in of_window(world, 2)]
    world.suspicious = [row for row in world.suspicious if row["ids"]]
    lost = {*of_window(world, 0), *[e.id for e in world.events if e.store is None and not e.flagged and e.id]}
    world.documents = [d for d in world.documents if d[0] not in lost]
    world.quarantine = world.quarantine[1:]
    return world


async def reconciled(http: aiohttp.ClientSession) -> dict[str, Any]:
    await call(http, "POST", "/api/reconciliations", {"from": RANGE.start, "to": RANGE.end})
    return await ended(http, f"/api/reconciliations/{RUN}")


async def repaired(http: aiohttp.ClientSession, **order: bool) -> dict[str, Any]:
    status, urls = await call(http, "POST", f"/api/reconciliations/{RUN}/repairs", order)
    assert status == 202, urls
    return await ended(http, f"/api/repairs/{urls['id']}")


async def ended(http: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (status := (await call(http, "GET", path))[1])["status"] in ("Running", "Pending"):
            await asyncio.sleep(0.05)
    assert status["status"] == "Completed", status
    return status["output"]


async def steps(http: aiohttp.ClientSession, repair: str) -> list[dict[str, Any]]:
    async with http.get(f"/api/repairs/{repair}/steps") as answer:
        assert answer.status == 200
        return [json.loads(line) for line in (await answer.read()).splitlines()]


async def fraud_events() -> dict[str, bytes]:
    container = await warehouse(names.FRAUD_EVENTS)
    return {b.name: await read_blob(container, b.name) async for b in container.list_blobs(f"{START:%Y/%m/%d}")}


async def test_what_was_lost_is_repaired_and_the_range_balances(http: aiohttp.ClientSession):
    world = damaged()
    await store(world)
    before = await reconciled(http)
    assert before["verdict"] == "differences"
    lost = before["accounts"]
    assert lost["missing_from_fraud"] == len({*of_window(world, 0), of_window(world, 1)[0], *of_window(world, 2)})
    assert lost["missing_from_suspicious"] == len(of_window(world, 2))

    verdicts = await fraud_events()
    planned = await repaired(http, dry_run=True)
    listed = await steps(http, planned["id"])
    assert (planned["id"], planned["dry_run"]) == (f"{REPAIR}-dry", True)
    assert {step["step"] for step in listed} == {"backfill", "correct", "judge"}
    assert sum(len(step["events"]) for step in listed if step["step"] == "backfill") == planned["events"]
    assert planned["events"] == lost["absent_from_cosmos"] + lost["absent_from_quarantine"]
    assert await fraud_events() == verdicts
    assert (await reconciled(http))["accounts"] == lost

    done = await repaired(http)
    after = await reconciled(http)

    assert (done["id"], done["archived"], done["left"]) == (REPAIR, planned["events"], 0)
    assert await steps(http, REPAIR) == listed
    assert after["verdict"] == "balanced", after["sentence"]
    assert after["accounts"]["corrected"] == planned["corrected_windows"] > 0
    assert "entered by a repair, not by the stream job" in after["sentence"]

    again = await repaired(http)
    assert (again["events"], again["corrected_windows"], again["judged_windows"]) == (0, 0, 0)


async def test_a_repair_leaves_what_the_pipeline_itself_would_have_left(http: aiohttp.ClientSession):
    world = damaged()
    whole = a_world()
    await store(whole)
    paths = set(await fraud_events())
    await store(world)
    await reconciled(http)
    await repaired(http)

    assert set(await fraud_events()) == paths, "verdicts lie where the window's own analysis puts them"
    lost = of_window(world, 0)[0]
    source = next(e for e in world.events if e.id == lost)
    container = await cosmos.events()
    document = await container.read_item(lost, partition_key=archive_key(source.store or "_unknown", lost))
    assert document["archive"]["sequence_number"] == source.sequence
    assert (document["archive"]["partition"], document["archive"]["run_id"]) == ("0", "r")
    verdict = next(
        line for data in (await fraud_events()).values() for line in data.splitlines() if lost.encode() in line
    )
    assert json.loads(verdict)["event"]["id"] == lost
    suspicious = await warehouse(names.SUSPICIOUS_EVENTS)
    entered = [b.name async for b in suspicious.list_blobs(f"{START:%Y/%m/%d/%H}/correction-")]
    assert entered
    for path in entered:
        assert json.loads(await read_blob(suspicious, path))["corrected_by"] == REPAIR


async def test_what_must_not_be_repaired_is_listed_with_the_reason(http: aiohttp.ClientSession):
    world = a_world()
    world.suspicious[0]["ids"].append("foreign")
    await store(world)
    await reconciled(http)

    planned = await repaired(http, dry_run=True)

    assert [(kind["name"], kind["count"]) for kind in planned["not_repairable"]] == [
        ("unexpected_absent_from_archive", 1)
    ]
    assert "evidence" in planned["not_repairable"][0]["reason"]
    assert await steps(http, planned["id"]) == []


async def test_a_wrong_order_is_refused(http: aiohttp.ClientSession):
    await store(a_world())
    await reconciled(http)

    orders: list[tuple[str, Any, int]] = [
        (RUN, {"dry_run": "yes"}, 400),
        (RUN, {"force": True}, 400),
        ("reconcile-20000101T000000Z-20000102T000000Z", {}, 404),
        ("window-7", {}, 404),
    ]
    for run, order, expected in orders:
        assert (await call(http, "POST", f"/api/reconciliations/{run}/repairs", order))[0] == expected, (run, order)


@pytest.mark.parametrize("path", ["/api/repairs/repair-x", f"/api/repairs/{RUN}", "/api/repairs/..%2Fx/steps"])
async def test_nothing_but_repairs_can_be_asked_for(http: aiohttp.ClientSession, path: str):
    assert (await call(http, "GET", path))[0] == 404


def detective(app: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "reconcile", "--url", app, *options]
    times = ("--from", RANGE.start.isoformat(), "--to", RANGE.end.isoformat())
    return subprocess.run([*command, *times], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


async def test_the_command_line_repairs_and_its_exit_code_says_whether_the_range_balances(app: str):
    await store(damaged())

    planned = await asyncio.to_thread(detective, app, "--dry-run")
    done = await asyncio.to_thread(detective, app, "--repair", "--json")
    after = await asyncio.to_thread(detective, app)
    unreachable = await asyncio.to_thread(detective, "http://127.0.0.1:9")

    codes = [run.returncode for run in (planned, done, after, unreachable)]
    assert codes == [1, 0, 0, 2], [run.stdout for run in (planned, done, after, unreachable)]
    assert "The steps of the repair" in planned.stdout
    assert "archive again" in planned.stdout
    assert max(len(line) for line in planned.stdout.splitlines() if "http" not in line) <= 80
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["repair"]["id"]) == ("balanced", REPAIR)
    assert "missing from suspicious" in after.stdout
