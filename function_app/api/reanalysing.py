"""The endpoints of re-analyses: count windows, judge them again, follow it, stop it, read the verdicts of before."""

import msgspec

from fraud.desk.deeds import deed_of
from fraud.desk.paging import Page
from fraud.desk.problems import ProblemError, not_found
from fraud.desk.queries import CaseName, Question
from fraud.reanalysis.asking import (
    KeptVerdicts,
    ReanalysisOrder,
    ReanalysisRow,
    ReanalysisStop,
    order_of,
    rules_id,
    runs_already,
)
from fraud.reanalysis.messages import INSTANCE, ReanalysisState
from function_app import durable_client
from function_app.api.endpoint import Answer, Call, Endpoint, Nothing
from function_app.api.stopping import raise_stop
from function_app.durable_client import AlreadyRunningError, Client, Status
from orchestrations.contracts import REANALYZE
from services.desk import reanalyses
from services.desk.case_queries import store_of
from services.desk.cases import find_case
from services.desk.deeds import noted
from services.rules_in_use import read_rules_in_use
from services.watching import azure_time


async def start_reanalysis(call: Call[Nothing, ReanalysisOrder]) -> Answer:
    """Count the windows of a range, or judge them again if the count is the confirmed one; one at a time."""
    asked, client, when = call.content, _client(call.client), await azure_time()
    order = order_of(
        asked,
        rules=rules_id(asked.rules or (await read_rules_in_use()).active),
        store=None if asked.store is None else str(store_of(asked.store)),
        who=call.caller.name or "",
        when=when,
    )
    if await durable_client.is_running(client, INSTANCE):
        running = _state_of(await durable_client.find(client, INSTANCE))
        raise runs_already(running.order if running else None)
    state = ReanalysisState(order=order)

    async def started() -> ReanalysisRow:
        try:
            await durable_client.start(client, REANALYZE, INSTANCE, state)
        except AlreadyRunningError as error:
            raise runs_already(None) from error
        return ReanalysisRow(status="Pending", phase=state.phase, state=state)

    deed = deed_of(call.caller, when, "reanalyze", order.id, asked.why)
    row = await noted(deed, started, lambda _: "counting" if asked.confirm is None else f"confirmed {asked.confirm:,}")
    return Answer(content=row, status=202)


async def get_reanalysis(call: Call[Nothing, None]) -> ReanalysisRow:
    """The re-analysis that runs, or that has run last."""
    return _row(await _found(_client(call.client)))


async def list_reanalyses(call: Call[Question, None]) -> Page[ReanalysisState]:
    """A page of the re-analyses that have ended, the latest first."""
    return await reanalyses.list_reanalyses(call.asked)


async def stop_reanalysis(call: Call[Nothing, ReanalysisStop]) -> Answer:
    """Stop the re-analysis after the windows that are being judged; what was judged stays so."""
    client = _client(call.client)
    status = await _found(client)
    if status.runtime_status not in durable_client.RUNNING:
        raise ProblemError(409, "Has ended", "there is no re-analysis that runs")
    state = _state_of(status)
    subject = state.order.id if state else INSTANCE
    deed = deed_of(call.caller, await azure_time(), "stop-reanalysis", subject, call.content.why)

    async def stopped() -> ReanalysisRow:
        await raise_stop(client, INSTANCE)
        return _row(await _found(client))

    return Answer(content=await noted(deed, stopped, lambda row: row.phase), status=202)


async def list_kept_verdicts(call: Call[CaseName, None]) -> tuple[KeptVerdicts, ...]:
    """The verdicts of a case that re-analyses have replaced, the latest first."""
    case = await find_case(call.asked.id)
    return await reanalyses.kept_verdicts(case.verdicts_blob, call.asked.verdicts)


def _client(client: Client | None) -> Client:
    assert client is not None, "the endpoint asks for it"  # noqa: S101
    return client


async def _found(client: Client) -> Status:
    status = await durable_client.find(client, INSTANCE)
    if status is None:
        raise not_found("re-analysis", "that runs or has run last: api/reanalyses has those of before")
    return status


def _row(status: Status) -> ReanalysisRow:
    state = _state_of(status)
    failed = durable_client.runtime_status_of(status) in ("Failed", "Terminated")
    return ReanalysisRow(
        status=durable_client.runtime_status_of(status),
        phase=state.phase if state else "counting",
        state=state,
        error=str(status.output)[:1_000] if failed else None,
    )


def _state_of(status: Status | None) -> ReanalysisState | None:
    """The state that an instance tells; None as long as it has not begun."""
    if status is None or not status.custom_status:
        return None
    return msgspec.convert(status.custom_status, ReanalysisState)


_CURRENT = "api/reanalysis"

ENDPOINTS = (
    Endpoint(
        name="start-reanalysis",
        method="POST",
        path="api/reanalyses",
        role="operator",
        handler=start_reanalysis,
        content=ReanalysisOrder,
        answer=ReanalysisRow,
        status=202,
        statuses=(409,),
        needs_client=True,
    ),
    Endpoint(
        name="list-reanalyses",
        method="GET",
        path="api/reanalyses",
        role="reader",
        handler=list_reanalyses,
        asked=Question,
        answer=Page[ReanalysisState],
    ),
    Endpoint(
        name="get-reanalysis",
        method="GET",
        path=_CURRENT,
        role="reader",
        handler=get_reanalysis,
        answer=ReanalysisRow,
        statuses=(404,),
        needs_client=True,
    ),
    Endpoint(
        name="stop-reanalysis",
        method="POST",
        path=f"{_CURRENT}/stop",
        role="operator",
        handler=stop_reanalysis,
        content=ReanalysisStop,
        answer=ReanalysisRow,
        status=202,
        statuses=(404, 409),
        needs_client=True,
    ),
    Endpoint(
        name="list-kept-verdicts",
        method="GET",
        path="api/cases/{id}/kept-verdicts",
        role="reader",
        handler=list_kept_verdicts,
        asked=CaseName,
        answer=tuple[KeptVerdicts, ...],
        statuses=(404,),
    ),
)
