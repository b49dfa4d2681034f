"""Instances of orchestrations, run to their ends with times that are the same in each run."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK's decorators are untyped.

from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import msgspec

from local_azure.testing import Clock, RunningHub

_STATUS = {
    "phase": "sending",
    "batches": 20,
    "batches_sent": 13,
    "totals": {"sent": 390, "bad": 31, "sales": 310, "expected_suspicious": 27},
    "started": "2026-01-02T11:00:00Z",
    "updated": "2026-01-02T11:20:00Z",
}
_ENDED = {**_STATUS, "phase": "completed", "batches_sent": 20}
_TOTALS = ({"sent": 600, "bad": 44, "expected_suspicious": 41}, {"sent": 600, "bad": 52, "expected_suspicious": 38})


class SteppedClock(Clock, frozen=True, kw_only=True):
    """Azure's time, which passes only while somebody says so, and while a timer waits."""

    steps: list[float] = msgspec.field(default_factory=list)

    def timestamp(self) -> float:
        return self.azure_origin + sum(self.steps)

    def real_seconds(self, azure_seconds: float) -> float:
        self.steps.append(max(0.0, azure_seconds))
        return 0.0


async def tell_instances(database: Path, now: datetime) -> None:
    """Write instances into a hub that a host takes over: some ended, one failed, two that wait."""
    clock = SteppedClock(0.0, (now - timedelta(hours=2)).timestamp(), 1.0)
    in_turn = RunningHub(database, _app(clock))
    in_turn.clock = clock
    in_turn.settings = msgspec.structs.replace(
        in_turn.settings, max_concurrent_activities=1, max_concurrent_orchestrators=1, early_timers=False
    )
    try:
        for name, orchestrator, given in (
            ("campaign-morning", "run_campaign", {"totals": _TOTALS[0]}),
            ("campaign-evening", "run_campaign", {"totals": _TOTALS[1]}),
            ("window-3-20260102T095500Z-seen", "analyze_window", {"store_id": 3, "ids": ["a", "b", "c"]}),
            ("window-4-20260102T095500Z-seen", "analyze_window", {"store_id": 4, "fails": True}),
            ("reconcile-of-parts", "reconcile", {"parts": 3}),
        ):
            await in_turn.run(orchestrator, given, name)
            clock.steps.append(600)
        for name, orchestrator in (("campaign-now", "run_campaign"), ("review-window-3", "review_case")):
            await in_turn.start(orchestrator, {"waits": True}, name)
            await in_turn.until(name, runtimeStatus="Running")
            clock.steps.append(60)
    finally:
        await in_turn.stop()


def _app(clock: SteppedClock) -> df.DFApp:
    app = df.DFApp()

    @app.orchestration_trigger(context_name="context")
    def run_campaign(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, Any]]:
        given: dict[str, Any] = context.get_input()
        context.set_custom_status(_STATUS)
        if given.get("waits"):
            yield context.wait_for_external_event("stop")
        for number in range(4):
            yield context.call_activity("send_batch", {"seconds": 3 + number})
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=10))
        context.set_custom_status({**_ENDED, "totals": given["totals"]})
        return {**_ENDED, "totals": given["totals"]}

    @app.orchestration_trigger(context_name="context")
    def analyze_window(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, int]]:
        given: dict[str, Any] = context.get_input()
        yield context.task_all([context.call_activity("judge_events", {"seconds": n}) for n in (2, 4, 1)])
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
        yield context.call_activity("store_verdicts", {"seconds": 2, "fails": given.get("fails")})
        return {"suspicious": 3}

    @app.orchestration_trigger(context_name="context")
    def reconcile(context: df.DurableOrchestrationContext) -> Generator[Any, Any, dict[str, str]]:
        yield context.call_activity("plan_reconciliation", {"seconds": 3})
        for stage in ("scan", "observe"):
            yield context.call_sub_orchestrator("reconcile_stage", {"stage": stage}, f"reconcile-of-parts-{stage}")
        yield context.call_activity("write_report", {"seconds": 4})
        return {"verdict": "balanced"}

    @app.orchestration_trigger(context_name="context")
    def reconcile_stage(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
        for seconds in (5, 7):
            yield context.call_activity("scan_archive", {"seconds": seconds})

    @app.orchestration_trigger(context_name="context")
    def review_case(context: df.DurableOrchestrationContext) -> Generator[Any, Any, None]:
        yield context.wait_for_external_event("decided")

    for name in ("send_batch", "judge_events", "store_verdicts", "plan_reconciliation", "scan_archive", "write_report"):
        app.function_name(name)(app.activity_trigger(input_name="task", activity=name)(_work(clock)))
    return app


def _work(clock: SteppedClock) -> Any:
    def work(task: dict[str, Any]) -> str:
        clock.steps.append(task["seconds"])
        if task.get("fails"):
            raise ValueError("the blob service answered 503")
        return "done"

    return work
