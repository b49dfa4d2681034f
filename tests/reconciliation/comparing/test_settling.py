"""Verdicts that name contents of long before are in order if a second look finds these, and tell that the id was used
again."""

import json
from datetime import datetime

import msgspec
import pytest

from fraud.judging import Content, verdicts_on
from fraud.windows import Window
from reconciliation.reporting.report import Report
from tests.reconciliation.comparing.single_event import EDGE, flagged, world_of
from tests.reconciliation.comparing.test_identity import classes
from tests.reconciliation.world import World

SALE = flagged(EDGE)
CONTENT = json.loads(SALE.body)
EARLIER = Content(CONTENT | {"store_id": "7", "discount": 70}, "quarantine", None)
"""It is not near the range: its store is a text, so that the archive has put it into quarantine."""


def judged_with(*earlier: Content) -> World:
    """A sale, the window of which has found these contents under its id as well."""
    world = world_of(SALE)
    (own,) = world.verdicts
    window = Window(datetime.fromisoformat(own["window_start"]), datetime.fromisoformat(own["window_end"]))
    contents = [Content(CONTENT, "archive", None, "r"), *earlier]
    world.verdicts = [msgspec.to_builtins(line) for line in verdicts_on(SALE.id, contents, SALE.store, window)]
    return world


def numbers(report: Report) -> tuple[int, int]:
    return report.accounts.expected, report.accounts.matched


@pytest.mark.parametrize("bits", [0, 3])
def test_an_id_whose_doubts_are_all_settled_is_matched_and_was_used_again(bits: int):
    world = judged_with(EARLIER)
    world.found_elsewhere = {SALE.id}

    report = world.reconcile(bits)

    assert len(world.verdicts) == 2
    assert (classes(report), numbers(report)) == ({"id_reused": 1}, (1, 1))
    (example,) = report.differences[0].examples
    assert (example.event_id, example.store, example.sequence_number) == (SALE.id, "7", SALE.sequence)


def test_an_id_with_a_doubt_that_stands_is_neither():
    report = judged_with(EARLIER).reconcile()

    assert (classes(report), numbers(report)) == ({"verdict_differs": 2}, (1, 0))


def test_an_id_with_another_fault_is_not_matched_and_was_used_again_all_the_same():
    world = judged_with(EARLIER)
    world.found_elsewhere, world.suspicious = {SALE.id}, []

    report = world.reconcile()

    assert (classes(report), numbers(report)) == ({"missing_from_suspicious": 1, "id_reused": 1}, (1, 0))


def test_a_verdict_that_names_more_contents_than_are_asked_for_without_cosmos_is_matched():
    world = judged_with(EARLIER)
    world.verdicts = [line for line in world.verdicts if line["source"] != "quarantine"]

    report = world.reconcile(with_documents=False)

    assert (classes(report), numbers(report)) == ({}, (1, 1))
