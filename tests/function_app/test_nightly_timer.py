"""The nightly timer in a host that runs: each night continues where the one before has ended."""

import asyncio
import os
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import msgspec
import pytest

from activities.reconciliation.watermark import read_watermark, write_watermark
from local_azure.testing import CLOCK_SETTING, Clock
from local_azure.testing.parts import Part
from reconciliation.messages import Outcome
from reconciliation.nightly import NightlyTask, Watermark
from reconciliation.ranges import GRACE, Range, window_end
from services.clients import close_clients
from services.settings import settings
from tests.activities.reconciliation.stored_world import store
from tests.function_app.http_functions import INSTANCES
from tests.reconciliation.capture_writer import avro
from tests.reconciliation.faults import build
from tests.reconciliation.world import INTERVAL, PARTITIONS, RANGE, Event, World
from tests.support.parts import azure

ROOT = Path(__file__).parents[2]
SPEED = 300
SCHEDULE = "0 */20 * * * *"
"""A night every 20 minutes of Azure's time, which are 4 s: a night may take longer, and then the next finds it there
still."""
LAST_EVENT = RANGE.end + timedelta(minutes=10)
FIVE_MINUTES_IN = RANGE.start + timedelta(minutes=5)
LONG_BEFORE = RANGE.start - timedelta(minutes=90)
"""On a busy machine a host may start in 20 s, which are 100 minutes: the first night that it sees would be the last."""


class Night(msgspec.Struct, frozen=True, order=True):
    """A reconciliation that the timer has started. `begun` is when, after the grace."""

    span: Range
    begun: datetime
    outcome: Outcome


def a_world_with_time_after_it() -> World:
    """Some events in a bit more than an hour; Capture goes on without any, so that its archive covers the nights."""
    world = build(Random(5), 200, "deflate")
    for partition in PARTITIONS:
        for intervals in range(4, 60):
            path = f"{partition}/{RANGE.end + intervals * INTERVAL:%Y/%m/%d/%H/%M/%S}.avro"
            world.blobs[path] = avro([], "deflate")
    return world


async def nights_of(host: Part) -> list[Night]:
    """Those that have ended, in order."""
    async with aiohttp.ClientSession(host.addresses[0]) as http, http.get(INSTANCES, params={"top": 100}) as answer:
        instances: list[dict[str, Any]] = await answer.json()
    nights: list[Night] = []
    for instance in instances:
        if instance["name"] == "reconcile" and instance["runtimeStatus"] == "Completed":
            span = msgspec.convert(msgspec.json.decode(instance["input"])["range"], Range)
            begun = datetime.fromisoformat(instance["createdTime"])
            nights.append(Night(span, begun, msgspec.convert(instance["output"], Outcome)))
    return sorted(nights, key=lambda night: night.span.start)


@pytest.mark.slow
@pytest.mark.proof
async def test_the_timer_reconciles_the_night_behind_the_watermark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    await nights_follow_one_another(tmp_path, monkeypatch, FIVE_MINUTES_IN, RANGE.start)


@pytest.mark.slow
@pytest.mark.proof
async def test_the_timer_reconciles_night_after_night_without_overlap_or_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    nights, events = await nights_follow_one_another(tmp_path, monkeypatch, LONG_BEFORE, LAST_EVENT)

    assert len(nights) > 1
    assert sum(night.outcome.accounts.events for night in nights) == len(events)


async def nights_follow_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: datetime, last: datetime
) -> tuple[list[Night], list[Event]]:
    """Let nights pass from `first` on until one ends behind `last`; gives them, and the events they are to find."""
    with azure(tmp_path) as their_settings:
        for name, value in {**their_settings, "RECONCILIATION_SCHEDULE": SCHEDULE}.items():
            monkeypatch.setitem(os.environ, name, value)
        settings.cache_clear()
        world = a_world_with_time_after_it()
        await store(world)
        await write_watermark(Watermark(RANGE.start))
        clock = Clock(time.time(), first.timestamp(), SPEED)
        host = Part(
            *("functions_host", "--app", str(ROOT), "--port", "0"),
            state=tmp_path / "host",
            # By the time of the services, which is the real one, these histories began long ago.
            settings={CLOCK_SETTING: clock.setting(), "AzureWebJobs.purge-histories.Disabled": "1"},
        )
        try:
            async with asyncio.timeout(90):
                while not (nights := await nights_of(host)) or nights[-1].span.end <= last:
                    await asyncio.sleep(0.1)
                # The watermark is written after the reconciliation has ended.
                while (watermark := await read_watermark(NightlyTask(clock.now()))).until != nights[-1].span.end:
                    nights = await nights_of(host)
        finally:
            host.stop()
            await close_clients()
    settings.cache_clear()

    assert nights[0].span.start == RANGE.start
    assert all(later.span.start == earlier.span.end for earlier, later in pairwise(nights))
    assert nights[-1].span.end == watermark.until
    for night in nights:
        assert (night.span.end - RANGE.start) % timedelta(minutes=20) == timedelta(0)
        # A durable timer may fire up to a second early, as on Azure, and `createdTime` has whole seconds.
        assert night.begun > night.span.end + GRACE - timedelta(seconds=2)
        assert night.outcome.compared_until == night.span.end
        assert night.outcome.verdict in ("balanced", "empty"), night.outcome.sentence
    events = [event for event in world.events if event.window >= RANGE.first_window]
    passed = [event for event in events if window_end(event.window) <= nights[-1].span.end]
    assert sum(night.outcome.accounts.events for night in nights) == len(passed) > 0
    return nights, events
