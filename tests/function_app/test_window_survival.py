"""A host that is killed between storing, telling and amending: another one goes on; nothing is lost or doubled."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from activities.archive_events import archive_events
from activities.window_ids import save_window
from fraud.analysis import WindowSummary, WindowTask
from fraud.verdicts import from_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, unique_ids
from local_azure.testing import Clock
from local_azure.testing.parts import Part
from services import cosmos, names
from services.blob_revisions import read_revision
from services.blobs import read_blob, warehouse, workflow_data
from services.clients import close_clients
from services.settings import settings
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received
from tests.function_app.http_functions import INSTANCES, ORCHESTRATORS
from tests.support.parts import azure

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
LATE = 3


@pytest_asyncio.fixture
async def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """Azure on this machine, a minute of its time in a second; the folder of the host's state."""
    now = time.time()
    with azure(tmp_path, Clock(now, now, 60)) as their_settings:
        for name, value in their_settings.items():
            monkeypatch.setitem(os.environ, name, value)
        settings.cache_clear()
        yield tmp_path / "host"
        await close_clients()
    settings.cache_clear()


def host_over(state: Path) -> Part:
    return Part("functions_host", "--app", str(ROOT), "--port", "0", state=state)


async def status_of(host: Part, name: str) -> dict[str, Any]:
    async with aiohttp.ClientSession(host.addresses[0]) as http, http.get(f"{INSTANCES}/{name}") as answer:
        return await answer.json()


async def start(host: Part, task: WindowTask) -> None:
    async with (
        aiohttp.ClientSession(host.addresses[0]) as http,
        http.post(f"{ORCHESTRATORS}/analyze_window/{task.name}", json=msgspec.to_builtins(task)) as answer,
    ):
        assert answer.status == 202


async def alerts_of(task: WindowTask) -> dict[str, WindowSummary]:
    reports = await warehouse(names.REPORTS)
    paths = [blob.name async for blob in reports.list_blobs(name_starts_with="alerts/") if task.name in blob.name]
    return {path: msgspec.json.decode(await read_blob(reports, path), type=WindowSummary) for path in paths}


@pytest.mark.parametrize("seed", range(3))
async def test_a_host_that_is_killed_at_any_moment_ends_with_every_verdict_and_every_amendment_told(
    state: Path, seed: int
):
    chance = Random(seed)
    run = uuid.uuid4().hex
    early, late = [f"{run}-a{n}" for n in range(3)], [f"{run}-b{n}" for n in range(LATE)]
    await archive_events([received(event_body(event_id), n) for n, event_id in enumerate(early)])
    task = await save_window(SuspiciousWindow(3, unique_ids([*early, *late]), WINDOW_ENDING_1010))
    host = host_over(state)
    await start(host, task)

    for number, event_id in enumerate(late):
        for _ in range(2):
            await asyncio.sleep(chance.uniform(0, 0.6))
            host.kill()
            host = host_over(state)
        await archive_events([received(event_body(event_id), 100 + number)])
    async with asyncio.timeout(60):
        while (status := await status_of(host, task.name))["runtimeStatus"] != "Completed":
            assert status["runtimeStatus"] in ("Pending", "Running"), status
            await asyncio.sleep(0.1)
    host.stop()

    summary = msgspec.convert(status["output"], WindowSummary)
    stored = await read_revision(await warehouse(names.FRAUD_EVENTS), verdicts_path(task.name, task.window_end))
    case = await (await cosmos.cases()).read_item(task.name, partition_key=3)
    alerts = await alerts_of(task)
    assert stored is not None
    assert [(verdict.event_id, verdict.band) for verdict in from_ndjson(stored.data)] == [
        (event_id, "low") for event_id in sorted([*early, *late])
    ]
    assert (case["bands"], case["revision"], summary.revision) == (summary.bands, stored.number, stored.number)
    assert sorted(alert.revision for alert in alerts.values()) == list(range(1, stored.number + 1))
    assert 1 <= stored.number <= LATE + 1
    assert [blob.name async for blob in (await workflow_data()).list_blobs(name_starts_with=task.work_folder)] == []
