"""A host that is killed in every phase of a reconciliation or a repair: another one continues, and it ends the same."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from local_azure.testing.parts import Part
from reconciliation.paths import report_folder
from services import names
from services.blobs import read_blob, warehouse
from services.clients import close_clients
from services.settings import settings
from tests.activities.reconciliation.stored_world import store
from tests.function_app.test_repair_triggers import a_world, damaged, fraud_events
from tests.reconciliation.faults import FAULTS, Planted, build
from tests.reconciliation.world import RANGE
from tests.support.parts import azure

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
RUN = RANGE.instance_id
RECONCILIATION = f"/api/reconciliations/{RUN}"
REPAIR = f"/api/repairs/{RUN.replace('reconcile-', 'repair-')}"
UNFINISHED = ("Pending", "Running")
STARTED = re.compile(rb"\"started\": \"[^\"]*\"|Started [^(]*\(UTC\)")
ORDER = {"from": RANGE.start.isoformat(), "to": RANGE.end.isoformat()}


async def status_of(host: Part, path: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(host.addresses[0]) as http, http.get(path) as answer:
        return await answer.json()


async def start(host: Part, path: str, order: dict[str, Any]) -> None:
    headers = {"x-actor": "Tess"}
    async with (
        aiohttp.ClientSession(host.addresses[0], headers=headers) as http,
        http.post(path, json=order) as answer,
    ):
        assert answer.status == 202


async def finished(host: Part, path: str) -> dict[str, Any]:
    async with asyncio.timeout(40):
        while (status := await status_of(host, path))["status"] in UNFINISHED:
            await asyncio.sleep(0.05)
    assert status["status"] == "Completed", status
    return status["output"]


async def reconciled(host: Part) -> dict[str, Any]:
    await start(host, "/api/reconciliations", ORDER)
    return await finished(host, RECONCILIATION)


async def phase_after(host: Part, path: str, seen: list[str]) -> str | None:
    """The next phase that is not among these, once the orchestration has come to it; None when it has ended."""
    async with asyncio.timeout(40):
        while (status := await status_of(host, path))["status"] in UNFINISHED:
            progress: dict[str, Any] = status["progress"] or {}
            if (phase := progress.get("phase")) and phase not in seen:
                return phase
            await asyncio.sleep(0.01)
        return None


class App:
    """The app in a host that can be killed, over Azure on this machine."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self.host = self._started()

    def _started(self) -> Part:
        return Part("functions_host", "--app", str(ROOT), "--port", "0", state=self._state)

    async def kill_in_every_phase(self, path: str) -> list[str]:
        """Kill the host once in every phase of this orchestration; the phases."""
        phases: list[str] = []
        while phase := await phase_after(self.host, path, phases):
            phases.append(phase)
            self.host.kill()
            self.host = self._started()
        return phases


@pytest_asyncio.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    with azure(tmp_path) as their_settings:
        for name, value in their_settings.items():
            monkeypatch.setitem(os.environ, name, value)
        settings.cache_clear()
        running = App(tmp_path / "host")
        yield running
        running.host.stop()
        await close_clients()
    settings.cache_clear()


async def report() -> dict[str, bytes]:
    """The report's files, without the words that tell when it was begun."""
    container = await warehouse(names.REPORTS)
    blobs = [blob.name async for blob in container.list_blobs(f"{report_folder(RUN)}/")]
    return {name: STARTED.sub(b"", await read_blob(container, name)) for name in blobs}


async def test_a_host_that_is_killed_leaves_the_same_report(app: App):
    planted = Planted(build(Random(3), 300, "deflate"), Random(3))
    for fault in FAULTS:
        fault(planted)
    await store(planted.world)
    await reconciled(app.host)
    undisturbed = await report()

    await start(app.host, "/api/reconciliations", ORDER)
    killed_in = await app.kill_in_every_phase(RECONCILIATION)
    await finished(app.host, RECONCILIATION)

    # The short phases between them may have passed between two looks.
    assert {"scan", "compare"} <= set(killed_in), killed_in
    assert await report() == undisturbed


async def test_a_host_that_is_killed_repairs_all_the_same(app: App):
    await store(a_world())
    paths = set(await fraud_events())
    await store(damaged())
    before = await reconciled(app.host)

    await start(app.host, f"{RECONCILIATION}/repairs", {})
    killed_in = await app.kill_in_every_phase(REPAIR)
    done = await finished(app.host, REPAIR)
    after = await reconciled(app.host)

    assert {"backfill", "judge"} <= set(killed_in), killed_in
    assert before["verdict"] == "differences"
    assert done["archived"] == done["events"] > 0
    assert after["verdict"] == "balanced", after["sentence"]
    assert set(await fraud_events()) == paths
