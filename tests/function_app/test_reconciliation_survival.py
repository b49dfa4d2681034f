"""A host that is killed in every phase of a reconciliation: another one continues, and the report is the same."""

import asyncio
import os
import re
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from fraud.reconciliation.work import report_folder
from services import names
from services.blobs import read_blob, warehouse
from services.clients import close_clients
from services.settings import settings
from tests.activities.reconciliation.stored_world import store
from tests.fraud.reconciliation.faults import FAULTS, Planted, build
from tests.fraud.reconciliation.world import RANGE
from tests.support.parts import Part, azure

ROOT = Path(__file__).parents[2]
RUN = RANGE.instance_id
UNFINISHED = ("Pending", "Running")
STARTED = re.compile(rb"\"started\": \"[^\"]*\"|Started [^(]*\(UTC\)")
ORDER = {"from": RANGE.start.isoformat(), "to": RANGE.end.isoformat()}


async def status_of(host: Part) -> dict[str, Any]:
    async with aiohttp.ClientSession(host.addresses[0]) as http, http.get(f"/api/reconciliations/{RUN}") as answer:
        return await answer.json()


async def start(host: Part) -> None:
    door = f"{host.addresses[0]}/api/reconciliations"
    async with aiohttp.ClientSession() as http, http.post(door, json=ORDER) as answer:
        assert answer.status == 202


async def phase_after(host: Part, seen: list[str]) -> str | None:
    """The next phase that is none of these, once the reconciliation has come to it; None when it has ended."""
    async with asyncio.timeout(40):
        while (status := await status_of(host))["status"] in UNFINISHED:
            progress: dict[str, Any] = status["progress"] or {}
            if (phase := progress.get("phase")) and phase not in seen:
                return phase
            await asyncio.sleep(0.01)
        return None


async def report() -> dict[str, bytes]:
    """The report's files, without the words that tell when it was begun."""
    container = await warehouse(names.REPORTS)
    blobs = [blob.name async for blob in container.list_blobs(f"{report_folder(RUN)}/")]
    return {name: STARTED.sub(b"", await read_blob(container, name)) for name in blobs}


@pytest.mark.slow
async def test_a_killed_host_leaves_the_same_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with azure(tmp_path) as their_settings:
        for name, value in their_settings.items():
            monkeypatch.setitem(os.environ, name, value)
        settings.cache_clear()
        planted = Planted(build(Random(3), 300, "deflate"), Random(3))
        for fault in FAULTS:
            fault(planted)
        await store(planted.world)
        host = Part("functions_host", "--app", str(ROOT), "--port", "0", state=tmp_path / "host")
        try:
            await start(host)
            assert (await finished(host))["status"] == "Completed"
            undisturbed = await report()

            await start(host)
            killed_in: list[str] = []
            while phase := await phase_after(host, killed_in):
                killed_in.append(phase)
                host.kill()
                host = Part("functions_host", "--app", str(ROOT), "--port", "0", state=tmp_path / "host")
            done = await finished(host)
        finally:
            host.stop()
        # The short phases between them may have passed between two looks.
        assert {"scan", "compare"} <= set(killed_in), killed_in
        assert done["status"] == "Completed", done
        assert await report() == undisturbed
        await close_clients()
    settings.cache_clear()


async def finished(host: Part) -> dict[str, Any]:
    async with asyncio.timeout(40):
        while (status := await status_of(host))["status"] in UNFINISHED:
            await asyncio.sleep(0.05)
        return status
