"""The classes that an id is in, case by case."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from reconciliation.ranges import milliseconds
from tests.reconciliation.comparing.single_event import AFTER, BEFORE, EDGE, FIRST, flagged, seen_in, world_of
from tests.reconciliation.outputs import suspicious_row, verdict, verdict_without_event
from tests.reconciliation.test_planted_faults import named
from tests.reconciliation.world import RANGE, START, event


def test_a_verdict_without_its_event_beside_the_range_is_no_concern_of_it():
    sale = flagged(milliseconds(RANGE.end))
    world = world_of(sale, replace(sale, enqueued=milliseconds(RANGE.end) + 1))
    world.verdicts = [
        verdict(RANGE.last_window, sale.store, sale.id, body=sale.body),
        verdict_without_event(RANGE.last_window + 1, sale.store, sale.id),
    ]

    assert named(world.reconcile()) == {}


def test_an_event_that_was_archived_when_it_came_first_is_not_absent_when_it_is_resent():
    sale = flagged(milliseconds(START) - 1_000)
    world = world_of(sale, replace(sale, enqueued=milliseconds(START) + 1_000))
    world.documents = [document for document in world.documents if document[0] != sale.id or document[2] < FIRST]

    report = seen_in(world, sale, FIRST - 1, FIRST)

    assert report.balanced, report.sentence


def test_an_event_in_the_wrong_window_of_another_store_is_named_once():
    sale = flagged(EDGE)
    world = world_of(sale)
    world.suspicious = [suspicious_row(AFTER, 99, [sale.id])]
    world.verdicts = [verdict(AFTER, 99, sale.id, body=sale.body)]

    assert named(world.reconcile()) == {"wrong_window": {sale.id}}


def test_an_event_under_another_store_names_that_store_and_every_place():
    sale = flagged(EDGE)
    world = world_of(sale)
    world.suspicious = [suspicious_row(BEFORE, 99, [sale.id])]
    world.verdicts = [verdict(BEFORE, None, sale.id, body=sale.body)]

    classes = world.reconcile().differences

    assert [(c.name, c.examples[0].store, c.examples[0].seen_stores) for c in classes] == [
        ("wrong_store", "7", ("none", "99"))
    ]
    assert classes[0].examples[0].where == ("fraud-events", "suspicious-events")


def test_a_difference_says_where_its_event_arrived_wherever_it_was_seen():
    sale, harmless = flagged(EDGE), event(Random(2), EDGE)
    world = world_of(sale, harmless)
    world.suspicious += [suspicious_row(AFTER, 7, [sale.id, harmless.id])]

    examples = {of_class.name: of_class.examples[0] for of_class in world.reconcile().differences}

    after = START + timedelta(minutes=35)
    for name in ("duplicates", "unexpected_not_to_be_flagged"):
        assert (examples[name].window_end, examples[name].arrived) == (after, START + timedelta(minutes=30))


def test_an_event_beside_the_range_whose_document_was_altered_is_no_concern_of_it():
    sale = flagged(milliseconds(RANGE.end) + 1)
    world = world_of(sale)
    world.altered.add(sale.id)

    assert world.reconcile().balanced


def test_without_cosmos_nothing_is_absent_from_it():
    sale = flagged(EDGE)
    world = world_of(sale)
    world.documents = []

    assert world.reconcile(with_documents=False).balanced
    assert sale.id in named(world.reconcile())["absent_from_cosmos"]
