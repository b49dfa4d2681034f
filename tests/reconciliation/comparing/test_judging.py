"""What the sightings of one id mean, case by case."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from reconciliation.ranges import milliseconds
from reconciliation.reporting.report import Report
from tests.reconciliation.test_planted_faults import named
from tests.reconciliation.world import PARTITIONS, RANGE, START, Event, World, event, suspicious_row, verdict

FIRST = RANGE.first_window
EDGE = milliseconds(START + timedelta(minutes=30))
"""A window ends here."""
BEFORE, AFTER = FIRST + 5, FIRST + 6
"""The window that ends at the edge, and the next."""


def flagged(moment: int, *, exact: bool = True) -> Event:
    return replace(event(Random(1), moment, flagged=True), exact=exact)


def neighbours() -> list[Event]:
    """Events that keep every partition's blobs from being empty."""
    return [event(Random(n), START + timedelta(minutes=n), partition=n % 2) for n in range(-5, 66, 5)]


def world_of(*events: Event) -> World:
    return World.of([*events, *neighbours()])


def seen_in(world: World, one: Event, *windows: int) -> Report:
    """The report if the job and the analysis saw the event in these windows."""
    world.suspicious = [suspicious_row(window, one.store, [one.id]) for window in windows]
    world.verdicts = [verdict(window, one.store, one.id) for window in windows]
    return world.reconcile()


@pytest.mark.parametrize("window", [BEFORE, AFTER])
def test_an_event_of_the_second_in_which_a_window_ends_is_right_in_either(window: int):
    one = flagged(EDGE, exact=False)
    report = seen_in(world_of(one), one, window)

    assert report.balanced
    assert named(report) == {"ambiguous": {one.id}}
    assert (report.accounts.expected, report.accounts.matched) == (1, 1)
    assert [row.expected for row in report.windows][window - FIRST] == 1


def test_it_is_twice_if_it_is_in_both_and_missing_if_in_neither():
    one = flagged(EDGE, exact=False)

    assert named(seen_in(world_of(one), one, BEFORE, AFTER))["duplicates"] == {one.id}
    assert named(seen_in(world_of(one), one))["missing_from_suspicious"] == {one.id}
    assert named(seen_in(world_of(one), one, AFTER + 1))["wrong_window"] == {one.id}


@pytest.mark.parametrize(("moment", "window"), [(START, FIRST), (RANGE.end, RANGE.last_window + 1)])
def test_on_the_edge_of_the_range_it_is_neither_missing_nor_unexpected(moment: datetime, window: int):
    one = flagged(milliseconds(moment), exact=False)

    assert seen_in(world_of(one), one).balanced
    assert seen_in(world_of(one), one, window).balanced


@pytest.mark.parametrize(("moment", "window"), [(EDGE, BEFORE), (EDGE + 1, AFTER), (EDGE - 1, BEFORE)])
def test_an_exact_time_leaves_nothing_open(moment: int, window: int):
    one = flagged(moment)

    assert named(seen_in(world_of(one), one, window)) == {}
    assert named(seen_in(world_of(one), one, BEFORE + AFTER - window)) == {"wrong_window": {one.id}}


def test_an_event_that_is_resent_belongs_to_each_window_in_which_it_arrived():
    one = flagged(EDGE)
    again = replace(one, enqueued=EDGE + 1)
    world = world_of(one, again)

    assert seen_in(world, one, BEFORE, AFTER).balanced
    lacking = seen_in(world, one, BEFORE)
    assert named(lacking) == {"missing_from_suspicious": {one.id}, "missing_from_fraud": {one.id}}
    assert [row.missing_from_fraud for row in lacking.windows][AFTER - FIRST] == 1
    assert (lacking.accounts.resent, lacking.accounts.expected, lacking.accounts.matched) == (1, 1, 0)


@pytest.mark.parametrize("times", [1, 2])
def test_an_event_that_is_resent_within_a_window_may_be_named_as_often(times: int):
    one = flagged(EDGE - 1_000)
    world = world_of(one, replace(one, enqueued=EDGE))

    assert seen_in(world, one, *[BEFORE] * times).balanced
    tripled = seen_in(world, one, *[BEFORE] * 3)
    assert named(tripled) == {"duplicates": {one.id}}
    assert tripled.differences[0].examples[0].seen == (START + timedelta(minutes=30),) * 3


