"""Judge flagged events in quarantine that no window can name, and tell the fraud team."""

import azure.durable_functions as df

from fraud.analysis import WindowSummary
from fraud.quarantine_places import PlacesTask
from orchestrations.calls import Workflow, call
from orchestrations.contracts import ALERT_FRAUD_TEAM, JUDGE_PLACES


def judge_quarantine(context: df.DurableOrchestrationContext, task: PlacesTask) -> Workflow[WindowSummary | None]:
    """Add the verdicts to those of the same partition and window. Gives None if the quarantine blobs are gone."""
    summary = yield from call(context, JUDGE_PLACES, task)
    if summary is not None:
        yield from call(context, ALERT_FRAUD_TEAM, summary)
    return summary
