"""The endpoints of re-analyses: count windows, judge them again, follow it, stop it, read the replaced verdicts."""

from fraud.desk.paging import Page
from fraud.desk.queries import CaseName, Question
from fraud.reanalysis.asking import KeptVerdicts, ReanalysisOrder, ReanalysisRow, ReanalysisStop
from fraud.reanalysis.messages import ReanalysisState
from function_app import reanalyses
from function_app.api.endpoint import Answer, Call, Endpoint, NoParameters
from services.desk.cases import find_case
from services.desk.reanalyses import kept_verdicts
from services.desk.reanalyses import list_reanalyses as list_kept


async def start_reanalysis(call: Call[NoParameters, ReanalysisOrder]) -> Answer:
    """Count the windows of a range, or judge them again if the count is the confirmed one; one at a time."""
    return Answer(content=await reanalyses.start(call.content, call.caller, call.durable), status=202)


async def get_reanalysis(call: Call[NoParameters, None]) -> ReanalysisRow:
    """The re-analysis that runs, or the last one that ran."""
    return await reanalyses.current(call.durable)


async def list_reanalyses(call: Call[Question, None]) -> Page[ReanalysisState]:
    """A page of the re-analyses that have ended, the latest first."""
    return await list_kept(call.asked)


async def stop_reanalysis(call: Call[NoParameters, ReanalysisStop]) -> Answer:
    """Stop the re-analysis after the windows that are being judged; what was judged stays so."""
    return Answer(content=await reanalyses.stop(call.content.why, call.caller, call.durable), status=202)


async def list_kept_verdicts(call: Call[CaseName, None]) -> tuple[KeptVerdicts, ...]:
    """The verdicts of a case that re-analyses have replaced, the latest first."""
    case = await find_case(call.asked.id)
    return await kept_verdicts(case.verdicts_blob, call.asked.verdicts)


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
