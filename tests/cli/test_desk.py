"""Alerts, what was set aside, outcomes and workflows on the command line, over an app that answers as the API does."""

from pathlib import Path

import msgspec
import pytest

from cli.app_client import AppError
from fraud.desk.paging import Page
from fraud.desk.rows import AlertRow, DeadLetterRow, QuarantineRow
from fraud.desk.set_aside import Redriven, RefusedLetter, Resubmitted
from tests.cli.answering_app import App, as_json, run, shown
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.desk.cases import NOON

NAME = "window-3-20260102T101000Z-0123456789abcdef0123456789abcdef"


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
    app.answers["/api/quarantine?kind=events&limit=20&partition=3"] = [(200, as_json(Page(())))]
    app.answers["/api/dead-letters?limit=20"] = [(200, as_json(Page((letter,))))]

    assert "not valid JSON" in shown(capsys, "quarantine")
    assert "nothing of partition 3 is in quarantine" in shown(capsys, "quarantine", "--partition", "3")
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


def test_a_number_that_no_letter_has_is_said_to_be_none(app: type[App], capsys: pytest.CaptureFixture[str]):
    outcome = Redriven(letters=0, started=0, started_before=(), quarantined=0, refused=(), left=0)
    app.answers["/api/dead-letters/redrive"] = [(200, as_json(outcome))]

    assert run("dead-letters", "--redrive", "7", "--why", "x") == 1
    assert "no dead letter has such a number" in capsys.readouterr().out


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
    app.answers["/api/outcomes"] = [
        (200, {"kept": 1_200}),
        (200, {"kept": 1_200, "unseen": 7}),
        (200, {"kept": 1, "unseen": 1}),
    ]

    assert "1,200 outcomes are kept" in (all_seen := shown(capsys, "outcomes", str(tmp_path / "outcomes.csv")))
    assert app.asked[-1] == ("/api/outcomes", "id,outcome,date")
    assert "count nowhere" not in all_seen
    assert "7 of them count nowhere" in shown(capsys, "outcomes", str(tmp_path / "outcomes.csv"))
    last = shown(capsys, "outcomes", str(tmp_path / "outcomes.csv"))
    assert ("1 outcome is kept" in last, "1 of them counts nowhere" in last) == (True, True)


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
    told = {"custom_status": {"phase": "judging", "long": "x" * 99}, "input": {"a": 1}, "output": "why"}
    app.answers["/api/workflows/window-3-x"] = [(200, {**ROW, **told, "history": [STEP]})]

    listed = shown(capsys, "workflows", "--status", "Failed")
    code = run("workflows", "window-3-x")
    text = capsys.readouterr().out

    assert "window-3-x" in listed
    assert "there are more: say --limit 100, or a filter" in listed
    assert code == 1, "it has failed"
    assert "! 2026-01-02 10:00:08  TaskFailed" in text
    assert "judge?_events" in text
    assert 'custom status: {"phase": "judging", "long": "xxx' in text
    assert "x…" in text, "it is said that there is more"
    assert max(map(len, (listed + text).splitlines())) <= 80
