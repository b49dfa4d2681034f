"""The commands of the desk, over an app that answers as the API does."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli.app_client import AppError
from cli.commands import command_line
from fraud.desk.linking import Linked, LinkedCase
from fraud.desk.paging import Page
from fraud.desk.review import JournalEntry, Review
from fraud.desk.rows import AlertRow, CaseDetails, CaseRow, DeadLetterRow, QuarantineRow
from fraud.desk.set_aside import Redriven, RefusedLetter, Resubmitted
from fraud.events import UNKNOWN_STORE
from fraud.judging import judged
from fraud.stakes import Stakes
from tests.cli.test_command_line import App
from tests.cli.test_command_line import app as app  # noqa: PLC0414 - a fixture
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body
from tests.fraud.desk.cases import NOON, a_case

NAME = "window-3-20260102T101000Z-0123456789abcdef0123456789abcdef"
CASE = msgspec.structs.replace(a_case(assignee="Ana", state="in_review"), id=NAME, stakes=Stakes(at_stake=123_456_789))
VERDICT = judged(json.loads(event_body("evil\x1b[2J", price=900.0)), 3, WINDOW, None, contents=2)


def as_json(content: Any) -> Any:
    return msgspec.to_builtins(content)


def run(*command: str) -> int:
    options = command_line().parse_args(list(command))
    return options.run(options)


def shown(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert run(*command) == 0
    return capsys.readouterr().out


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


def test_alerts_are_listed_with_the_case_of_each_and_who_was_told(app: type[App], capsys: pytest.CaptureFixture[str]):
    alert = AlertRow(
        name=NAME,
        store_id=3,
        window_start=WINDOW.start,
        window_end=WINDOW.end,
        suspicious=12,
        bands={"high": 2, "medium": 0, "low": 10},
        max_score=90,
        verdicts_blob=f"2026/01/02/10/10/{NAME}.ndjson",
        had_receiver=True,
    )
    untold = msgspec.structs.replace(alert, max_score=1, had_receiver=False)
    earlier = msgspec.structs.replace(alert, max_score=2, had_receiver=None)
    again = msgspec.structs.replace(alert, revision=2, store_id=None)
    quiet = msgspec.structs.replace(alert, revision=3, quiet=True)
    waiting = msgspec.structs.replace(alert, waits=True)
    app.answers["/api/alerts?limit=20"] = [
        (200, as_json(Page((waiting, quiet, again, alert, untold, earlier), "more")))
    ]

    text = shown(capsys, "alerts")

    assert f"  2026-01-02 10:10  store 3  worst  90  2 high, 10 low; told\n  {NAME}\n" in text
    assert "no store  worst  90  2 high, 10 low; told again\n" in text
    assert "told to nobody" in text
    assert "worst   1  2 high, 10 low; nobody to tell\n" in text
    assert "worst   2  2 high, 10 low; not known if told\n" in text
    assert "\n  nobody to tell: ALERT_WEBHOOK_URL was not set, and mail takes the band high" in text
    assert f"2 high, 10 low; not told yet\n  {NAME}\n" in text
    assert "there are more" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("path", ["../x", "store-events/../x", "store-events//x", "x.json", "."])
@pytest.mark.parametrize("resubmitted", [False, True])
def test_what_cannot_be_the_path_of_a_record_is_refused_with_where_to_find_one(
    app: type[App], tmp_path: Path, *, path: str, resubmitted: bool
):
    (tmp_path / "event.json").write_text("{}")
    more = ("--resubmit", str(tmp_path / "event.json"), "--why", "x") if resubmitted else ()

    with pytest.raises(AppError, match="is not the path of a record, which begins with store-events/ or suspicious-"):
        run("quarantine", path, *more)

    assert app.asked == []


@pytest.mark.parametrize("command", [("case", "show", ".."), ("workflows", "."), ("watch", "..")])
def test_a_name_that_would_lead_to_another_address_is_refused(app: type[App], command: tuple[str, ...]):
    with pytest.raises(AppError, match=r"no name can be \. or \.\."):
        run(*command)

    assert app.asked == []


def test_what_was_set_aside_is_shown(app: type[App], capsys: pytest.CaptureFixture[str]):
    record = QuarantineRow(path="store-events/x.json", reason="not valid JSON", size=3, body="[1]", is_cut=False)
    letter = DeadLetterRow(
        sequence_number=7,
        message_id=None,
        enqueued_time=NOON,
        reason="MaxDeliveryCountExceeded",
        description=None,
        delivery_count=10,
        size=3,
        body="{}",
        is_cut=False,
    )
    app.answers["/api/quarantine?kind=events&limit=20"] = [(200, as_json(Page((record,))))]
    app.answers["/api/dead-letters?limit=20"] = [(200, as_json(Page((letter,))))]

    assert "not valid JSON" in shown(capsys, "quarantine")
    assert "MaxDeliveryCountExceeded" in shown(capsys, "dead-letters")


def test_dead_letters_are_redriven_by_number_or_all_that_there_are(app: type[App], capsys: pytest.CaptureFixture[str]):
    outcome = Redriven(letters=2, started=3, started_before=(), quarantined=0, refused=(), left=0)
    letter = DeadLetterRow(
        sequence_number=9,
        message_id=None,
        enqueued_time=NOON,
        reason=None,
        description=None,
        delivery_count=1,
        size=1,
        body="x",
        is_cut=False,
    )
    app.answers["/api/dead-letters?limit=100"] = [(200, as_json(Page((letter,))))]
    app.answers["/api/dead-letters/redrive"] = [(200, as_json(outcome))]

    assert "2 handed over" in shown(capsys, "dead-letters", "--redrive", "7", "--redrive", "8", "--why", "mended")
    assert app.asked[-1][1] == {"why": "mended", "sequence_numbers": [7, 8]}
    assert "2 handed over" in shown(capsys, "dead-letters", "--redrive-all", "--why", "mended")
    assert app.asked[-1][1] == {"why": "mended", "up_to": 9}


def test_letters_that_are_refused_are_the_answer_no(app: type[App]):
    refused = (RefusedLetter(7, "Exception: see the log"),)
    outcome = Redriven(letters=0, started=0, started_before=(), quarantined=0, refused=refused, left=0)
    app.answers["/api/dead-letters/redrive"] = [(200, as_json(outcome))]

    assert run("dead-letters", "--redrive", "7", "--why", "x") == 1


def test_a_record_is_sent_again_with_the_body_of_a_file(
    app: type[App], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "event.json").write_text('{"id": "e"}')
    app.answers["/api/quarantine/resubmit"] = [(200, as_json(Resubmitted(event_id="e", partition="1")))]
    command = ("quarantine", "store-events/x.json", "--resubmit", str(tmp_path / "event.json"))

    assert "event e sent to partition 1" in shown(capsys, *command, "--why", "a number")
    assert app.asked[-1][1] == {"path": "store-events/x.json", "body": '{"id": "e"}', "why": "a number"}
    with pytest.raises(SystemExit):
        run(*command)


def test_outcomes_are_sent_as_they_are_in_their_file(
    app: type[App], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    (tmp_path / "outcomes.csv").write_text('"id,outcome,date"\n')
    app.answers["/api/outcomes"] = [(200, {"kept": 1_200})]

    assert "1,200 outcomes are kept" in shown(capsys, "outcomes", str(tmp_path / "outcomes.csv"))
    assert app.asked[-1] == ("/api/outcomes", "id,outcome,date")


ROW = {
    "id": "window-3-x",
    "name": "analyze_window",
    "status": "Failed",
    "created": "2026-01-02T10:00:00Z",
    "updated": "2026-01-02T10:00:09Z",
    "custom_status": None,
}
STEP = {
    "kind": "TaskFailed",
    "name": "judge\x1b_events",
    "at": "2026-01-02T10:00:08Z",
    "seconds": 3.25,
    "failed": True,
}


def test_the_latest_workflow_of_a_page_is_listed_first_whatever_its_name(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    latest = {**ROW, "id": "window-9-x", "created": "2026-01-02T11:00:00Z"}
    app.answers["/api/workflows?limit=20"] = [(200, {"items": [ROW, latest], "next": None})]

    listed = shown(capsys, "workflows")

    assert listed.index("window-9-x") < listed.index("window-3-x")


def test_a_workflow_that_failed_says_why_in_one_line(app: type[App], capsys: pytest.CaptureFixture[str]):
    output = (
        "Orchestrator function 'analyze_window' failed: Activity function 'store' failed: KeyError: 1 \n Stack\n at x"
    )
    app.answers["/api/workflows/window-3-x"] = [(200, {**ROW, "input": None, "output": output, "history": []})]

    assert run("workflows", "window-3-x") == 1
    text = capsys.readouterr().out

    assert "\n  failed: KeyError: 1 (in store)\n" in text
    assert "Stack" not in text


def test_workflows_are_listed_and_one_is_shown_with_its_history(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/workflows?status=Failed&limit=20"] = [(200, {"items": [ROW], "next": "more"})]
    app.answers["/api/workflows/window-3-x"] = [(200, {**ROW, "input": {"a": 1}, "output": "why", "history": [STEP]})]

    listed = shown(capsys, "workflows", "--status", "Failed")
    code = run("workflows", "window-3-x")
    text = capsys.readouterr().out

    assert "window-3-x" in listed
    assert "there are more: say --limit 100, or a filter" in listed
    assert code == 1, "it has failed"
    assert "! 2026-01-02 10:00:08  TaskFailed" in text
    assert "judge?_events" in text
    assert max(map(len, (listed + text).splitlines())) <= 80
