"""The repair's workflow: the order of its steps, what a dry run leaves out, and that it replays."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec
import pytest

from fraud.analysis import WindowSummary, WindowTask
from function_app.registration import orchestrator
from local_azure.testing.replay import Recording, assert_replays
from local_azure.testing.running_hub import RunningHub
from orchestrations.contracts import REPAIR_RECONCILIATION, REPAIR_WINDOWS
from orchestrations.repair_reconciliation import CHILDREN_IN_FLIGHT, repair_reconciliation, repair_windows
from reconciliation.messages import PartProgress
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import RepairRequest, window_of_ids
from tests.orchestrations.reconciliation_app import REACH

REPAIR = orchestrator(REPAIR_RECONCILIATION, repair_reconciliation)
WINDOWS = orchestrator(REPAIR_WINDOWS, repair_windows)
RUN = REACH.instance_id
SUMMARY: dict[str, Any] = msgspec.to_builtins(
    WindowSummary(
        name="window",
        store_id=7,
        window_start=REACH.start,
        window_end=REACH.end,
        suspicious=1,
        bands={},
        max_score=0,
        verdicts_blob="",
    )
)
JUDGED = CHILDREN_IN_FLIGHT + 2


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A repair of three backfills, one correction, and more parts of windows than run at once."""
    running = RunningHub(tmp_path / "hub.db", df.DFApp())
    running.orchestrator(REPAIR)
    running.orchestrator(WINDOWS)

    @running.orchestrator
    def analyze_window(context: df.DurableOrchestrationContext) -> Any:
        yield context.call_activity("judge", context.get_input())
        return SUMMARY

    @running.activity
    def plan_repair(argument: dict[str, Any]) -> Any:
        request = msgspec.convert(argument, RepairRequest)
        plan = RepairOutcome(
            id=request.id,
            run=request.run,
            dry_run=request.dry_run,
            events=30,
            corrected_windows=1,
            judged_windows=JUDGED,
            left=0,
            not_repairable=[],
            parts={"backfill": 3, "correct": 1, "judge": JUDGED},
            steps="",
        )
        return msgspec.to_builtins(plan)

    @running.activity
    def backfill_events(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(PartProgress(10, 0))

    @running.activity
    def enter_corrections(argument: dict[str, Any]) -> Any:
        return msgspec.to_builtins(PartProgress(1, 0))

    @running.activity
    def save_windows(argument: dict[str, Any]) -> Any:
        window = window_of_ids(7, REACH.end, [f"id-{argument['number']}"])
        return msgspec.to_builtins([WindowTask.of(window, "repairs/windows")])

    @running.activity
    def judge(argument: dict[str, Any]) -> Any:
        return None

    @running.activity
    def clear_run(argument: dict[str, Any]) -> None: ...

    yield running
    await running.stop()


async def repaired(hub: RunningHub, request: RepairRequest) -> tuple[dict[str, Any], list[str]]:
    status = await hub.run("repair_reconciliation", msgspec.to_builtins(request), request.id)
    assert status["runtimeStatus"] == "Completed", status
    history = await hub.history(request.id)
    return status["output"], [str(event["Name"]) for event in history if event["EventType"] in (4, 7)]


async def test_events_are_archived_before_windows_are_judged(hub: RunningHub):
    output, steps = await repaired(hub, RepairRequest(RUN))

    assert list(dict.fromkeys(steps)) == [
        "plan_repair",
        "backfill_events",
        "enter_corrections",
        "repair_windows",
        "clear_run",
    ]
    assert (steps.count("backfill_events"), steps.count("repair_windows")) == (3, JUDGED)
    assert output["archived"] == 30
    assert hub.worker is not None
    assert hub.worker.calls["judge"] == JUDGED


async def test_a_dry_run_does_no_more_than_plan(hub: RunningHub):
    output, steps = await repaired(hub, RepairRequest(RUN, dry_run=True))

    assert steps == ["plan_repair"]
    assert (output["events"], output["archived"]) == (30, 0)


async def test_a_repair_replays_as_it_ran(hub: RunningHub):
    request = RepairRequest(RUN)
    await repaired(hub, request)

    engine = await hub.hub()
    assert_replays(REPAIR, Recording.of(engine.export_history(request.id)))
    assert_replays(WINDOWS, Recording.of(engine.export_history(f"{request.id}-judge-00000")))
