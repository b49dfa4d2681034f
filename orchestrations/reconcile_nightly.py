"""Reconcile what has passed since the last night's run."""
# pyright: reportUnknownMemberType=false
# The durable SDK is typed in part only.

from typing import Any

import azure.durable_functions as df
import msgspec

from orchestrations.steps import PATIENT, Workflow, call, timer
from reconciliation.nightly import NightlyTask, Watermark, moved, next_range
from reconciliation.ranges import GRACE
from reconciliation.work import Outcome, Request


def reconcile_nightly(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any] | None]:
    """Reconcile from the watermark up to now, once everything of that range has had the time to arrive.

    Input: none. Output: the `Outcome`, or None if no window has ended since. The range comes from the workflow's
    clock. The watermark moves as far as the archive was complete, so that no window is left out that Capture may still
    write.
    """
    now = context.current_utc_datetime
    watermark = msgspec.convert((yield call(context, "read_watermark", NightlyTask(now))), Watermark)
    reach = next_range(watermark, now)
    if reach is None:
        return None

    context.set_custom_status({"phase": "waiting for late events", "range": msgspec.to_builtins(reach)})
    if (due := reach.end + GRACE) > now:
        yield timer(context, due)

    context.set_custom_status({"phase": "reconciling", "id": reach.instance_id})
    answer = yield context.call_sub_orchestrator_with_retry(
        "reconcile", PATIENT, msgspec.to_builtins(Request(reach)), reach.instance_id
    )
    outcome = msgspec.convert(answer, Outcome)
    yield call(context, "write_watermark", moved(reach, outcome.compared_until, now))
    return msgspec.to_builtins(outcome)
