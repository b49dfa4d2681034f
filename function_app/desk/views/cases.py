"""The pages of cases: the inbox, one case with all that belongs to it, and the forms that change it."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import azure.functions as func
import msgspec
from azure.core.exceptions import AzureError

from activities.recent import RecentAnswer
from fraud.desk.paging import Page
from fraud.desk.plurals import counted
from fraud.desk.problems import ProblemError
from fraud.desk.queries import CaseName, CaseQuery, EventQuery
from fraud.desk.review import UNDECIDED
from fraud.desk.rows import CaseRow, EventRow
from fraud.verdicts import BANDS, Verdict
from function_app.api.deciding import (
    Assignment,
    Comment,
    Decision,
    Reopening,
    assign_case,
    comment_case,
    decide_case,
    reopen_case,
)
from function_app.api.endpoint import Answer, Call
from function_app.api.filing import FileName, get_case_file, get_case_page
from function_app.desk import answers
from function_app.desk.pictures.moments import timeline_of
from function_app.desk.pictures.ring import ring_of
from function_app.desk.rendering import query, store
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.said_once import said_once
from function_app.desk.visit import Visit
from function_app.desk.wrong_fields import NOTHING, wrong_field
from services.concurrency import both
from services.counting import count_cases
from services.desk.alike import arrivals_of, latest_events
from services.desk.cases import details_of, find_case, list_cases, related_cases

_FILTERS = ("state", "kind", "band", "store", "customer", "assignee", "sort", "from", "to", "token")
_SHOWN_VERDICTS = 200
_PAGE = 50
_RELATED = 6
_MOST_LINKS = 12
"""Linked cases that are seen at once; the others unfold."""
_BESIDE = 100
_LOOKED_UP = 50
"""Events whose arrival is asked for by their ids: a request unit each."""
_LABELS = {"from": "Windows from"}
_DEEDS_ON_MANY = ("dismissed", "confirmed", "assigned")
STATES = ("undecided", "open", "in_review", "escalated", "confirmed", "dismissed", "expired")
KINDS = {"window": "of flagged sales", "sweep": "of a night's sweep", "quarantine": "in quarantine"}
_log = logging.getLogger(__name__)
_counts = RecentAnswer(count_cases, seconds=2, stale=600)


async def show_inbox(visit: Visit) -> func.HttpResponse:
    """Cases by filter, those with the most money at stake first. 400 for an invalid filter."""
    return await _inbox(visit, {name: text for name in _FILTERS if (text := visit.asked(name))})


async def _inbox(visit: Visit, asked: dict[str, str], problem: str = "", status: int = 200) -> func.HttpResponse:
    """The list of a question; after a form that was refused with the reason, and with what was chosen and written."""
    wrong, page = NOTHING, Page[CaseRow](())
    try:
        question = msgspec.convert({"limit": _PAGE, "state": "undecided", **asked}, CaseQuery, strict=False)
        page = await list_cases(question)
    except (msgspec.ValidationError, ProblemError) as error:
        wrong, status = wrong_field(error, _LABELS), 400
    is_form = visit.request.method == "POST"
    return answers.page(
        "cases.html",
        visit,
        status=status,
        here="cases",
        cases=page.items,
        next_token=page.next,
        asked={**dict.fromkeys(_FILTERS, ""), "state": "undecided", "sort": "amount", **asked, "token": ""},
        states=STATES,
        undecided=UNDECIDED,
        kinds=KINDS,
        bands=BANDS,
        counts=await _counts.get(),
        alike=_alike(page.items),
        problem=problem or wrong.says,
        wrong=wrong.name,
        token_asked=asked.get("token", ""),
        chosen={choice.rpartition(" ")[0] for choice in visit.chosen("case")} if is_form else set[str](),
        given=visit.form() if is_form else {},
    )


def _alike(cases: Sequence[CaseRow]) -> frozenset[str]:
    """The cases of a list whose links would read the same: parts of a large window, and what a sweep found in one."""
    names = [(store(case.store_id), case.window_end, case.type == "quarantine") for case in cases]
    seen = Counter(names)
    return frozenset(case.id for case, name in zip(cases, names, strict=True) if seen[name] > 1)


async def show_case(visit: Visit) -> func.HttpResponse:
    """One case: verdicts, evidence, related cases, journal, and the forms. 404 if absent."""
    return await _case(visit, visit.values["id"])


async def _case(visit: Visit, case_id: str, problem: str = "", status: int = 200) -> func.HttpResponse:
    case = await find_case(_name(case_id).id)
    details, (related, beside) = await both(
        details_of(case, most=_SHOWN_VERDICTS), both(related_cases(case, most=_RELATED), _beside(case))
    )
    covered = {other.id for other in details.linked.cases}
    return answers.page(
        "case.html",
        visit,
        status=status,
        here="cases",
        details=details,
        case=case,
        timeline=timeline_of(
            details.verdicts, case.window_start, case.window_end, beside, await _arrivals(details.verdicts, beside)
        ),
        ring=ring_of(details.verdicts),
        alike_address=_alike_address,
        said_once=said_once(details.verdicts),
        amounts=[_amount(verdict) for verdict in details.verdicts],
        related=[other for other in related if other.id not in covered],
        most_links=_MOST_LINKS,
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {},
    )


async def _beside(case: CaseRow) -> tuple[EventRow, ...]:
    """The latest events of the window in its store, flagged or not."""
    asked = EventQuery(store=str(case.store_id), start=case.window_start, end=case.window_end, limit=_BESIDE)
    return await latest_events(asked)


async def _arrivals(verdicts: Sequence[Verdict], beside: Sequence[EventRow]) -> dict[str, datetime]:
    """The arrivals of the worst verdicts whose events are not among those beside, in a store where much happens."""
    seen = {row.id for row in beside}
    missing = dict.fromkeys(verdict.event_id for verdict in verdicts if verdict.event_id not in seen)
    return await arrivals_of(list(missing)[:_LOOKED_UP])


def _alike_address(name: str, value: object, case: CaseRow) -> str:
    """The page of the events of a value until an hour after the window; for a gateway, of those in the case's store."""
    until = (case.window_end + timedelta(hours=1)).isoformat()
    if name == "gateway":
        return query("/desk/events", gateway=value, store=case.store_id, to=until)
    return query("/desk/events", **{name: value}, to=until)


