"""Reconcile what has passed since the last night's run; profile the days that are whole, and sweep them."""

import azure.durable_functions as df
import msgspec

from fraud.sweep import SweepTask
from fraud.watching.checks import Night
from orchestrations.calls import Orchestrator, call, call_child, timer
from orchestrations.contracts import (
    BUILD_PROFILES,
    NOTE_NIGHT,
    READ_WATERMARK,
    RECONCILE,
    SWEEP_DAY,
    WRITE_WATERMARK,
)
from reconciliation.messages import Outcome, Request
from reconciliation.nightly import MOST_PROFILED_DAYS, NightlyTask, ProfilesTask, moved, next_range, night_of
from reconciliation.ranges import GRACE


def reconcile_nightly(context: df.DurableOrchestrationContext, nothing: None) -> Orchestrator[Outcome | None]:
    """Reconcile from the watermark up to now, once everything of that range has had the time to arrive.

    Gives None if no window has ended since. The range comes from the orchestration's clock. The watermark moves only as
    far as the archive was complete, so that no window is left out that Capture may still write; profiles are built of
    the days before that. The reading for them also finds suspicious events, of which the worst become cases.
    """
    now = context.current_utc_datetime
    watermark = yield from call(context, READ_WATERMARK, NightlyTask(now))
    span = next_range(watermark, now)
    if span is None:
        yield from call(context, NOTE_NIGHT, Night(ended=now, run="", verdict="empty", faults=0))
        return None

    context.set_custom_status({"phase": "waiting for late events", "range": msgspec.to_builtins(span)})
    if (due := span.end + GRACE) > now:
        yield timer(context, due)

    context.set_custom_status({"phase": "reconciling", "id": span.instance_id})
    outcome = yield from call_child(context, RECONCILE, Request(span), span.instance_id)
    yield from call(context, WRITE_WATERMARK, moved(span, outcome.compared_until, now))
    # Last, so that an instance that an earlier version began replays unchanged, and is noted and profiled too.
    yield from call(context, NOTE_NIGHT, night_of(outcome, context.current_utc_datetime))
    for _ in range(MOST_PROFILED_DAYS):
        built = yield from call(context, BUILD_PROFILES, ProfilesTask(outcome.compared_until))
        for day in built.to_sweep:
            yield from call(context, SWEEP_DAY, SweepTask(day))
        if not built.is_behind:
            break
    return outcome
