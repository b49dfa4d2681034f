"""Run a load-test campaign: one batch after another on a fixed schedule, until all are sent or someone stops it."""

from datetime import datetime
from typing import Any

import azure.durable_functions as df
import msgspec

from fraud.campaigns import STOP_EVENT, Campaign, CampaignProgress, CampaignStatus
from orchestrations.calls import Orchestrator, result_of, schedule, stopped_before
from orchestrations.contracts import SEND_BATCH

BATCHES_PER_GENERATION = 25
"""After so many batches the orchestration continues as new: replay cost grows with the square of the history."""


def run_campaign(context: df.DurableOrchestrationContext, state: dict[str, Any]) -> Orchestrator[CampaignStatus | None]:
    """Send the batches of a campaign.

    `state` is a `Campaign`, or the `CampaignProgress` of the generation before. Gives the totals, among them how many
    events the stream job must flag; None if it continues as new. Batches are due at fixed times from the start, so
    delays do not add up; those that are late follow at once. A retried batch sends the same events with the same ids.
    The external event `stop` ends the campaign after the batch that is being sent.
    """
    progress = _progress(state, context.current_utc_datetime)
    stop = context.wait_for_external_event(STOP_EVENT)

    for _ in range(BATCHES_PER_GENERATION):
        context.set_custom_status(msgspec.to_builtins(CampaignStatus.of(progress)))
        waits = progress.waits_at(context.current_utc_datetime)
        if waits and (yield from stopped_before(context, progress.due, stop)):
            return _ended(context, progress.stopped(context.current_utc_datetime))
        sending = schedule(context, SEND_BATCH, progress.next_batch(context.current_utc_datetime))
        yield context.task_any([sending, stop])
        if stop.is_completed:
            # The sender repeats the event until it is seen here: one that comes between two generations may be lost.
            context.set_custom_status(msgspec.to_builtins(CampaignStatus.of(progress.stopping())))
        totals = result_of(SEND_BATCH, (yield sending))
        progress = progress.after(totals, context.current_utc_datetime)
        if progress.is_complete:
            return _ended(context, progress)
        if stop.is_completed:
            return _ended(context, progress.stopped(context.current_utc_datetime))

    context.continue_as_new(msgspec.to_builtins(progress))
    return None


def _progress(state: dict[str, Any], now: datetime) -> CampaignProgress:
    if "campaign" in state:
        return msgspec.convert(state, CampaignProgress)
    return CampaignProgress(campaign=msgspec.convert(state, Campaign), started=now, updated=now)


def _ended(context: df.DurableOrchestrationContext, progress: CampaignProgress) -> CampaignStatus:
    status = CampaignStatus.of(progress)
    context.set_custom_status(msgspec.to_builtins(status))
    return status
