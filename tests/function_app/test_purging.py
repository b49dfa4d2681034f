"""The hourly timer in a host that runs deletes old histories, keeps failed ones for longer, and what waits, always."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local_azure.testing import CLOCK_SETTING, Clock
from local_azure.testing.parts import Part
from services.settings import settings
from tests.function_app.http_functions import INSTANCES, ORCHESTRATORS
from tests.support.parts import azure

ROOT = Path(__file__).parents[2]
OLD = timedelta(days=40)
"""Older than HISTORY_DAYS, and younger than FAILED_HISTORY_DAYS."""

pytestmark = [pytest.mark.slow, pytest.mark.proof]


def host_at(moment: datetime, state: Path) -> Part:
    """The app on a host whose time begins at a moment; the services around it have real time."""
    clock = Clock(time.time(), moment.timestamp(), 10)
    options = ("functions_host", "--app", str(ROOT), "--port", "0")
    return Part(*options, state=state, settings={CLOCK_SETTING: clock.setting()})


async def statuses(http: aiohttp.ClientSession) -> dict[str, str]:
    """The instances of this test: the nightly reconciliation is started by its own timer."""
    async with http.get(INSTANCES, params={"top": 100}) as answer:
        instances: list[dict[str, Any]] = await answer.json()
    others = [instance for instance in instances if not instance["instanceId"].startswith("reconcile-")]
    return {instance["instanceId"]: instance["runtimeStatus"] for instance in others}


async def start(http: aiohttp.ClientSession, name: str, **campaign: Any) -> None:
    order = {"name": name, "events_per_batch": 1, **campaign}
    async with http.post("/api/campaigns", json=order, headers={"x-actor": "Tess"}) as answer:
        assert answer.status == 202


async def reached(http: aiohttp.ClientSession, wanted: dict[str, str]) -> None:
    end = time.monotonic() + 60
    while (now := await statuses(http)) != wanted:
        assert time.monotonic() < end, now
        await asyncio.sleep(0.1)


async def test_the_timer_deletes_what_ended_well_long_ago_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # The timer runs ten minutes after each hour: in the second host at once, in the first one long after it has ended.
    today = datetime.now(UTC).replace(minute=30)
    tomorrow = (today + timedelta(days=1)).replace(minute=9, second=30)
    with azure(tmp_path) as their_settings:
        for name, value in their_settings.items():
            monkeypatch.setitem(os.environ, name, value)
        settings.cache_clear()
        host = host_at(today - OLD, tmp_path / "host")
        try:
            async with aiohttp.ClientSession(host.addresses[0]) as http:
                await start(http, "done", batches=1)
                await start(http, "waits", batches=2, interval_seconds=86_400)
                async with http.post(f"{ORCHESTRATORS}/reconcile/broken", json={"range": 3}) as answer:
                    assert answer.status == 202
                ended = {"campaign-done": "Completed", "broken": "Failed"}
                await reached(http, {**ended, "campaign-waits": "Running"})
                async with http.post(f"{INSTANCES}/campaign-waits/suspend", params={"reason": "holiday"}) as answer:
                    assert answer.status == 202
                await reached(http, {**ended, "campaign-waits": "Suspended"})
        finally:
            host.stop()
        host = host_at(tomorrow, tmp_path / "host")
        try:
            async with aiohttp.ClientSession(host.addresses[0]) as http:
                await start(http, "young", batches=1, interval_seconds=0)
                kept = {"broken": "Failed", "campaign-waits": "Suspended", "campaign-young": "Completed"}
                await reached(http, kept)
        finally:
            host.stop()
    settings.cache_clear()
