"""Cases are listed, shown and decided, over an app that answers as the API does."""

import json

import msgspec
import pytest

from cli.app_client import AppError
from fraud.desk.linking import Linked, LinkedCase
from fraud.desk.paging import Page
from fraud.desk.review import JournalEntry, Review
from fraud.desk.rows import CaseDetails, CaseRow
from fraud.events import UNKNOWN_STORE
from fraud.judging import judged
from fraud.stakes import Stakes
from tests.cli.answering_app import App, as_json, run, shown
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body
from tests.fraud.desk.cases import NOON, a_case

NAME = "window-3-20260102T101000Z-0123456789abcdef0123456789abcdef"
CASE = msgspec.structs.replace(a_case(assignee="Ana", state="in_review"), id=NAME, stakes=Stakes(at_stake=123_456_789))
VERDICT = judged(json.loads(event_body("evil\x1b[2J", price=900.0)), 3, WINDOW, None, contents=2)


def test_cases_are_listed_in_eighty_columns(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/cases?state=undecided&limit=20"] = [(200, as_json(Page[CaseRow]((CASE,), "more")))]

    text = shown(capsys, "cases", "--state", "undecided")

    assert "1,234,567.89  worst  90  store 3  2026-01-02 10:10" in text
    assert f"  {NAME}\n  in review Ana; 1 high\n" in text
    assert "there are more" in text
    assert max(map(len, text.splitlines())) <= 80


def test_all_pages_are_listed_on_demand(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/cases?limit=20"] = [(200, as_json(Page[CaseRow]((CASE,), "more")))]
    app.answers["/api/cases?limit=20&token=more"] = [(200, as_json(Page[CaseRow]((CASE,))))]

    listed = json.loads(shown(capsys, "cases", "--all", "--json"))

    assert len(listed["items"]) == 2
    assert listed["next"] is None


def test_a_case_is_shown_by_its_name_alone_and_a_deed_needs_a_case(app: type[App], capsys: pytest.CaptureFixture[str]):
    details = CaseDetails(case=CASE, verdicts=(VERDICT,), verdicts_in_all=1, journal=())
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    assert shown(capsys, "case", NAME) == shown(capsys, "case", "show", NAME)
    with pytest.raises(SystemExit):
        run("case", "decide")
    assert "say which case to decide" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "span"),
    [
        (("--last", "2h"), "from=2026-01-02T08%3A00%3A00%2B00%3A00&to=2026-01-02T10%3A00%3A00%2B00%3A00"),
        (
            ("--last", "1d", "--to", "2026-01-02T00:00:00Z"),
            "from=2026-01-01T00%3A00%3A00%2B00%3A00&to=2026-01-02T00%3A00%3A00Z",
        ),
        (("--from", "2026-01-02T00:00:00Z"), "from=2026-01-02T00%3A00%3A00Z"),
        (("--to", "2026-01-02T00:00:00Z"), "to=2026-01-02T00%3A00%3A00Z"),
    ],
)
def test_cases_of_a_span_are_listed(
    app: type[App], capsys: pytest.CaptureFixture[str], options: tuple[str, ...], span: str
):
    app.answers[f"/api/cases?limit=20&{span}"] = [(200, as_json(Page[CaseRow]((CASE,))))]
    app.answers["/api/health"] = [(200, {})]

    assert NAME in shown(capsys, "cases", *options)


