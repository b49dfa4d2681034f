"""Reconcile a range: recompute from the archive what must have been flagged, and compare it with what was."""

import azure.durable_functions as df

from orchestrations.calls import Orchestrator, call
from orchestrations.contracts import CLEAR_RUN, PLAN_RECONCILIATION, STAGES, WRITE_REPORT
from orchestrations.reconciliation_stages import run_stage
from reconciliation.messages import Outcome, ReportTask, Request, RunName, StageTask


def reconcile(context: df.DurableOrchestrationContext, request: Request) -> Orchestrator[Outcome]:
    """Plan, scan, observe, compare, report.

    Gives the accounts, the verdict and where the report lies; those of an earlier run if nothing has changed since,
    unless the request says `again`. Rows and sums stay in work blobs at computed paths, so that an activity that runs
    twice overwrites its own work, and a run of the same range writes the same report. What
    the archive does not cover yet is reported as such and not as lost.
    """
    started = context.current_utc_datetime

    context.set_custom_status({"phase": "plan"})
    plan = yield from call(context, PLAN_RECONCILIATION, request)
    if plan.known:
        context.set_custom_status({"phase": "nothing has changed"})
        return plan.known
    run = plan.run or request.range.instance_id
    for stage, activity in STAGES.items():
        yield from run_stage(context, StageTask(run, stage, activity.name, 0, plan.parts.get(stage, 0)))

    context.set_custom_status({"phase": "report"})
    outcome = yield from call(context, WRITE_REPORT, ReportTask(run, started))
    yield from call(context, CLEAR_RUN, RunName(run))
    context.set_custom_status({"phase": "done"})
    return outcome
