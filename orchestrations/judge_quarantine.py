"""Judge flagged events in quarantine that no window can name, and tell the fraud team."""

from datetime import timedelta

import azure.durable_functions as df

from fraud.analysis import WindowSummary
from fraud.quarantine_places import PlacesTask
from orchestrations.calls import Orchestrator, call, timer
from orchestrations.contracts import ALERT_FRAUD_TEAM, JUDGE_PLACES

SETTLED = timedelta(seconds=30)
"""After the end of a window: by then the archiver has what arrived in it, unless it is behind."""


def judge_quarantine(context: df.DurableOrchestrationContext, task: PlacesTask) -> Orchestrator[WindowSummary | None]:
    """Add the verdicts to those of the same partition and window. Gives None if the quarantine blobs are gone.

    A set that reads the context of an event judges once the event's window is over, as for events that the job names.
    """
    if task.needs_context:
        yield timer(context, task.window_end + SETTLED)
    summary = yield from call(context, JUDGE_PLACES, task)
    if summary is not None:
        yield from call(context, ALERT_FRAUD_TEAM, summary)
    return summary