def _amount(verdict: Verdict) -> float | None:
    """Price times quantity, in the currency of the price; None where either is not a number."""
    price, quantity = (cast(object, (verdict.event or {}).get(name)) for name in ("price", "qty"))
    if isinstance(price, int | float) and isinstance(quantity, int | float):
        return float(price) * float(quantity)
    return None


_ACTS: dict[str, tuple[Any, Callable[[dict[str, str]], dict[str, Any]], Callable[..., Awaitable[Answer]]]] = {
    "decide": (Decision, lambda form: {"outcome": form.get("outcome"), "why": form.get("why")}, decide_case),
    "assign": (Assignment, lambda form: {"assignee": form.get("assignee") or None}, assign_case),
    "comment": (Comment, lambda form: {"text": form.get("text")}, comment_case),
    "reopen": (Reopening, lambda form: {"why": form.get("why")}, reopen_case),
}


@needs("analyst")
async def act(visit: Visit) -> func.HttpResponse:
    """Decide, assign, comment or reopen a case as it was seen; the case and the reason if that was refused."""
    case_id, form = visit.values["id"], visit.form()
    if form.get("what") not in _ACTS:
        return answers.refused(404, "No such action", "A case is decided, assigned, commented or reopened.", visit)
    kind, fields, handler = _ACTS[form["what"]]
    try:
        call = Call(
            asked=_name(case_id),
            content=msgspec.convert(fields(form), kind),
            caller=visit.caller,
            if_match=form.get("etag", "").strip('"'),
            client=visit.client,
        )
        await handler(call)
    except msgspec.ValidationError as error:
        return await _case(visit, case_id, wrong_field(error).says, 400)
    except ProblemError as error:
        if error.status == 404:
            raise
        return await _case(visit, case_id, f"{error.title}: {error.detail}", error.status)
    _counts.outdate()
    return answers.redirect(f"/desk/cases/{case_id}")


