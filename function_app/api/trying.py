"""The endpoints of trials: try a rule set over windows that have verdicts, follow it, stop it."""

from fraud.desk.paging import Page
from fraud.reanalysis.asking import ReanalysisStop, SamplesQuestion, TrialOrder, TrialRow
from fraud.reanalysis.samples import WindowSamples
from function_app import rule_trials
from function_app.api.endpoint import Answer, Call, Endpoint, NoParameters
from services import rule_samples


async def start_trial(call: Call[NoParameters, TrialOrder]) -> Answer:
    """Try a rule set over windows: it tells what the set would change, and changes nothing. One trial at a time."""
    return Answer(content=await rule_trials.start(call.content, call.caller, call.durable), status=202)


async def get_trial(call: Call[NoParameters, None]) -> TrialRow:
    """The trial that runs, or the last one that ran, with its result."""
    return await rule_trials.current(call.durable)


async def list_samples(call: Call[SamplesQuestion, None]) -> Page[WindowSamples]:
    """A page of the samples that the last trial with `samples` has written, by window."""
    return await rule_samples.list_samples(call.asked.id, call.asked.limit, call.asked.token)


async def stop_trial(call: Call[NoParameters, ReanalysisStop]) -> Answer:
    """Stop the trial after the windows that are being tried; the windows tried so far are its result."""
    return Answer(content=await rule_trials.stop(call.content.why, call.caller, call.durable), status=202)


ENDPOINTS = (
    Endpoint(
        name="start-trial",
        method="POST",
        path="api/rule-trials",
        role="analyst",
        handler=start_trial,
        content=TrialOrder,
        answer=TrialRow,
        status=202,
        statuses=(409,),
        needs_client=True,
    ),
    Endpoint(
        name="get-trial",
        method="GET",
        path="api/rule-trial",
        role="reader",
        handler=get_trial,
        answer=TrialRow,
        statuses=(404,),
        needs_client=True,
    ),
    Endpoint(
        name="list-trial-samples",
        method="GET",
        path="api/rule-trials/{id}/samples",
        role="reader",
        handler=list_samples,
        asked=SamplesQuestion,
        answer=Page[WindowSamples],
        statuses=(404,),
    ),
    Endpoint(
        name="stop-trial",
        method="POST",
        path="api/rule-trial/stop",
        role="analyst",
        handler=stop_trial,
        content=ReanalysisStop,
        answer=TrialRow,
        status=202,
        statuses=(404, 409),
        needs_client=True,
    ),
)