def test_of_two_arrivals_the_one_whose_window_is_sure_is_seen_first():
    unsure = flagged(EDGE, exact=False)
    sure = replace(unsure, enqueued=EDGE - 1_000, exact=True, partition=1)

    assert named(seen_in(world_of(unsure, sure), unsure, BEFORE, AFTER)).keys() == {"ambiguous"}


def test_an_event_that_is_resent_within_a_window_is_moved_once():
    one = flagged(EDGE - 1_000)
    world = world_of(one, replace(one, enqueued=EDGE))

    assert named(seen_in(world, one, AFTER + 1)) == {"wrong_window": {one.id}}


def test_a_verdict_without_its_event_beside_the_range_is_no_concern_of_it():
    one = flagged(milliseconds(RANGE.end))
    world = world_of(one, replace(one, enqueued=milliseconds(RANGE.end) + 1))
    world.verdicts = [
        verdict(RANGE.last_window, one.store, one.id),
        verdict(RANGE.last_window + 1, one.store, one.id, "unresolved"),
    ]

    assert named(world.reconcile()) == {}


@pytest.mark.parametrize("window", [BEFORE, AFTER])
def test_events_in_an_array_of_which_only_the_second_is_known_are_right_in_either_window(window: int):
    one = flagged(EDGE, exact=False)
    carrier = replace(one, id="", body=b"[" + one.body + b"]", flagged=False, store=None)

    report = seen_in(world_of(carrier), one, window)

    assert report.balanced, report.sentence
    assert named(report) == {"ambiguous": {one.id}}


def test_an_event_of_the_range_that_was_reported_beside_it_is_in_the_wrong_window():
    one = flagged(milliseconds(RANGE.end))

    report = seen_in(world_of(one), one, RANGE.last_window + 1)

    assert named(report) == {"wrong_window": {one.id}}
    found = report.differences[0].examples[0]
    assert (found.expected, found.where) == ((RANGE.end,), ("fraud-events", "suspicious-events"))
    assert found.seen == (RANGE.end + timedelta(minutes=5),)


def test_an_event_beside_the_range_that_was_reported_in_it_is_in_the_wrong_window():
    one = flagged(milliseconds(RANGE.end) + 1)

    assert named(seen_in(world_of(one), one, RANGE.last_window)) == {"wrong_window": {one.id}}


def test_what_is_twice_beside_the_range_is_no_concern_of_it():
    one = flagged(EDGE)
    world = world_of(one, replace(one, enqueued=milliseconds(RANGE.end) + 1))

    assert seen_in(world, one, BEFORE, *[RANGE.last_window + 1] * 2).balanced


def test_an_event_that_was_archived_when_it_came_first_is_not_absent_when_it_is_resent():
    one = flagged(milliseconds(START) - 1_000)
    world = world_of(one, replace(one, enqueued=milliseconds(START) + 1_000))
    world.documents = [document for document in world.documents if document[0] != one.id or document[2] < FIRST]

    report = seen_in(world, one, FIRST - 1, FIRST)

    assert report.balanced, report.sentence


def test_an_event_in_the_wrong_window_of_another_store_is_named_once():
    one = flagged(EDGE)
    world = world_of(one)
    world.suspicious = [suspicious_row(AFTER, 99, [one.id])]
    world.verdicts = [verdict(AFTER, 99, one.id)]

    assert named(world.reconcile()) == {"wrong_window": {one.id}}


def test_an_event_under_another_store_names_that_store_and_every_place():
    one = flagged(EDGE)
    world = world_of(one)
    world.suspicious = [suspicious_row(BEFORE, 99, [one.id])]
    world.verdicts = [verdict(BEFORE, None, one.id)]

    found = world.reconcile().differences

    assert [(c.name, c.examples[0].store, c.examples[0].seen_stores) for c in found] == [
        ("wrong_store", "7", ("none", "99"))
    ]
    assert found[0].examples[0].where == ("fraud-events", "suspicious-events")


def test_a_difference_says_where_its_event_arrived_wherever_it_was_seen():
    one, harmless = flagged(EDGE), event(Random(2), EDGE)
    world = world_of(one, harmless)
    world.suspicious += [suspicious_row(AFTER, 7, [one.id, harmless.id])]

    examples = {found.name: found.examples[0] for found in world.reconcile().differences}

    after = START + timedelta(minutes=35)
    for name in ("duplicates", "unexpected_not_to_be_flagged"):
        assert (examples[name].window_end, examples[name].arrived) == (after, START + timedelta(minutes=30))


