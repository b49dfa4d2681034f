"""`detective rules try SET --from`, over an app that answers as the API does."""

from pathlib import Path

import msgspec
import pytest

from cli.app_client import AppError
from cli.commands import command_line
from fraud.reanalysis.asking import TrialRow
from fraud.reanalysis.messages import Reanalysis
from fraud.reanalysis.trial import TrialState, Tried, TriedExample
from tests.cli.answering_app import App
from tests.fraud.desk.cases import NOON

ORDER = Reanalysis(id="try-x", start=NOON, end=NOON, rules="seed@1", who="Ana", why="a trial")
EXAMPLE = TriedExample(
    id="e\x1b1", case_id="c", window_end=NOON, before="low 10", after="high 90", by=80, rules=("VALUE",)
)
TRIED = Tried(
    verdicts=1_234,
    moved={"low -> high": 7},
    bands_before={"low": 1_234},
    bands_after={"high": 7, "low": 1_227},
    rules_after={"VALUE": 7},
    examples=(EXAMPLE,),
    kept=1_200,
    rebuilt=30,
    without_facts=4,
    differing=2,
    rebuilt_differing=1,
    labels={"case fraud": 2, "case after high right": 1, "case after high wrong": 3, "event before high right": 1},
)


def answered(app: type[App], row: TrialRow) -> None:
    for path in ("/api/rule-trials", "/api/rule-trial"):
        app.answers[path] = [(200, msgspec.to_builtins(row))]


def run(*arguments: str) -> int:
    options = command_line().parse_args(["rules", "try", *arguments])
    return options.run(options)


def test_a_file_is_tried_and_its_changes_are_told_with_what_people_know(
    app: type[App], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "mine.toml"
    file.write_text("name = 'mine'")
    answered(app, TrialRow(status="Completed", result=TrialState(order=ORDER, phase="done", windows=3, tried=TRIED)))

    code = run(str(file), "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z", "--store", "7")

    text = capsys.readouterr().out
    order = {"store": "7", "why": "a trial", "from": "2026-01-02T10:00:00Z", "to": "2026-01-02T11:00:00Z"}
    assert app.asked[0] == ("/api/rule-trials", {**order, "text": "name = 'mine'"})
    assert code == 0
    assert [line.split() for line in text.splitlines()[2:5]] == [
        ["band", "before", "after"],
        ["high", "0", "7"],
        ["low", "1,234", "1,227"],
    ]
    for words in (
        "7 low -> high",
        "e?1 (2026-01-02T12:00Z): low 10 -> high 90, VALUE",
        "1,200 on the facts of that time, 30 on facts that were looked up anew",
        "4 could not be judged",
        "2 do not say what their own set says",
        "high, after                  25.0%     50.0%   1 of 2 fraud, 3 of 3 innocent",
        "high, before                     -         -   1 of 0 fraud, 0 of 0 innocent",
    ):
        assert words in text


def test_the_changes_of_another_trial_are_not_told_as_those_of_this_one(app: type[App]):
    theirs = TrialState(
        order=msgspec.structs.replace(ORDER, id="try-y", who="Bo"), phase="done", windows=3, tried=TRIED
    )
    answered(app, TrialRow(status="Completed", result=theirs))
    app.answers["/api/rule-trials"] = [
        (202, msgspec.to_builtins(TrialRow(status="Pending", progress=TrialState(order=ORDER).progress)))
    ]

    with pytest.raises(AppError, match=r"that Bo ordered in the same moment ran \(try-y\)"):
        run("seed", "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")


def test_a_set_that_names_no_fraud_is_shown_to_find_none_of_it(app: type[App], capsys: pytest.CaptureFixture[str]):
    tried = Tried(labels={"case fraud": 1, "case before high right": 1, "case before medium or high right": 1})
    answered(app, TrialRow(status="Completed", result=TrialState(order=ORDER, phase="done", windows=3, tried=tried)))

    run("seed", "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")

    lines = capsys.readouterr().out.splitlines()
    assert "  high, after                      -      0.0%   0 of 1 fraud, 0 of 0 innocent" in lines
    assert not any("events with an outcome" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_rules_that_hold_as_often_as_before_are_counted_and_not_listed(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    tried = Tried(verdicts=9, rules_before={"VALUE": 3, "NIGHT": 2}, rules_after={"VALUE": 3, "FLAGGED": 9})
    answered(app, TrialRow(status="Completed", result=TrialState(order=ORDER, phase="done", windows=3, tried=tried)))

    run("seed", "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")

    text = capsys.readouterr().out
    assert [line.split() for line in text.splitlines() if line.startswith(("FLAGGED", "NIGHT", "VALUE"))] == [
        ["FLAGGED", "0", "9"],
        ["NIGHT", "2", "0"],
    ]
    assert "1 rule in as many verdicts as before" in text


@pytest.mark.parametrize(("innocent", "told"), [(0, "-"), (4, "100.0%")])
def test_no_precision_is_told_where_everything_that_people_know_is_fraud(
    app: type[App], capsys: pytest.CaptureFixture[str], innocent: int, told: str
):
    tried = Tried(labels={"event fraud": 2, "event innocent": innocent, "event before high right": 2})
    answered(app, TrialRow(status="Completed", result=TrialState(order=ORDER, phase="done", windows=3, tried=tried)))

    run("seed", "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")

    text = capsys.readouterr().out
    (line,) = (line for line in text.splitlines() if "high, before" in line and "medium" not in line)
    assert line.split()[2:4] == [told, "100.0%"]
    assert ("none of the events with an outcome is innocent" in text) == (innocent == 0)


def test_one_that_failed_is_an_error_and_so_is_what_is_not_said(app: type[App]):
    answered(app, TrialRow(status="Failed", error="the service is away"))

    with pytest.raises(AppError, match="the trial failed: the service is away"):
        run("seed", "--window", "window-7-20260102T101000Z-ab")
    with pytest.raises(AppError, match="say a file of events, or which windows"):
        run("seed")
    with pytest.raises(AppError, match="neither a rule file nor a set"):
        run("none-such", "--window", "window-7-20260102T101000Z-ab")
