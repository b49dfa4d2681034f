"""The reconciliation's workflows: the order of their steps, how many run at once, and that they replay."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from local_azure.testing.replay import Recording, assert_order_does_not_matter, assert_replays
from local_azure.testing.running_hub import RunningHub
from orchestrations.reconciliation_stages import ACTIVITIES_PER_ORCHESTRATION, IN_FLIGHT
from reconciliation.ranges import GRACE
from tests.orchestrations.reconciliation_app import (
    ORCHESTRATORS,
    OUTCOME,
    REACH,
    RECORDINGS,
    REQUEST,
    reconciliation_hub,
)

RUN = REACH.instance_id


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A plan of 20 scans."""
    running = reconciliation_hub(tmp_path, scan_parts=20)
    yield running
    await running.stop()


@pytest.fixture
async def large(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A plan of more scans than one workflow runs."""
    running = reconciliation_hub(tmp_path, scan_parts=ACTIVITIES_PER_ORCHESTRATION + 5)
    yield running
    await running.stop()


def scheduled(history: list[dict[str, object]]) -> list[str]:
    return [str(event["Name"]) for event in history if event["EventType"] in (4, 7)]


async def test_every_stage_follows_the_one_before(hub: RunningHub):
    status = await hub.run("reconcile", REQUEST, RUN)

    assert (status["runtimeStatus"], status["output"]["verdict"]) == ("Completed", "balanced")
    names = scheduled(await hub.history(RUN))
    assert list(dict.fromkeys(names)) == [
        "plan_reconciliation",
        "scan_archive",
        "observe_outcomes",
        "observe_documents",
        "compare_bucket",
        "write_report",
        "clear_run",
    ]
    assert names.count("scan_archive") == 20
    assert names.count("observe_outcomes") == 3


async def test_what_is_known_is_not_read_again(tmp_path: Path):
    hub = reconciliation_hub(tmp_path, scan_parts=20, known_outcome=OUTCOME)
    try:
        status = await hub.run("reconcile", REQUEST, RUN)

        assert status["output"] == msgspec.to_builtins(OUTCOME)
        assert scheduled(await hub.history(RUN)) == ["plan_reconciliation"]
    finally:
        await hub.stop()


async def test_no_more_steps_run_at_once_than_allowed(hub: RunningHub):
    await hub.run("reconcile", REQUEST, RUN)

    open_steps, most = 0, 0
    for event in await hub.history(RUN):
        open_steps += (event["EventType"] == 4) - (event["EventType"] == 5)
        most = max(most, open_steps)
    assert most == IN_FLIGHT


async def test_a_long_stage_is_shared_out_and_every_part_is_scanned_once(large: RunningHub):
    await large.run("reconcile", REQUEST, RUN)

    assert "reconcile_stage" in scheduled(await large.history(RUN))
    assert large.worker is not None
    assert large.worker.calls["scan_archive"] == ACTIVITIES_PER_ORCHESTRATION + 5
    assert len(await large.history(RUN)) < 100


async def test_a_recorded_reconciliation_replays_without_a_difference():
    assert_replays(ORCHESTRATORS["reconcile"], Recording.load(RECORDINGS / "reconcile.json"))


async def test_the_order_of_completions_does_not_matter():
    assert_order_does_not_matter(ORCHESTRATORS["reconcile"], Recording.load(RECORDINGS / "reconcile.json"), orders=5)


async def test_shared_out_stages_replay_as_they_ran(large: RunningHub):
    await large.run("reconcile", REQUEST, RUN)

    engine = await large.hub()
    assert_replays(ORCHESTRATORS["reconcile"], Recording.of(engine.export_history(RUN)))
    assert_replays(ORCHESTRATORS["reconcile_stage"], Recording.of(engine.export_history(f"{RUN}-scan-00000")))


async def test_a_night_runs_from_the_watermark_to_now_after_the_grace(tmp_path: Path):
    start = datetime.now(UTC).replace(second=0, microsecond=0, minute=0) - timedelta(hours=3)
    hub = reconciliation_hub(tmp_path, scan_parts=1, watermark=start)
    hub.clock = hub.clock_at_speed(3_000)
    try:
        begun = hub.clock.now()
        status = await hub.ended(await hub.start("reconcile_nightly", None, "night"), seconds=30)

        events = await hub.history("night")
        child = next(event for event in events if event["EventType"] == 7)
        timer = next(event for event in events if event["EventType"] == 10)
        span = msgspec.json.decode(str(child["Input"]).encode())["range"]
        assert datetime.fromisoformat(span["start"]) == start
        end = datetime.fromisoformat(span["end"])
        assert begun - timedelta(minutes=5) < end <= hub.clock.now()
        assert datetime.fromisoformat(str(timer["FireAt"])) == end + GRACE
        assert status["output"]["id"] == child["InstanceId"]
        before_profiles = ["read_watermark", "reconcile", "write_watermark", "note_night"]
        assert scheduled(events) == [*before_profiles, "build_profiles", "sweep_day", "build_profiles"]
        assert_replays(ORCHESTRATORS["reconcile_nightly"], Recording.of((await hub.hub()).export_history("night")))
    finally:
        await hub.stop()


async def test_a_night_without_a_window_that_ended_is_noted_as_empty(tmp_path: Path):
    hub = reconciliation_hub(tmp_path, scan_parts=1, watermark=datetime(2200, 1, 1, tzinfo=UTC))
    try:
        status = await hub.run("reconcile_nightly", None, "night")

        assert (status["runtimeStatus"], status["output"]) == ("Completed", None)
        assert scheduled(await hub.history("night")) == ["read_watermark", "note_night"]
    finally:
        await hub.stop()
