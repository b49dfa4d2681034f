"""The window that an event belongs to, and where it has to be reported and judged."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from reconciliation.ranges import milliseconds, window_number
from tests.reconciliation.comparing.single_event import AFTER, BEFORE, EDGE, FIRST, flagged, seen_in, world_of
from tests.reconciliation.outputs import suspicious_row, verdict
from tests.reconciliation.test_planted_faults import named
from tests.reconciliation.world import RANGE, START, event


@pytest.mark.parametrize("window", [BEFORE, AFTER])
def test_an_event_of_the_second_in_which_a_window_ends_is_right_in_either(window: int):
    sale = flagged(EDGE, exact=False)
    report = seen_in(world_of(sale), sale, window)

    assert report.balanced
    assert named(report) == {"ambiguous": {sale.id}}
    assert (report.accounts.expected, report.accounts.matched) == (1, 1)
    assert [row.expected for row in report.windows][window - FIRST] == 1


def test_it_is_twice_if_it_is_in_both_and_missing_if_in_neither():
    sale = flagged(EDGE, exact=False)

    assert named(seen_in(world_of(sale), sale, BEFORE, AFTER))["duplicates"] == {sale.id}
    assert named(seen_in(world_of(sale), sale))["missing_from_suspicious"] == {sale.id}
    assert named(seen_in(world_of(sale), sale, AFTER + 1))["wrong_window"] == {sale.id}


@pytest.mark.parametrize("moment", [START, RANGE.end])
def test_on_the_edge_of_the_range_it_is_right_in_either_window(moment: datetime):
    sale = flagged(milliseconds(moment), exact=False)
    before = window_number(milliseconds(moment))

    assert seen_in(world_of(sale), sale, before).balanced
    assert seen_in(world_of(sale), sale, before + 1).balanced


def test_of_two_ranges_that_meet_in_its_second_the_latter_says_that_it_is_missing():
    sale = flagged(milliseconds(START), exact=False)
    later = seen_in(world_of(sale), sale)
    last = flagged(milliseconds(RANGE.end), exact=False)
    earlier = seen_in(world_of(last), last)

    assert named(later).items() >= {"missing_from_suspicious": {sale.id}, "missing_from_fraud": {sale.id}}.items()
    assert (later.accounts.expected, later.accounts.matched) == (1, 0)
    assert later.windows[0].missing_from_fraud == 1
    assert earlier.balanced
    assert (earlier.accounts.expected, earlier.accounts.matched) == (0, 0)


@pytest.mark.parametrize("moment", [START, RANGE.end])
def test_the_range_of_the_window_in_which_it_was_reported_says_that_nobody_judged_it(moment: datetime):
    sale = flagged(milliseconds(moment), exact=False)
    world = world_of(sale)
    first = window_number(milliseconds(moment))
    told: list[bool] = []
    for window in (first, first + 1):
        world.suspicious, world.verdicts = [suspicious_row(window, sale.store, [sale.id])], []
        told.append("missing_from_fraud" in named(world.reconcile()))

    assert told == ([False, True] if moment == START else [True, False])


def test_a_verdict_that_is_doubled_counts_for_its_own_store():
    first, second = flagged(EDGE - 2_000), replace(event(Random(1), EDGE - 1_000, flagged=True, store=8), partition=1)
    world = world_of(first, second)
    world.verdicts += [verdict(BEFORE, second.store, second.id, body=second.body)]

    report = world.reconcile()

    (repeated,) = next(each for each in report.differences if each.name == "duplicates").examples
    assert repeated.store == "8"
    assert {row.store: row.duplicates for row in report.stores if row.duplicates} == {"8": 1}


@pytest.mark.parametrize(("moment", "window"), [(EDGE, BEFORE), (EDGE + 1, AFTER), (EDGE - 1, BEFORE)])
def test_an_exact_time_leaves_nothing_open(moment: int, window: int):
    sale = flagged(moment)

    assert named(seen_in(world_of(sale), sale, window)) == {}
    assert named(seen_in(world_of(sale), sale, BEFORE + AFTER - window)) == {"wrong_window": {sale.id}}


def test_an_event_that_is_resent_belongs_to_each_window_in_which_it_arrived():
    sale = flagged(EDGE)
    again = replace(sale, enqueued=EDGE + 1)
    world = world_of(sale, again)

    assert seen_in(world, sale, BEFORE, AFTER).balanced
    lacking = seen_in(world, sale, BEFORE)
    assert named(lacking) == {"missing_from_suspicious": {sale.id}, "missing_from_fraud": {sale.id}}
    assert [row.missing_from_fraud for row in lacking.windows][AFTER - FIRST] == 1
    assert (lacking.accounts.resent, lacking.accounts.expected, lacking.accounts.matched) == (1, 1, 0)


@pytest.mark.parametrize("times", [1, 2])
def test_an_event_that_is_resent_within_a_window_may_be_named_as_often(times: int):
    sale = flagged(EDGE - 1_000)
    world = world_of(sale, replace(sale, enqueued=EDGE))

    assert seen_in(world, sale, *[BEFORE] * times).balanced
    tripled = seen_in(world, sale, *[BEFORE] * 3)
    assert named(tripled) == {"duplicates": {sale.id}}
    assert tripled.differences[0].examples[0].seen == (START + timedelta(minutes=30),) * 3


def test_of_two_arrivals_the_one_whose_window_is_sure_is_seen_first():
    unsure = flagged(EDGE, exact=False)
    sure = replace(unsure, enqueued=EDGE - 1_000, exact=True, partition=1)

    assert named(seen_in(world_of(unsure, sure), unsure, BEFORE, AFTER)).keys() == {"ambiguous"}


def test_an_event_that_is_resent_within_a_window_is_moved_once():
    sale = flagged(EDGE - 1_000)
    world = world_of(sale, replace(sale, enqueued=EDGE))

    assert named(seen_in(world, sale, AFTER + 1)) == {"wrong_window": {sale.id}}


def test_an_event_of_the_range_that_was_reported_beside_it_is_in_the_wrong_window():
    sale = flagged(milliseconds(RANGE.end))

    report = seen_in(world_of(sale), sale, RANGE.last_window + 1)

    assert named(report) == {"wrong_window": {sale.id}}
    difference = report.differences[0].examples[0]
    assert (difference.expected, difference.where) == ((RANGE.end,), ("fraud-events", "suspicious-events"))
    assert difference.seen == (RANGE.end + timedelta(minutes=5),)


def test_an_event_beside_the_range_that_was_reported_in_it_is_in_the_wrong_window():
    sale = flagged(milliseconds(RANGE.end) + 1)

    assert named(seen_in(world_of(sale), sale, RANGE.last_window)) == {"wrong_window": {sale.id}}


def test_what_is_twice_beside_the_range_is_no_concern_of_it():
    sale = flagged(EDGE)
    world = world_of(sale, replace(sale, enqueued=milliseconds(RANGE.end) + 1))

    assert seen_in(world, sale, BEFORE, *[RANGE.last_window + 1] * 2).balanced


def test_what_belongs_beside_the_range_is_no_concern_of_it():
    sale = flagged(milliseconds(RANGE.end) + 1)

    report = seen_in(world_of(sale), sale)

    assert report.balanced
    assert report.accounts.expected == 0
