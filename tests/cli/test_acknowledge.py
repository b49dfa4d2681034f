"""`detective acknowledge` and what `reconcile` says of what was acknowledged; with an app of a few answers."""

import json
from random import Random
from typing import Any

import msgspec
import pytest

from reconciliation.reporting.acknowledgements import key_of
from reconciliation.reporting.report import Report, outcome_of
from tests.cli.answering_app import App, Output, detective
from tests.reconciliation.comparing.single_event import EDGE, flagged, world_of
from tests.reconciliation.world import event


def a_report() -> Report:
    world = world_of(flagged(EDGE), event(Random(2), EDGE, flagged=True))
    world.verdicts = []
    return world.reconcile()


REPORT = a_report()
RUN = REPORT.id
KEYS = [key_of(difference) for difference in REPORT.differences[0].examples]
PATH = f"/api/reconciliations/{RUN}/acknowledgements"
GIVEN = {"run": RUN, "class": "missing_from_fraud", "who": "ana", "when": "2026-01-03T00:00:00Z", "why": "a drill"}


def answers(app: type[App], *acknowledged: str, **changed: Any) -> None:
    content: Any = msgspec.to_builtins(REPORT) | changed
    given = [GIVEN | {"key": key} for key in acknowledged]
    left = 2 - len(given)
    ended = {"status": "Completed", "output": msgspec.to_builtins(outcome_of(REPORT)) | changed}
    app.answers = {
        f"/api/reports/{RUN}/report.json": [(200, content)],
        PATH: [(200, {"acknowledgements": given, "acknowledged": given, "faults": 2, "open": left})],
        "/api/reconciliations": [(202, {"id": RUN})],
        f"/api/reconciliations/{RUN}": [(200, ended)],
    }


def test_without_a_key_the_keys_are_shown(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    answers(app, KEYS[0])

    assert detective(monkeypatch, "acknowledge", RUN, "--class", "missing_from_fraud") == 0

    shown = capsys.readouterr().out
    assert all(key in shown for key in KEYS)
    assert "ana, 2026-01-03 00:00: a drill" in shown
    assert all(path != PATH or body is None for path, body in app.asked)


@pytest.mark.parametrize("chosen", [["--difference", KEYS[0], "--difference", KEYS[1]], ["--all"]])
def test_differences_are_acknowledged_by_their_keys_or_all(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output, chosen: list[str]
):
    answers(app, *KEYS)
    told = ("--as", "ana", "--why", "a drill")

    assert detective(monkeypatch, "acknowledge", RUN, "--class", "missing_from_fraud", *chosen, *told) == 0

    (order,) = [body for path, body in app.asked if path == PATH and body]
    assert order == {"class": "missing_from_fraud", "keys": KEYS, "who": "ana", "why": "a drill"}
    assert "nothing is open any more" in capsys.readouterr().out


def test_a_reason_is_needed(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    answers(app)

    assert detective(monkeypatch, "acknowledge", RUN, "--class", "missing_from_fraud", "--all", "--as", "ana") == 2
    assert "--why is needed" in capsys.readouterr().err


@pytest.mark.parametrize(("told", "who"), [(("--as", "bea"), "bea"), (("--who", "bea"), "bea"), ((), "ana")])
def test_whoever_does_not_say_a_name_acts_in_that_of_this_machine(
    app: type[App], monkeypatch: pytest.MonkeyPatch, told: tuple[str, ...], who: str
):
    answers(app, *KEYS)
    monkeypatch.setenv("LOGNAME", "ana")  # what getpass asks first

    detective(monkeypatch, "acknowledge", RUN, "--class", "missing_from_fraud", "--all", "--why", "a drill", *told)

    (order,) = [body for path, body in app.asked if path == PATH and body]
    assert order["who"] == who
    assert app.actors[-1] == who, "the journal of deeds names who acts, not whose machine it is"


def test_a_class_that_the_report_does_not_have_is_said(app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output):
    answers(app)
    told = ("--all", "--as", "ana", "--why", "a drill")

    assert detective(monkeypatch, "acknowledge", RUN, "--class", "archive_gaps", *told) == 2
    assert "the report has no archive_gaps" in capsys.readouterr().err
    assert detective(monkeypatch, "acknowledge", RUN, "--class", "everything") == 2


@pytest.mark.parametrize(("acknowledged", "code"), [([], 1), (KEYS[:1], 1), (KEYS, 0)])
def test_a_range_whose_differences_are_all_acknowledged_is_not_at_fault(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output, acknowledged: list[str], code: int
):
    answers(app, *acknowledged)

    span = ("--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z")

    assert detective(monkeypatch, "reconcile", *span) == code

    shown = capsys.readouterr().out
    assert ("✘" in shown) == bool(code), "the mark says what the exit code does"
    are = "is" if len(acknowledged) == 1 else "are"
    assert (f"{len(acknowledged)} of 2 differences {are} acknowledged" in shown) == bool(acknowledged)
    assert all(f"{key}  ana" in shown for key in acknowledged)
    assert detective(monkeypatch, "reconcile", *span, "--json") == code
    assert json.loads(capsys.readouterr().out)["id"] == RUN


def test_a_range_of_which_a_part_waits_to_be_compared_is_at_fault_though_its_differences_are_acknowledged(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: Output
):
    answers(app, *KEYS, compared_until="2026-01-02T10:55:00Z")

    assert detective(monkeypatch, "reconcile", "--from", "2026-01-02T10:00:00Z", "--to", "2026-01-02T11:00:00Z") == 1
    assert "… Not in balance" in capsys.readouterr().out