@needs("analyst")
async def change_many(visit: Visit) -> func.HttpResponse:
    """Dismiss, confirm or assign the chosen cases, each as it was seen; the list says what was refused."""
    form, chosen, what = visit.form(), visit.chosen("case")[:_PAGE], visit.form().get("what", "")
    if what not in _DEEDS_ON_MANY:
        return answers.refused(404, "No such action", "Chosen cases are dismissed, confirmed or assigned.", visit)
    kind, fields, handler = _ACTS["assign" if what == "assigned" else "decide"]
    asked = {name: text for name in _FILTERS if (text := form.get(name, "").strip())}
    lacking = ["choose cases"] * (not chosen) + ["say why"] * (what != "assigned" and not form.get("why", "").strip())
    if lacking:
        return await _inbox(visit, asked, f"Nothing was {what}: {', and '.join(lacking)}.", 400)
    try:
        content = msgspec.convert(fields({**form, "outcome": what, "assignee": form.get("to_whom", "").strip()}), kind)
    except msgspec.ValidationError as error:
        return await _inbox(visit, asked, f"Nothing was {what}: {wrong_field(error).says}", 400)
    refusals: list[str] = []
    # No ETag has a blank. A name of another hand may, and would lead to another case.
    for case_id, _, etag in (choice.rpartition(" ") for choice in chosen):
        try:
            asked_for, seen = _name(case_id), etag.strip('"')
            await handler(
                Call(asked=asked_for, content=content, caller=visit.caller, if_match=seen, client=visit.client)
            )
        except ProblemError as error:
            refusals.append(f"{case_id}: {error.detail}.")
        except AzureError as error:
            _log.warning("%s was not changed: %s", case_id, error)
            refusals.append(f"{case_id}: Cosmos has not answered, so it may have been changed or not.")
    _counts.outdate()
    if refusals:
        changed = counted(len(chosen) - len(refusals), "case was", "cases were")
        return await _inbox(visit, asked, f"{changed} {what}, these not. {' '.join(refusals)}", 409)
    asked.pop("token", None)
    return answers.redirect(query("/desk/cases", **asked))


async def read_page(visit: Visit) -> func.HttpResponse:
    """A case as one page to keep or to send, for users of the desk, who have no function key. 404 if absent."""
    return await _file(visit, get_case_page, "html")


async def read_json(visit: Visit) -> func.HttpResponse:
    """The same as JSON, whose parts have digests."""
    return await _file(visit, get_case_file, "json")


async def _file(
    visit: Visit, handler: Callable[[Call[FileName, None]], Awaitable[Answer]], kind: str
) -> func.HttpResponse:
    name = _name(visit.values["id"]).id
    answer = await handler(Call(asked=FileName(id=name), content=None, caller=visit.caller))
    return answers.download(answer.content, f"{name}.{kind}", answer.mimetype)


def _name(case_id: str) -> CaseName:
    try:
        return msgspec.convert({"id": case_id, "verdicts": _SHOWN_VERDICTS}, CaseName)
    except msgspec.ValidationError as error:
        raise ProblemError(404, "No such case", f"there is no case {case_id[:100]}") from error


ROUTES: Routes = {
    ("GET", "cases"): show_inbox,
    ("POST", "cases/chosen"): change_many,
    ("GET", "cases/{id}"): show_case,
    ("POST", "cases/{id}"): act,
    ("GET", "cases/{id}/file.html"): read_page,
    ("GET", "cases/{id}/file.json"): read_json,
}