def test_what_belongs_beside_the_range_is_no_concern_of_it():
    one = flagged(milliseconds(RANGE.end) + 1)

    report = seen_in(world_of(one), one)

    assert report.balanced
    assert report.accounts.expected == 0


def test_events_in_an_array_are_quarantined_once_and_expected_each():
    first, second = flagged(EDGE), replace(flagged(EDGE), id="second")
    bodies = [json.loads(first.body), json.loads(first.body) | {"id": "second"}]
    carrier = replace(first, id="", body=json.dumps(bodies).encode(), flagged=False, store=None)
    world = world_of(carrier)
    world.suspicious = [suspicious_row(BEFORE, 7, [first.id, second.id])]
    world.verdicts = [verdict(BEFORE, 7, one.id, "unresolved") for one in (first, second)]

    report = world.reconcile()

    assert report.balanced, report.sentence
    assert (report.accounts.malformed, report.accounts.quarantined, report.accounts.expected) == (1, 1, 2)
    assert named(report) == {"unresolved": {first.id, second.id}}
    assert "2 were judged without their event" in report.sentence
    assert report.accounts.matched == 2


def test_a_flagged_event_without_a_usable_id_is_counted_and_breaks_the_balance():
    carrier = replace(flagged(EDGE), id="", flagged=False, store=None)
    carrier.body = json.dumps(json.loads(carrier.body) | {"id": 7}).encode()

    report = world_of(carrier).reconcile()

    assert (report.verdict, report.accounts.nameless) == ("differences", 1)
    assert "without a usable id" in report.sentence


def test_rows_that_are_none_are_named_with_their_line():
    world = world_of()
    row = suspicious_row(BEFORE, 1, ["a"])
    world.outcome_lines["suspicious"] = [
        b"{",
        json.dumps(row | {"WindowEnd": row["WindowStart"]}).encode(),
        json.dumps(suspicious_row(BEFORE, 1, []) | {"ids": [7, None]}).encode(),
    ]
    world.outcome_lines["verdicts"] = [json.dumps(verdict(BEFORE, 1, "a") | {"window_end": "2026-01-02"}).encode()]

    report = world.reconcile()

    assert [(one.path, one.offset) for one in report.unreadable] == [
        ("fraud-events/verdicts", 1),
        ("suspicious-events/suspicious", 1),
        ("suspicious-events/suspicious", 2),
        ("suspicious-events/suspicious", 3),
    ]
    assert report.verdict == "differences"


def test_what_balances_and_is_not_all_does_not_balance():
    world = world_of(flagged(EDGE))
    until = f"{PARTITIONS[1]}/{START:%Y/%m/%d}/10/40"
    world.blobs = {
        path: data for path, data in world.blobs.items() if not path.startswith(PARTITIONS[1]) or path < until
    }

    report = world.reconcile()

    assert (report.verdict, report.balanced, report.accounts.matched) == ("incomplete", False, 1)
    assert report.complete_until == START + timedelta(minutes=35)
    assert [row.window_end for row in report.windows][-1] == report.compared_until < RANGE.end
    world.suspicious = []
    assert world.reconcile().verdict == "differences"


def test_an_event_beside_the_range_whose_document_was_altered_is_no_concern_of_it():
    one = flagged(milliseconds(RANGE.end) + 1)
    world = world_of(one)
    world.altered.add(one.id)

    assert world.reconcile().balanced


def test_an_archive_that_begins_within_the_range_may_lack_what_came_before():
    world = World.of([flagged(EDGE - 60_000), *neighbours()])
    first = f"ns/store-events/0/{START:%Y/%m/%d}/10/30"
    world.blobs = {path: data for path, data in world.blobs.items() if path >= first}

    report = world.reconcile()

    assert [(gap.partition, gap.first) for gap in report.gaps][:1] == [("ns/store-events/0", None)]
    assert report.verdict == "differences"


def test_without_cosmos_nothing_is_absent_from_it():
    one = flagged(EDGE)
    world = world_of(one)
    world.documents = []

    assert world.reconcile(with_documents=False).balanced
    assert one.id in named(world.reconcile())["absent_from_cosmos"]
