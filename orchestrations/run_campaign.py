"""Run a load-test campaign: one batch after another on a fixed schedule, until all are sent or someone stops it."""

from typing import Any

import azure.durable_functions as df
import msgspec
from azure.durable_functions.models.Task import TaskBase

from fraud.campaigns import STOP_EVENT, Campaign, CampaignStatus, Progress
from fraud.generation import BatchTotals
from orchestrations.steps import Workflow, call, timer

BATCHES_PER_GENERATION = 25
"""After so many batches the workflow continues as new: replay cost grows with the square of the history."""


def run_campaign(context: df.DurableOrchestrationContext) -> Workflow[dict[str, Any] | None]:
    """Send the batches of a campaign.

    Input: a `Campaign`, or the `Progress` of the generation before. Output: a `CampaignStatus` with the totals, among
    them how many events the stream job must flag. Batches are due at fixed times from the start, so delays do not add
    up; those that are late follow at once. A retried batch sends the same events with the same ids. The external event
    `stop` ends the campaign after the batch that is being sent.
    """
    progress = _progress(context)
    stop = context.wait_for_external_event(STOP_EVENT)

    for _ in range(BATCHES_PER_GENERATION):
        context.set_custom_status(msgspec.to_builtins(CampaignStatus.of(progress)))
        if (yield from _stopped_before_due(context, progress, stop)):
            return _ended(context, progress.stopped(context.current_utc_datetime))
        sending = call(context, "send_batch", progress.next_batch(context.current_utc_datetime))
        yield context.task_any([sending, stop])
        totals = msgspec.convert((yield sending), BatchTotals)
        progress = progress.after(totals, context.current_utc_datetime)
        if progress.is_complete:
            return _ended(context, progress)
        if stop.is_completed:
            return _ended(context, progress.stopped(context.current_utc_datetime))

    context.continue_as_new(msgspec.to_builtins(progress))
    return None


def _progress(context: df.DurableOrchestrationContext) -> Progress:
    given: dict[str, Any] = context.get_input() or {}
    if "campaign" in given:
        return msgspec.convert(given, Progress)
    now = context.current_utc_datetime
    return Progress(campaign=msgspec.convert(given, Campaign), started=now, updated=now)


def _stopped_before_due(context: df.DurableOrchestrationContext, progress: Progress, stop: TaskBase) -> Workflow[bool]:
    """Wait until the next batch is due. True if the campaign was stopped meanwhile."""
    if progress.due <= context.current_utc_datetime:
        return False
    due = timer(context, progress.due)
    if (yield context.task_any([due, stop])) is not stop:
        return False
    due.cancel()
    return True


def _ended(context: df.DurableOrchestrationContext, progress: Progress) -> dict[str, Any]:
    status = msgspec.to_builtins(CampaignStatus.of(progress))
    context.set_custom_status(status)
    return status
