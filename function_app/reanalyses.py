"""Re-analyses, as the API and the desk order them: counted, judged again once the count is confirmed, stopped."""

import msgspec

from fraud.desk.callers import Caller
from fraud.desk.deeds import deed_of
from fraud.reanalysis.asking import ReanalysisOrder, ReanalysisRow, order_of, rules_id, runs_already
from fraud.reanalysis.messages import INSTANCE, ReanalysisState
from function_app import durable_client
from function_app.durable_client import Client, Status
from function_app.walks import Walk, error_of
from orchestrations.contracts import REANALYZE
from services.desk.case_queries import store_of
from services.desk.deeds import noted
from services.rules_in_use import read_rules_in_use
from services.watching import azure_time

WALK = Walk(instance=INSTANCE, what="re-analysis", stop="stop-reanalysis")


async def start(asked: ReanalysisOrder, caller: Caller, client: Client) -> ReanalysisRow:
    """Count the windows of a range, or judge them again if the count is the confirmed one.

    Raises ProblemError: 400 names the field, 409 if one runs.
    """
    when = await azure_time()
    order = order_of(
        asked,
        rules=rules_id(asked.rules or (await read_rules_in_use()).active),
        store=None if asked.store is None else str(store_of(asked.store)),
        who=caller.name or "",
        when=when,
    )
    if await durable_client.is_running(client, INSTANCE):
        running = _state_of(await durable_client.find(client, INSTANCE))
        raise runs_already(running.order if running else None, WALK.what)
    state = ReanalysisState(order=order)

    async def started() -> ReanalysisRow:
        await WALK.begin(client, REANALYZE, state)
        return ReanalysisRow(status="Pending", phase=state.phase, state=state)

    deed = deed_of(caller, when, "reanalyze", order.id, asked.why)
    return await noted(deed, started, lambda _: "counting" if asked.confirm is None else f"confirmed {asked.confirm:,}")


async def current(client: Client) -> ReanalysisRow:
    """The re-analysis that runs, or the last one that ran. Raises ProblemError (404) if there never was one."""
    return _row(await WALK.find(client))


async def stop(why: str, caller: Caller, client: Client) -> ReanalysisRow:
    """Stop it after the windows that are being judged; what was judged stays so. Raises ProblemError (404, 409)."""
    state = _state_of(await WALK.find(client))
    return _row(await WALK.end(client, caller, state.order.id if state else INSTANCE, why))


def _row(status: Status) -> ReanalysisRow:
    state = _state_of(status)
    return ReanalysisRow(
        status=durable_client.runtime_status_of(status),
        phase=state.phase if state else "counting",
        state=state,
        error=error_of(status),
    )


def _state_of(status: Status | None) -> ReanalysisState | None:
    """The state in an instance's status; None as long as it has not begun."""
    if status is None or not status.custom_status:
        return None
    return msgspec.convert(status.custom_status, ReanalysisState)
