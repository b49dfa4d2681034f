"""Deliberate faults in the product, one at a time: the hostile producer finds each of them."""

import os
import secrets
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec
import pytest

from activities import find_contents, judge_contents
from fraud.archive import ArchiveDocument
from orchestrations import analyze_window
from reconciliation.comparing import findings, outcomes
from reconciliation.reporting import report
from tests.trust import day
from tests.trust.harness import Harness, harness_in_memory
from tests.trust.planted import FAULTS
from tests.trust.test_trust import live_a_day

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(3_600)]


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with harness_in_memory() as made:
        yield made


Break = Callable[[pytest.MonkeyPatch], None]


def _first_content_wins(patch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        return True

    patch.setattr(ArchiveDocument, "holds_what", broken)


def _only_the_first_content_is_judged(patch: pytest.MonkeyPatch) -> None:
    kept = judge_contents.verdicts_on

    def broken(*given: Any, **named: Any) -> Any:
        return kept(*given, **named)[:1]

    patch.setattr(judge_contents, "verdicts_on", broken)


def _an_event_of_a_delivery_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    kept = day.archive_events

    def broken(received: Any) -> Any:
        return kept(received[1:])

    patch.setattr(day, "archive_events", broken)


def _an_id_of_a_window_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    kept = day.save_window

    async def broken(window: Any) -> Any:
        # Under its own name: with fewer ids it might have that of another window, whose work it would clear.
        task = await kept(window)
        return msgspec.structs.replace(task, count=max(1, task.count - 1))

    patch.setattr(day, "save_window", broken)


def _late_events_are_not_looked_up_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(analyze_window, "LOOKUPS", 1)


def _nothing_is_high(patch: pytest.MonkeyPatch) -> None:
    kept = judge_contents.verdicts_on

    def broken(*given: Any, **named: Any) -> Any:
        return [msgspec.structs.replace(verdict, band="low") for verdict in kept(*given, **named)]

    patch.setattr(judge_contents, "verdicts_on", broken)


def _a_store_is_not_told_from_another(patch: pytest.MonkeyPatch) -> None:
    kept = find_contents.archived_contents

    def broken(documents: Any, _store: Any) -> Any:
        return kept(documents, 1)

    patch.setattr(find_contents, "archived_contents", broken)


def _verdicts_are_not_judged_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outcomes, "differing_verdicts", _nothing)


def _gaps_are_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(report, "find_gaps", _nothing)


def _documents_are_not_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(findings, "_documents", _nothing)


def _nothing(*_: object) -> list[Any]:
    return []


BREAKS: tuple[Break, ...] = (
    _first_content_wins,
    _only_the_first_content_is_judged,
    _an_event_of_a_delivery_is_forgotten,
    _an_id_of_a_window_is_forgotten,
    _late_events_are_not_looked_up_again,
    _nothing_is_high,
    _a_store_is_not_told_from_another,
    _verdicts_are_not_judged_again,
    _gaps_are_not_looked_for,
    _documents_are_not_compared,
)


DAYS = 30
"""Days that a fault may take to be found: one has 25 sequences, and most are found in it; one took more than ten."""
REUSING = ("fraud", "twin fraud", "twin fraud", "twin harmless", "long id")
"""Kinds of a producer who knows that contents under one id are what a fault may mix up."""


@pytest.mark.parametrize("break_it", BREAKS, ids=lambda each: each.__name__.strip("_"))
def test_a_deliberate_fault_is_found(break_it: Break, harness: Harness):
    seed = os.environ.get("TRUST_SEED") or str(secrets.randbelow(10**6))
    with pytest.MonkeyPatch.context() as patch:
        break_it(patch)
        complaint = _complaint_of(harness, seed)
    assert any(words in complaint for words in ("passed", "not in the report", "in order and the report")), (
        f"seed {seed}: {complaint}"
    )


def _complaint_of(harness: Harness, seed: str) -> str:
    random = Random(seed)
    try:
        for _ in range(DAYS):
            live_a_day(harness, random, tuple(sorted(FAULTS)), REUSING)
    except AssertionError as error:
        return str(error)
    return "nobody complained"
