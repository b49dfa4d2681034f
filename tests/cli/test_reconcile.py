"""Repeats of a reconciliation near now: for how long, and what is said meanwhile."""

from typing import Any

import pytest

from cli import reconciliations
from cli.reconciliations import until_complete


class Runs:
    """Runs that come to one verdict after the other."""

    def __init__(self, *verdicts: str) -> None:
        self.left = list(verdicts)
        self.done = 0

    def __call__(self) -> dict[str, Any]:
        self.done += 1
        return {"verdict": self.left.pop(0), "sentence": f"complete until {self.done // 2}"}


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that passes only while the command sleeps."""
    pauses: list[float] = []
    monkeypatch.setattr(reconciliations.time, "sleep", pauses.append)
    monkeypatch.setattr(reconciliations.time, "monotonic", lambda: sum(pauses))
    return pauses


def test_a_run_that_is_complete_is_not_repeated(slept: list[float]):
    runs = Runs("differences")

    assert until_complete(runs, 900, print)["verdict"] == "differences"
    assert slept == []


def test_without_patience_an_incomplete_range_is_told_at_once(slept: list[float]):
    assert until_complete(Runs("incomplete"), 0, print)["verdict"] == "incomplete"
    assert slept == []


def test_a_run_is_repeated_until_the_archive_covers_the_range(slept: list[float]):
    runs, said = Runs("incomplete", "incomplete", "incomplete", "balanced"), list[str]()

    assert until_complete(runs, 900, said.append)["verdict"] == "balanced"
    assert (runs.done, len(slept)) == (4, 3)
    assert said == ["complete until 0", "complete until 1"]


def test_patience_ends(slept: list[float]):
    runs = Runs(*["incomplete"] * 100)

    assert until_complete(runs, 12, lambda _: None)["verdict"] == "incomplete"
    assert sum(slept) == 12
