"""Repair what a reconciliation found: archive lost events, enter lost windows, judge what was not judged."""
# pyright: reportUnknownMemberType=false
# The durable SDK is typed in part only.

from typing import Any

import azure.durable_functions as df
import msgspec

from fraud.analysis import WindowTask
from orchestrations.reconciliation_stages import run_stage
from orchestrations.steps import PATIENT, Workflow, call
from reconciliation.repairing.repair import RepairRequest
from reconciliation.repairing.work import RepairOutcome
from reconciliation.work import RunName, StageTask, Step

WORKFLOWS_IN_FLIGHT = 4


def repair_reconciliation(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any]]:
    """Plan, backfill, correct, judge; in this order, because judging looks up what was backfilled.

    Input: a `RepairRequest`. Output: a `RepairOutcome`. A dry run ends after the plan. The steps lie in blobs, so the
    history holds counts and the tasks of windows only.
    """
    request = msgspec.convert(context.get_input(), RepairRequest)
    context.set_custom_status({"phase": "plan"})
    plan = msgspec.convert((yield call(context, "plan_repair", request)), RepairOutcome)
    if request.dry_run:
        return msgspec.to_builtins(plan)

    backfilled = yield from run_stage(context, _stage(plan, "backfill", "backfill_events"))
    yield from run_stage(context, _stage(plan, "correct", "enter_corrections"))
    yield from _judge(context, plan)
    yield call(context, "clear_run", RunName(plan.id))
    context.set_custom_status({"phase": "done"})
    return msgspec.to_builtins(msgspec.structs.replace(plan, archived=backfilled.records))


def repair_windows(context: df.DurableOrchestrationContext) -> Workflow[None]:
    """Analyse the windows of one part. Input: a `Step`. The analyses have ids of their own: the first one's history
    stays, and one that still runs is not disturbed."""
    step = msgspec.convert(context.get_input(), Step)
    tasks = msgspec.convert((yield call(context, "save_windows", step)), list[WindowTask])
    yield context.task_all(
        [
            context.call_sub_orchestrator_with_retry(
                "analyze_window", PATIENT, msgspec.to_builtins(task), f"{step.run}-{task.name}"
            )
            for task in tasks
        ]
    )


def _judge(context: df.DurableOrchestrationContext, plan: RepairOutcome) -> Workflow[None]:
    count = plan.parts["judge"]
    for first in range(0, count, WORKFLOWS_IN_FLIGHT):
        context.set_custom_status({"phase": "judge", "done": first, "of": count})
        yield context.task_all(
            [
                context.call_sub_orchestrator_with_retry(
                    "repair_windows",
                    PATIENT,
                    msgspec.to_builtins(Step(plan.id, "judge", number)),
                    f"{plan.id}-judge-{number:05}",
                )
                for number in range(first, min(first + WORKFLOWS_IN_FLIGHT, count))
            ]
        )


def _stage(plan: RepairOutcome, stage: str, activity: str) -> StageTask:
    return StageTask(plan.id, stage, activity, 0, {str(name): n for name, n in plan.parts.items()}[stage])
