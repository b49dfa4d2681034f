"""The endpoints of files: a case is downloaded as one file, outcomes are uploaded as CSV."""

import msgspec

from activities.desk.hits import outdate_figures
from fraud.desk.case_file import CaseFile, case_file, to_json
from fraud.desk.outcomes import OutcomeRow, OutcomesKept, read_outcomes
from fraud.desk.paging import Page
from fraud.desk.queries import CaseId, CaseName, Question
from fraud.desk.rows import CaseDetails
from fraud.verdicts import BANDS
from function_app.api.endpoint import Answer, Call, Endpoint
from function_app.desk.rendering import render
from services.desk import cases, outcomes
from services.watching import azure_time


class FileName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case by its name."""

    id: CaseId


_VERDICTS = 1_000
_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


async def get_case_file(call: Call[FileName, None]) -> Answer:
    """A case with its worst verdicts and its journal as one JSON file, with digests of its parts."""
    file = case_file(await _details(call.asked.id), await azure_time())
    return Answer(content=to_json(file), headers=_attached(call.asked.id, "json"))


async def get_case_page(call: Call[FileName, None]) -> Answer:
    """The same file as a page for people, which holds the JSON."""
    details = await _details(call.asked.id)
    page = case_page(details, case_file(details, await azure_time()))
    headers = {**_SAFE, **_attached(call.asked.id, "html")}
    return Answer(content=page, mimetype="text/html", headers=headers)


async def keep_outcomes(call: Call[object, bytes]) -> OutcomesKept:
    """Keep what became of events, from a CSV with the header `id,outcome,date`; all of it or nothing."""
    rows = read_outcomes(call.content)
    kept = await outcomes.keep_outcomes(rows, call.caller, await azure_time())
    outdate_figures()
    return kept


async def list_outcomes(call: Call[Question, None]) -> Page[OutcomeRow]:
    """A page of the outcomes of events, as they were uploaded."""
    return await outcomes.list_outcomes(call.asked)


async def _details(case_id: str) -> CaseDetails:
    return await cases.case_details(CaseName(id=case_id, verdicts=_VERDICTS))


def case_page(details: CaseDetails, file: CaseFile) -> bytes:
    """The file of a case as a page without scripts; the JSON lies in it as it was digested."""
    case = details.case
    worst = next((band for band in BANDS if case.bands.get(band)), "low")
    json = to_json(file).decode()
    return render("case_file.html", case=case, details=details, file=file, worst=worst, json=json).encode()


def _attached(case_id: str, kind: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{case_id}.{kind}"'}


ENDPOINTS = (
    Endpoint(
        name="get-case-file",
        method="GET",
        path="api/cases/{id}/file.json",
        role="reader",
        handler=get_case_file,
        asked=FileName,
        answer=CaseFile,
        statuses=(404,),
    ),
    Endpoint(
        name="get-case-page",
        method="GET",
        path="api/cases/{id}/file.html",
        role="reader",
        handler=get_case_page,
        asked=FileName,
        answer=bytes,
        statuses=(404,),
        gives="text/html",
    ),
    Endpoint(
        name="list-outcomes",
        method="GET",
        path="api/outcomes",
        role="reader",
        handler=list_outcomes,
        asked=Question,
        answer=Page[OutcomeRow],
    ),
    Endpoint(
        name="keep-outcomes",
        method="POST",
        path="api/outcomes",
        role="analyst",
        handler=keep_outcomes,
        content=bytes,
        body="text/csv",
        answer=OutcomesKept,
        statuses=(413,),
    ),
)
