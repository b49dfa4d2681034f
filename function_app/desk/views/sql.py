"""The page of questions in SQL: those that have a name, one of one's own, and the answer as a table or a file."""

import csv
import io
import json
import re
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import azure.functions as func
import msgspec

from fraud.desk.problems import ProblemError
from fraud.desk.spreadsheets import harmless
from fraud.desk.sql_questions import QUESTIONS, VIEWS
from fraud.quarantine_places import parse_place
from function_app.desk import answers, forms
from function_app.desk.rendering import query, trace_address
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from questions.messages import AskReply
from services.desk.sql import LIMITS, ask_archives, why_not_asked
from services.watching import azure_time

SPANS = {"1h": timedelta(hours=1), "6h": timedelta(hours=6), "1d": timedelta(days=1), "7d": timedelta(days=7)}
"""How far a question looks back, in Azure's time."""
ROWS, ROWS_OF_A_FILE = 200, 10_000
_LONGEST = 10_000
_LONGEST_ADDRESS = 4_000
"""A server takes 8 KB for the first line of a request; a longer question has no address of its own."""
_STATUS = {"answered": 200, "wrong": 400, "too much": 422, "away": 503}
_NAME = re.compile(r"[A-Za-z0-9-]{1,200}")
_CASES = ("window-", "quarantine-", "sweep-")
_CELL = 300


class ShownCell(msgspec.Struct, frozen=True):
    """A value of the answer as people read it, the page that it leads to, and whether it is a number."""

    text: str
    href: str = ""
    is_number: bool = False


async def show_questions(visit: Visit) -> func.HttpResponse:
    """The field for a question, with its text if it is in the address; answered if the desk or its visitor asks so.

    A link of another site shows the question and asks nothing.
    """
    named = QUESTIONS.get(visit.asked("question"))
    given = {"text": named.text if named else visit.asked("text"), "last": visit.asked("last")}
    if visit.asked("ask") and forms.is_from_here(visit.request):
        return await _answered(visit, given)
    return _page(visit, given)


@needs("reader")
async def ask(visit: Visit) -> func.HttpResponse:
    """The answer to a question as a file, or the address that has it on the page.

    400 for a wrong question, 422 for one that takes too much.
    """
    form = visit.form()
    named = QUESTIONS.get(form.get("named", ""))
    given = {"text": named.text if named else form.get("text", "").strip(), "last": form.get("last", "")}
    form_of_answer = form.get("as", "")
    if form_of_answer not in _FILES and given["text"]:
        question = {"question": form["named"]} if named else {"text": given["text"]}
        # Whoever goes back to an answer that has an address is not asked to send the form again.
        address = query("/desk/sql", ask=1, last=given["last"], **question)
        if len(address) <= _LONGEST_ADDRESS:
            return answers.redirect(address)
    return await _answered(visit, given, form_of_answer)


async def _answered(visit: Visit, given: dict[str, str], form_of_answer: str = "") -> func.HttpResponse:
    if not given["text"] or len(given["text"]) > _LONGEST:
        return _page(visit, given, f"Ask with one SELECT of at most {_LONGEST:,} characters.", 400)
    begun = time.monotonic()
    try:
        rows = ROWS_OF_A_FILE if form_of_answer in _FILES else ROWS
        reply = await ask_archives(given["text"], SPANS.get(given["last"], SPANS["1d"]), rows, await azure_time())
    except ProblemError as error:
        return _page(visit, given, f"{error.title}: {error.detail}", error.status)
    if reply.problem:
        return _page(visit, given, reply.problem, _STATUS[reply.kind])
    if form_of_answer in _FILES:
        written, mimetype = _FILES[form_of_answer]
        return answers.download(written(reply), f"answer.{form_of_answer}", mimetype)
    return _page(visit, given, reply=reply, seconds=time.monotonic() - begun)


def _page(
    visit: Visit,
    given: Mapping[str, str],
    problem: str = "",
    status: int = 200,
    *,
    reply: AskReply | None = None,
    seconds: float = 0,
) -> func.HttpResponse:
    return answers.page(
        "sql.html",
        visit,
        status=status,
        here="sql",
        questions=QUESTIONS,
        views=VIEWS,
        why_not=why_not_asked(),
        limits=LIMITS,
        spans=tuple(SPANS),
        given={**given, "last": given["last"] if given["last"] in SPANS else "1d"},
        row_limits=(ROWS, ROWS_OF_A_FILE),
        problem=problem,
        reply=reply,
        shown=shown(reply) if reply else [],
        seconds=seconds,
    )


def shown(reply: AskReply) -> list[list[ShownCell]]:
    """The rows of an answer as the page shows them; ids of events, cases and runs lead to their pages."""
    return [[_cell(column, value) for column, value in zip(reply.columns, row, strict=True)] for row in reply.rows]


def _cell(column: str, value: Any) -> ShownCell:
    if value is None:
        return ShownCell("")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = text if len(text) <= _CELL else f"{text[:_CELL]}… {len(text) - _CELL:,} more characters"
    return ShownCell(cut, _address(column.lower(), text), is_number)


def _address(column: str, text: str) -> str:
    if column == "event_id" and text and not parse_place(text):  # nobody follows a place
        return trace_address(text)
    if column in ("case_id", "id") and text.startswith(_CASES) and _NAME.fullmatch(text):
        return f"/desk/cases/{text}"
    if column == "run" and _NAME.fullmatch(text):
        return f"/desk/reconciliations/{text}"
    return ""


def _csv(reply: AskReply) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([map(harmless, row) for row in (reply.columns, *reply.rows)])
    return out.getvalue().encode()


def _json(reply: AskReply) -> bytes:
    return msgspec.json.encode({"columns": reply.columns, "rows": reply.rows, "is_cut": reply.is_cut})


_FILES = {"csv": (_csv, "text/csv"), "json": (_json, "application/json")}

ROUTES: Routes = {("GET", "sql"): show_questions, ("POST", "sql"): ask}
