"""Trials of rules, as the API and the desk order them: a set is tried over windows, and no verdict is changed."""

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.deeds import deed_of
from fraud.desk.problems import bad_request
from fraud.reanalysis.asking import TrialOrder, TrialRow, order_of, rules_id, runs_already
from fraud.reanalysis.trial import INSTANCE, TRIAL, TrialProgress, TrialState
from fraud.rules.reading import RuleFileError
from function_app import durable_client
from function_app.durable_client import Client, Status
from function_app.walks import Walk, error_of
from orchestrations.contracts import TRY_RULES
from services.desk.case_queries import store_of
from services.desk.deeds import noted
from services.tried_rules import keep_tried_rules
from services.watching import azure_time

WALK = Walk(instance=INSTANCE, what="trial", stop="stop-trial")


async def start(asked: TrialOrder, caller: Caller, client: Client) -> TrialRow:
    """Try a rule set over windows.

    Raises ProblemError: 400 names the field, or every problem of a rule file; 409 if a trial runs.
    """
    when, rules = await azure_time(), await _rules(asked)
    store = None if asked.store is None else str(store_of(asked.store))
    order = order_of(
        asked.windows(rules),
        rules=rules,
        store=store,
        who=caller.name or "",
        when=when,
        prefix=TRIAL,
        samples=asked.samples,
    )
    if await durable_client.is_running(client, INSTANCE):
        running = _progress(await WALK.find(client))
        raise runs_already(running.order if running else None, WALK.what)
    state = TrialState(order=order)

    async def started() -> TrialRow:
        await WALK.begin(client, TRY_RULES, state)
        return TrialRow(status="Pending", progress=state.progress)

    return await noted(deed_of(caller, when, "try-rules", order.id, asked.why), started, lambda _: rules)


async def current(client: Client) -> TrialRow:
    """The trial that runs, or the last one that ran, with its result. Raises ProblemError (404) if there is neither."""
    return _row(await WALK.find(client))


async def stop(why: str, caller: Caller, client: Client) -> TrialRow:
    """Stop it after the windows that are being tried; the windows tried so far are its result.

    Raises ProblemError (404, 409).
    """
    progress = _progress(await WALK.find(client))
    return _row(await WALK.end(client, caller, progress.order.id if progress else INSTANCE, why))


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


def _row(status: Status) -> TrialRow:
    runtime_status = durable_client.runtime_status_of(status)
    return TrialRow(
        status=runtime_status,
        progress=_progress(status),
        result=msgspec.convert(status.output, TrialState) if runtime_status == "Completed" else None,
        error=error_of(status),
    )


def _progress(status: Status) -> TrialProgress | None:
    """The progress of a trial; None as long as it has not begun."""
    return msgspec.convert(status.custom_status, TrialProgress) if status.custom_status else None
