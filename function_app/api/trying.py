"""The endpoints of trials: try a rule set over windows that have verdicts, follow it, stop it."""

import msgspec

from fraud.desk.deeds import deed_of
from fraud.desk.problems import ProblemError, bad_request, not_found
from fraud.reanalysis.asking import ReanalysisStop, TrialOrder, TrialRow, order_of, rules_id, runs_already
from fraud.reanalysis.trial import INSTANCE, TRIAL, TrialProgress, TrialState
from fraud.rules.reading import RuleFileError
from function_app import durable_client
from function_app.api.endpoint import Answer, Call, Endpoint, Nothing
from function_app.api.stopping import raise_stop
from function_app.durable_client import AlreadyRunningError, Client, Status
from orchestrations.contracts import TRY_RULES
from services.desk.case_queries import store_of
from services.desk.deeds import noted
from services.tried_rules import keep_tried_rules
from services.watching import azure_time


async def start_trial(call: Call[Nothing, TrialOrder]) -> Answer:
    """Try a rule set over windows: what it would change, and nothing is changed; one at a time."""
    asked, client, when = call.content, _client(call.client), await azure_time()
    rules = await _rules(asked)
    store = None if asked.store is None else str(store_of(asked.store))
    who = call.caller.name or ""
    order = order_of(asked.windows(rules), rules=rules, store=store, who=who, when=when, prefix=TRIAL)
    if await durable_client.is_running(client, INSTANCE):
        running = _progress(await _found(client))
        raise runs_already(running.order if running else None, "trial")
    state = TrialState(order=order)

    async def started() -> TrialRow:
        try:
            await durable_client.start(client, TRY_RULES, INSTANCE, state)
        except AlreadyRunningError as error:
            raise runs_already(None, "trial") from error
        return TrialRow(status="Pending", progress=state.progress)

    row = await noted(deed_of(call.caller, when, "try-rules", order.id, asked.why), started, lambda _: rules)
    return Answer(content=row, status=202)


async def get_trial(call: Call[Nothing, None]) -> TrialRow:
    """The trial that runs, or that has run last, with its result."""
    return _row(await _found(_client(call.client)))


async def stop_trial(call: Call[Nothing, ReanalysisStop]) -> Answer:
    """Stop the trial after the windows that are being tried; what was seen so far is its result."""
    client = _client(call.client)
    status = await _found(client)
    if status.runtime_status not in durable_client.RUNNING:
        raise ProblemError(409, "Has ended", "there is no trial that runs")
    progress = _progress(status)
    subject = progress.order.id if progress else INSTANCE
    deed = deed_of(call.caller, await azure_time(), "stop-trial", subject, call.content.why)

    async def stopped() -> TrialRow:
        await raise_stop(client, INSTANCE)
        return _row(await _found(client))

    return Answer(content=await noted(deed, stopped, lambda row: row.status), status=202)


async def _rules(asked: TrialOrder) -> str:
    """The id of the set that is tried. Raises ProblemError with every problem of a file."""
    if (asked.rules is None) == (asked.text is None):
        raise bad_request("rules", "name a set, or send the text of a rule file: one of the two")
    if asked.text is None:
        return rules_id(asked.rules or "")
    try:
        return (await keep_tried_rules(asked.text)).id
    except RuleFileError as error:
        raise bad_request("text", str(error)) from error


def _client(client: Client | None) -> Client:
    assert client is not None, "the endpoint asks for it"  # noqa: S101
    return client


async def _found(client: Client) -> Status:
    status = await durable_client.find(client, INSTANCE)
    if status is None:
        raise not_found("trial", "that runs or has run last")
    return status


def _row(status: Status) -> TrialRow:
    runtime_status = durable_client.runtime_status_of(status)
    failed = runtime_status in ("Failed", "Terminated")
    return TrialRow(
        status=runtime_status,
        progress=_progress(status),
        result=msgspec.convert(status.output, TrialState) if runtime_status == "Completed" else None,
        error=str(status.output)[:1_000] if failed else None,
    )


def _progress(status: Status) -> TrialProgress | None:
    """How far it is; None as long as it has not begun."""
    return msgspec.convert(status.custom_status, TrialProgress) if status.custom_status else None


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
