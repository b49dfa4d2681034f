"""Reconcile a range: recompute from the archive what must have been flagged, and compare it with what was."""

from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrations.reconciliation_stages import run_stage
from orchestrations.steps import Workflow, call
from reconciliation.work import ACTIVITIES, PlanSummary, ReportTask, Request, RunName, StageTask


def reconcile(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any]]:
    """Plan, scan, observe, compare, report.

    Input: a `Request`. Output: an `Outcome` (accounts, verdict, where the report lies); that of an earlier run if
    nothing has changed since, unless the request says `again`. Rows and sums stay in work
    blobs at computed paths, so that a step that runs twice overwrites its own work, and a run of the same range writes
    the same report. What the archive does not cover yet is reported as such and not as lost.
    """
    request = msgspec.convert(context.get_input(), Request)
    run = request.range.instance_id
    started = context.current_utc_datetime

    context.set_custom_status({"phase": "plan"})
    plan = msgspec.convert((yield call(context, "plan_reconciliation", request)), PlanSummary)
    if plan.known:
        context.set_custom_status({"phase": "nothing has changed"})
        return msgspec.to_builtins(plan.known)
    for stage, activity in ACTIVITIES.items():
        yield from run_stage(context, StageTask(run, stage, activity, 0, plan.parts[stage]))

    context.set_custom_status({"phase": "report"})
    outcome = yield call(context, "write_report", ReportTask(run, started))
    yield call(context, "clear_run", RunName(run))
    context.set_custom_status({"phase": "done"})
    return outcome
