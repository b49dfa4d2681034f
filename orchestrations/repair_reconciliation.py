"""Repair what a reconciliation found: archive lost events, enter lost windows, judge what was not judged."""

import azure.durable_functions as df
import msgspec

from orchestrations.calls import Orchestrator, call, fan_out_children
from orchestrations.contracts import (
    ANALYZE_WINDOW,
    BACKFILL_EVENTS,
    CLEAR_RUN,
    ENTER_CORRECTIONS,
    PLAN_REPAIR,
    REPAIR_WINDOWS,
    SAVE_WINDOWS,
    Activity,
)
from orchestrations.reconciliation_stages import run_stage
from reconciliation.messages import PartProgress, PartTask, RunName, StageTask
from reconciliation.repairing.messages import RepairOutcome, RepairStage
from reconciliation.repairing.repair import RepairRequest

CHILDREN_IN_FLIGHT = 4


def repair_reconciliation(
    context: df.DurableOrchestrationContext, request: RepairRequest
) -> Orchestrator[RepairOutcome]:
    """Plan, backfill, correct, judge: in this order, because judging looks up what was backfilled.

    A dry run ends after the plan. The steps lie in blobs, so the history holds counts and the tasks of windows only.
    """
    context.set_custom_status({"phase": "plan"})
    plan = yield from call(context, PLAN_REPAIR, request)
    if request.dry_run:
        return plan

    backfilled = yield from run_stage(context, _stage(plan, "backfill", BACKFILL_EVENTS))
    yield from run_stage(context, _stage(plan, "correct", ENTER_CORRECTIONS))
    yield from _judge(context, plan)
    yield from call(context, CLEAR_RUN, RunName(plan.id))
    context.set_custom_status({"phase": "done"})
    return msgspec.structs.replace(plan, archived=backfilled.records)


def repair_windows(context: df.DurableOrchestrationContext, part: PartTask) -> Orchestrator[None]:
    """Analyse the windows of one part.

    The analyses have ids of their own: the first one's history stays, and one that still runs is not disturbed.
    """
    tasks = yield from call(context, SAVE_WINDOWS, part)
    yield from fan_out_children(context, ANALYZE_WINDOW, [(f"{part.run}-{task.name}", task) for task in tasks])


def _judge(context: df.DurableOrchestrationContext, plan: RepairOutcome) -> Orchestrator[None]:
    count = plan.parts["judge"]
    for first in range(0, count, CHILDREN_IN_FLIGHT):
        context.set_custom_status({"phase": "judge", "done": first, "of": count})
        numbers = range(first, min(first + CHILDREN_IN_FLIGHT, count))
        parts = [(f"{plan.id}-judge-{number:05}", PartTask(plan.id, "judge", number)) for number in numbers]
        yield from fan_out_children(context, REPAIR_WINDOWS, parts)


def _stage(plan: RepairOutcome, stage: RepairStage, activity: Activity[PartTask, PartProgress]) -> StageTask:
    return StageTask(plan.id, stage, activity.name, 0, plan.parts[stage])
