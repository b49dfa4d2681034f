"""Run a campaign by its plan: tick after tick on a fixed schedule, until all is sent or someone stops it."""

from typing import Any

import azure.durable_functions as df
import msgspec

from fraud.campaigns import STOP_EVENT
from fraud.load.planned import PlannedCampaign, PlanProgress, PlanStatus
from orchestrations.calls import Orchestrator, result_of, schedule, stopped_before
from orchestrations.contracts import SEND_TICK

ACTIVITIES_PER_GENERATION = 50
"""After so many activities the orchestration continues as new: replay cost grows with the square of the history."""


def run_campaign_plan(
    context: df.DurableOrchestrationContext, state: dict[str, Any]
) -> Orchestrator[PlanStatus | None]:
    """Send the ticks of a campaign.

    `state` is a `PlannedCampaign`, or the `PlanProgress` of the generation before. Gives the totals; None if it
    continues as new. Ticks are due at fixed times from the start and their events follow from the plan alone, so a tick
    that is late is neither smaller nor left out. An activity that runs again sends the same events with the same ids.
    The external event `stop` ends the campaign after the tick that is being sent.
    """
    progress = _progress(context, state)
    stop = context.wait_for_external_event(STOP_EVENT)

    for _ in range(max(1, ACTIVITIES_PER_GENERATION // (progress.planned.plan.producers + 1))):
        _tell(context, progress)
        if progress.waits and (yield from stopped_before(context, progress.due, stop)):
            return _tell(context, progress.stopped(context.current_utc_datetime))
        progress = progress.begun(context.current_utc_datetime)
        sending = context.task_all([schedule(context, SEND_TICK, share) for share in progress.shares()])
        yield context.task_any([sending, stop])
        if stop.is_completed:
            # The sender repeats the event until it is seen here: one that comes between two generations may be lost.
            _tell(context, progress.stopping())
        sent = [result_of(SEND_TICK, answer) for answer in (yield sending)]
        progress = progress.after(sent, context.current_utc_datetime)
        if progress.is_complete:
            return _tell(context, progress)
        if stop.is_completed:
            return _tell(context, progress.stopped(context.current_utc_datetime))

    context.continue_as_new(msgspec.to_builtins(progress))
    return None


def _progress(context: df.DurableOrchestrationContext, state: dict[str, Any]) -> PlanProgress:
    if "planned" in state:
        return msgspec.convert(state, PlanProgress)
    return PlanProgress.starting(msgspec.convert(state, PlannedCampaign), context.current_utc_datetime)


def _tell(context: df.DurableOrchestrationContext, progress: PlanProgress) -> PlanStatus:
    status = PlanStatus.of(progress)
    context.set_custom_status(msgspec.to_builtins(status))
    return status