def test_a_case_is_shown_with_why_and_nothing_in_it_moves_the_cursor(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    ring = Linked("4 accounts, 3 stores in 2 h", (LinkedCase("window-4-x", ("customer 7", "sku 8")),))
    details = CaseDetails(case=CASE, verdicts=(VERDICT,), verdicts_in_all=12, journal=(), linked=ring)
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    text = shown(capsys, "case", "show", NAME)

    assert text.startswith("  4 accounts, 3 stores in 2 h\n")
    assert "linked by customer 7, sku 8: window-4-x" in text
    assert "evil?[2J" in text
    assert all(reason.evidence[:40] in text for reason in VERDICT.reasons)
    assert "and 2 more" in text
    assert "have changed since" not in text


def test_a_case_says_if_its_verdicts_have_changed_since_it_was_decided(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    decided = Review(state="confirmed", decided_by="Ana", revision=1)
    case = msgspec.structs.replace(CASE, review=decided, revision=2)
    details = CaseDetails(case=case, verdicts=(), verdicts_in_all=0, journal=())
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    text = shown(capsys, "case", "show", NAME)

    assert "its verdicts have changed since it was decided" in text


def test_a_journal_says_what_was_decided_and_to_whom_a_case_was_given(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    entry = JournalEntry(case_id=NAME, number=1, when=NOON, who="Ana", by="key", what="assigned", state="in_review")
    journal = (
        msgspec.structs.replace(entry, assignee="Ben", why="his shop"),
        entry,
        msgspec.structs.replace(entry, what="decided", state="dismissed", why="a promotion"),
    )
    details = CaseDetails(case=CASE, verdicts=(), verdicts_in_all=0, journal=journal)
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    text = shown(capsys, "case", "show", NAME)

    assert "Ana (key) assigned to Ben: his shop" in text
    assert "Ana (key) assigned to nobody" in text
    assert "Ana (key) decided dismissed: a promotion" in text


def test_a_case_says_who_bought_what_of_each_verdict_and_that_it_is_of_no_store(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    sale = {"cust_id": 7, "sku": 8, "price": 1_200.5, "payment_method": "gift_card"}
    odd = {"sku": "x" * 40, "price": 10**400, "discount": "much", "payment_method": None}
    verdicts = tuple(judged(json.loads(event_body(**fields)), 3, WINDOW, None, contents=1) for fields in (sale, odd))
    unresolved = msgspec.structs.replace(VERDICT, event=None, band="unresolved")
    case = msgspec.structs.replace(CASE, store_id=UNKNOWN_STORE)
    details = CaseDetails(case=case, verdicts=(*verdicts, unresolved), verdicts_in_all=3, journal=())
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    lines = shown(capsys, "case", "show", NAME).splitlines()

    assert "       customer 7, sku 8, 2 at 1,200.50, 60 % off, paid by gift card" in lines
    assert f"       sku {'x' * 40}" in lines
    assert any("no store  2026-01-02" in line for line in lines)
    assert UNKNOWN_STORE not in "".join(lines)


@pytest.mark.parametrize(("linked", "said"), [(5, ""), (6, "and 1 more linked case:"), (8, "and 3 more linked cases:")])
def test_linked_cases_that_are_not_listed_are_counted(
    app: type[App], capsys: pytest.CaptureFixture[str], linked: int, said: str
):
    ring = Linked("a ring", tuple(LinkedCase(f"window-4-{number}", ("sku 8",)) for number in range(linked)))
    details = CaseDetails(case=CASE, verdicts=(), verdicts_in_all=0, journal=(), linked=ring)
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]

    text = shown(capsys, "case", "show", NAME)

    assert text.count("linked by sku 8") == 5
    assert (said or "a ring") in text
    assert ("more linked" in text) == bool(said)


def test_a_decision_names_the_state_that_was_seen(app: type[App], capsys: pytest.CaptureFixture[str]):
    details = CaseDetails(case=CASE, verdicts=(), verdicts_in_all=0, journal=())
    decided = msgspec.structs.replace(CASE, review=msgspec.structs.replace(CASE.review, state="confirmed"))
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]
    app.answers[f"/api/cases/{NAME}/decision"] = [(200, as_json(decided))]

    text = shown(capsys, "case", "decide", NAME, "--outcome", "confirmed", "--why", "a ring", "--as", "Ana")

    assert app.asked[-1] == (f"/api/cases/{NAME}/decision", {"outcome": "confirmed", "why": "a ring"})
    assert text == f"  {NAME} is confirmed\n"


ASSIGN, COMMENT, REOPEN = ("assign", NAME), ("comment", NAME), ("reopen", NAME)


@pytest.mark.parametrize(
    ("command", "path", "sent", "said"),
    [
        ((*ASSIGN, "--to", "Ben"), "assignment", {"assignee": "Ben", "why": None}, "assigned to Ana\n"),
        (
            (*ASSIGN, "--to-nobody", "--why", "on leave"),
            "assignment",
            {"assignee": None, "why": "on leave"},
            "assigned to Ana\n",
        ),
        ((*COMMENT, "--text", "asked the shop"), "comments", {"text": "asked the shop"}, "is entry 3 of its journal\n"),
        ((*REOPEN, "--why", "a new chargeback"), "reopening", {"why": "a new chargeback"}, "assigned to Ana\n"),
    ],
)
def test_a_case_is_assigned_commented_and_reopened_as_it_was_seen(
    app: type[App],
    capsys: pytest.CaptureFixture[str],
    *,
    command: tuple[str, ...],
    path: str,
    sent: dict[str, str | None],
    said: str,
):
    details = CaseDetails(case=CASE, verdicts=(), verdicts_in_all=0, journal=())
    changed = msgspec.structs.replace(CASE, review=msgspec.structs.replace(CASE.review, entries=3))
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))] * 2
    app.answers[f"/api/cases/{NAME}/{path}"] = [(200, as_json(changed))] * 2

    text = shown(capsys, "case", *command, "--as", "Ana")

    assert app.asked[-1] == (f"/api/cases/{NAME}/{path}", sent)
    assert text.startswith(f"  {NAME} is in review\n")
    assert text.endswith(said)
    answered = json.loads(shown(capsys, "case", *command, "--json"))
    assert answered["review"]["entries"] == 3


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("decide", NAME, "--why", "x"), "to decide it, say --outcome and --why"),
        (ASSIGN, "to assign it, say --to or --to-nobody"),
        ((*ASSIGN, "--to", " "), "must not be empty"),
        (COMMENT, "to comment it, say --text"),
        (REOPEN, "to reopen it, say --why"),
        ((*REOPEN, "--why", "x", "--outcome", "confirmed"), "to reopen a case takes no --outcome"),
        (("show", NAME, "--to-nobody"), "to show a case takes no --to-nobody"),
    ],
)
def test_a_change_of_a_case_says_which_option_it_lacks(
    app: type[App], capsys: pytest.CaptureFixture[str], command: tuple[str, ...], problem: str
):
    with pytest.raises(SystemExit):
        run("case", *command)

    assert problem in capsys.readouterr().err
    assert app.asked == []


def test_a_stale_decision_is_an_error_that_says_what_to_do(app: type[App]):
    details = CaseDetails(case=CASE, verdicts=(), verdicts_in_all=0, journal=())
    app.answers[f"/api/cases/{NAME}"] = [(200, as_json(details))]
    refusal = {"title": "Changed meanwhile", "detail": "read it again"}
    app.answers[f"/api/cases/{NAME}/decision"] = [(412, refusal)]

    with pytest.raises(AppError, match="read it again"):
        run("case", "decide", NAME, "--outcome", "confirmed", "--why", "x")
