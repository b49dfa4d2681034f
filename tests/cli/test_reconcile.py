"""Repeats of a reconciliation near now, and the answer for a script."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from cli import reconciliations
from cli.app_client import AppError, read_as
from cli.reconcile import for_script
from cli.reconciliations import Phase, RunStatus, until_complete
from reconciliation.messages import Outcome
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import NotRepairable
from reconciliation.reporting.report import outcome_of
from tests.reconciliation.faults import build

OUTCOME = outcome_of(build(Random(3), 60, "null").reconcile())
REPAIR = RepairOutcome(
    id="repair-x",
    run="reconcile-x",
    dry_run=True,
    events=3,
    corrected_windows=1,
    judged_windows=0,
    left=0,
    not_repairable=[NotRepairable("unexpected", 1, "It is evidence.")],
    parts={"backfill": 1, "correct": 1, "judge": 0},
    steps="repair-x/steps.ndjson",
)


class Runs:
    """Runs that come to one verdict after the other."""

    def __init__(self, *verdicts: str) -> None:
        self.left = list(verdicts)
        self.done = 0

    def __call__(self) -> Outcome:
        self.done += 1
        verdict, sentence = self.left.pop(0), f"complete until {self.done // 2}"
        return msgspec.structs.replace(OUTCOME, verdict=verdict, sentence=sentence)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that passes only while the command sleeps."""
    pauses: list[float] = []
    monkeypatch.setattr(reconciliations.time, "sleep", pauses.append)
    monkeypatch.setattr(reconciliations.time, "monotonic", lambda: sum(pauses))
    return pauses


def test_a_run_that_is_complete_is_not_repeated(slept: list[float]):
    runs = Runs("differences")

    assert until_complete(runs, 900, print).verdict == "differences"
    assert slept == []


def test_a_run_that_tells_differences_of_a_part_of_its_range_is_repeated(slept: list[float]):
    part = msgspec.structs.replace(
        OUTCOME, verdict="differences", compared_until=OUTCOME.compared_until - timedelta(minutes=5)
    )
    outcomes = [part, part, msgspec.structs.replace(OUTCOME, verdict="differences")]

    assert until_complete(lambda: outcomes.pop(0), 900, lambda _: None).is_complete
    assert (outcomes, len(slept)) == ([], 2)


def test_without_patience_an_incomplete_range_is_told_at_once(slept: list[float]):
    assert until_complete(Runs("incomplete"), 0, print).verdict == "incomplete"
    assert slept == []


def test_a_run_is_repeated_until_the_archive_covers_the_range(slept: list[float]):
    runs, said = Runs("incomplete", "incomplete", "incomplete", "balanced"), list[str]()

    assert until_complete(runs, 900, said.append).verdict == "balanced"
    assert (runs.done, len(slept)) == (4, 3)
    assert said == ["complete until 0", "complete until 1"]


def test_reconciling_again_ends_with_the_patience(slept: list[float]):
    runs = Runs(*["incomplete"] * 100)

    assert until_complete(runs, 12, lambda _: None).verdict == "incomplete"
    assert sum(slept) == 12


@pytest.mark.parametrize("read", [None, datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC)])
def test_a_script_gets_what_the_app_says_byte_for_byte_beside_the_addresses_of_the_reports(read: datetime | None):
    outcome = msgspec.structs.replace(OUTCOME, read=read)
    answered, repaired = (msgspec.json.decode(msgspec.json.encode(each)) for each in (outcome, REPAIR))

    printed = for_script(read_as(Outcome, answered, "x"), read_as(RepairOutcome, repaired, "x"), "http://app")

    reports = {name: f"http://app/api/reports/{outcome.id}/report.{name}" for name in outcome.reports}
    assert json.dumps(msgspec.to_builtins(printed)) == json.dumps({**answered, "reports": reports, "repair": repaired})


def test_a_run_that_is_not_started_yet_has_a_phase_too():
    pending = read_as(RunStatus, {"id": "x", "status": "Pending", "progress": None, "output": None}, "x")

    assert (pending.progress or Phase()).phase == "starting"


def test_an_answer_of_another_version_is_refused_with_what_it_lacks():
    with pytest.raises(AppError, match=r"the report of x is not told as this version knows it: .*`id`"):
        read_as(Outcome, {}, "the report of x")
