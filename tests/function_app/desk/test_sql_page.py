"""The page of questions in SQL: what can be asked, what was answered, and why nothing is asked where that is so."""

import json
from datetime import UTC, datetime
from html import unescape
from typing import Any, cast

import azure.functions as func
import pytest

from fraud.desk.callers import Caller
from fraud.desk.sql_questions import QUESTIONS, VIEWS
from function_app.desk.forms import COOKIE, new_token
from function_app.desk.views import sql
from function_app.desk.views.sql import ShownCell, shown
from function_app.desk.visit import Visit
from questions.archives import VIEWS as FETCHED
from questions.messages import AskReply

HOSTILE = "=cmd|'/c calc'!A1<script>window.ran=1</script>\u202e"


FROM_HERE = {"cookie": f"{COOKIE}={new_token()}", "sec-fetch-site": "same-origin"}


def visit(
    method: str = "GET",
    query: dict[str, str] | None = None,
    body: bytes = b"",
    headers: dict[str, str] = FROM_HERE,
) -> Visit:
    request = func.HttpRequest(method, "http://localhost/desk/sql", headers=headers, params=query or {}, body=body)
    return Visit(request, {}, cast(Any, None), "token", Caller(name="Ann", role="reader", by="name"))


async def text_of(query: dict[str, str] | None = None) -> str:
    return unescape((await sql.show_questions(visit(query=query))).get_body().decode())


async def test_every_question_and_every_view_is_on_the_page_with_what_asks_it():
    page = await text_of()

    assert len(QUESTIONS) >= 10
    for name, question in QUESTIONS.items():
        assert f"./detective sql {name} --last 1d" in page
        assert f'<button form="ask" name="named" value="{name}"' in page
        assert question.text in page
    assert all(f"<code>{name}</code>" in page for name in VIEWS)
    assert VIEWS.keys() == set(FETCHED)


async def test_a_question_with_a_name_is_put_into_the_field_to_be_changed():
    page = await text_of({"question": "rules", "last": "6h"})

    assert f">{QUESTIONS['rules'].text}</textarea>" in page
    assert "<option selected>6h</option>" in page


async def test_where_nothing_is_asked_the_page_says_why_and_shows_the_rest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql, "why_not_asked", lambda: "DuckDB is not installed beside the app, as on Azure")

    page = await text_of()

    assert "This page asks nothing: DuckDB is not installed" in page
    assert "<textarea" not in page
    assert 'name="named"' not in page
    assert QUESTIONS["rules"].text in page


@pytest.mark.parametrize("body", [b"text=", b"text=++&last=1d", b"text=" + b"x" * 10_001])
async def test_a_question_without_a_select_is_refused_before_anything_is_asked(body: bytes):
    answer = await sql.ask(visit("POST", body=body))

    assert answer.status_code == 400
    assert b"Ask with one SELECT" in answer.get_body()


@pytest.mark.parametrize(
    ("body", "address"),
    [
        (b"text=SELECT+1&last=6h&as=page", "/desk/sql?ask=1&last=6h&text=SELECT%201"),
        (b"text=SELECT+1&last=1d&named=rules", "/desk/sql?ask=1&last=1d&question=rules"),
    ],
)
async def test_an_answer_has_an_address_so_that_going_back_sends_nothing_again(body: bytes, address: str):
    answer = await sql.ask(visit("POST", body=body))

    assert (answer.status_code, answer.headers["Location"]) == (303, address)


async def test_a_question_too_long_for_an_address_is_answered_at_once(monkeypatch: pytest.MonkeyPatch):
    _answer_with(monkeypatch, AskReply(columns=["n"], rows=[[77_123]]))

    answer = await sql.ask(visit("POST", body=b"text=SELECT+" + b"x" * 5_000))

    assert answer.status_code == 200
    assert b"77123" in answer.get_body()


@pytest.mark.parametrize(
    ("headers", "is_asked"),
    [
        (FROM_HERE, True),
        ({"cookie": FROM_HERE["cookie"]}, True),
        ({**FROM_HERE, "sec-fetch-site": "none"}, True),
        ({**FROM_HERE, "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-origin"}, False),
        ({}, False),
    ],
)
async def test_a_link_of_another_site_shows_a_question_and_asks_nothing(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], is_asked: bool
):
    asked = _answer_with(monkeypatch, AskReply(columns=["n"], rows=[[77_123]]))

    answer = await sql.show_questions(visit(query={"text": "SELECT 1", "ask": "1"}, headers=headers))

    assert b">SELECT 1</textarea>" in answer.get_body()
    assert (b"77123" in answer.get_body()) == is_asked
    assert asked == ["SELECT 1"] * is_asked


def test_a_place_that_stands_for_an_id_leads_nowhere_and_its_case_does():
    reply = AskReply(columns=["event_id", "case_id"], rows=[["p1-900/2", "quarantine-p1-x-0"]])

    assert [cell.href for cell in shown(reply)[0]] == ["", "/desk/cases/quarantine-p1-x-0"]


def test_ids_lead_to_what_they_name_and_numbers_stand_right():
    reply = AskReply(
        columns=["event_id", "case_id", "run", "n", "id"],
        rows=[["a/b?c", "window-3-x", "reconcile-1", 7, "no case"], [None, "../x", "a/b", 1.5, "window-3-x"]],
    )

    assert shown(reply) == [
        [
            ShownCell("a/b?c", "/desk/trace?id=a%2Fb%3Fc"),
            ShownCell("window-3-x", "/desk/cases/window-3-x"),
            ShownCell("reconcile-1", "/desk/reconciliations/reconcile-1"),
            ShownCell("7", is_number=True),
            ShownCell("no case"),
        ],
        [
            ShownCell(""),
            ShownCell("../x"),
            ShownCell("a/b"),
            ShownCell("1.5", is_number=True),
            ShownCell("window-3-x", "/desk/cases/window-3-x"),
        ],
    ]


async def test_what_a_producer_wrote_is_text_on_the_page_and_no_formula_in_a_spreadsheet(
    monkeypatch: pytest.MonkeyPatch,
):
    reply = AskReply(columns=[HOSTILE], rows=[[HOSTILE], [["x" * 64_000]], [-1]])
    _answer_with(monkeypatch, reply)
    page = await sql.show_questions(visit(query={"text": "SELECT", "ask": "1"}))
    as_csv, as_json = [await sql.ask(visit("POST", body=f"text=SELECT&as={kind}".encode())) for kind in ("csv", "json")]

    assert b"<script>window" not in page.get_body()
    assert b"63,704 more characters" in page.get_body()
    lines = as_csv.get_body().decode().splitlines()
    assert lines[0] == lines[1] == "'" + HOSTILE.replace("\u202e", "?")
    assert lines[-1] == "-1"
    assert json.loads(as_json.get_body())["rows"] == reply.rows
    assert {answer.headers["Content-Disposition"] for answer in (as_csv, as_json)} == {
        'attachment; filename="answer.csv"',
        'attachment; filename="answer.json"',
    }
    assert {answer.headers["X-Content-Type-Options"] for answer in (page, as_csv, as_json)} == {"nosniff"}


def _answer_with(monkeypatch: pytest.MonkeyPatch, reply: AskReply) -> list[str]:
    """Answer each question with `reply`; the texts that were asked."""
    asked: list[str] = []

    async def answered(text: str, *_: object) -> AskReply:
        asked.append(text)
        return reply

    async def told() -> datetime:
        return datetime.now(UTC)

    monkeypatch.setattr(sql, "ask_archives", answered)
    monkeypatch.setattr(sql, "azure_time", told)
    return asked
