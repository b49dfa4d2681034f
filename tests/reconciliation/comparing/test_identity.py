"""An event is its content: each content under an id is expected, archived, judged and named by itself."""

import json
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciliation.reporting.report import Report
from tests.reconciliation.comparing.single_event import EDGE, flagged, neighbours
from tests.reconciliation.faults import build
from tests.reconciliation.planted import in_range
from tests.reconciliation.world import Event, World

FRAUD = flagged(EDGE - 1_000)
WINDOW = 300_000


def twin(event: Event, *, later: int = 1_000, store: int | None = 7, **changes: Any) -> Event:
    """Another content under the id of an event."""
    content: dict[str, Any] = json.loads(event.body) | {"store_id": store} | changes
    is_flagged = content["priority_shipping"] and content["discount"] > 50
    return replace(
        event, enqueued=event.enqueued + later, body=json.dumps(content).encode(), flagged=is_flagged, store=store
    )


def harmless(event: Event, **changes: Any) -> Event:
    return twin(event, priority_shipping=False, **changes)


def classes(report: Report) -> dict[str, int]:
    return {of_class.name: of_class.count for of_class in report.differences}


def reconciled(*events: Event) -> dict[str, int]:
    return classes(World.of([*events, *neighbours()]).reconcile())


def test_two_contents_under_one_id_are_a_difference_wherever_they_arrive():
    for other in (
        twin(FRAUD, discount=70),
        harmless(FRAUD),
        harmless(FRAUD, later=-1_000),
        twin(FRAUD, discount=70, later=3 * WINDOW),
        twin(FRAUD, store=8),
        twin(FRAUD, store=None, later=2 * WINDOW),
    ):
        assert reconciled(FRAUD, other) == {"id_reused": 1}


def test_the_same_bytes_sent_again_are_none():
    assert reconciled(FRAUD, replace(FRAUD, enqueued=FRAUD.enqueued + 10)) == {}
    assert reconciled(FRAUD, replace(FRAUD, enqueued=FRAUD.enqueued + WINDOW)) == {}


def test_a_verdict_on_one_content_does_not_stand_for_the_other():
    world = World.of([FRAUD, twin(FRAUD, discount=70), *neighbours()])
    world.verdicts = [line for line in world.verdicts if line["event"]["discount"] == 60]

    assert classes(world.reconcile()) == {"id_reused": 1, "missing_from_fraud": 1}


def test_a_verdict_in_one_store_does_not_stand_for_the_other():
    world = World.of([FRAUD, twin(FRAUD, store=8), *neighbours()])
    world.suspicious = [row for row in world.suspicious if row["store_id"] == 7]
    world.verdicts = [line for line in world.verdicts if line["store_id"] == 7]

    assert classes(world.reconcile()) == {"id_reused": 1, "missing_from_suspicious": 1, "missing_from_fraud": 1}


def test_the_harmless_content_judged_in_place_of_the_fraud_is_named():
    first = harmless(FRAUD, later=-1_000)
    world = World.of([first, FRAUD, *neighbours()])
    on_first = World.of([replace(first, flagged=True), *neighbours()])
    world.verdicts = on_first.verdicts

    assert classes(world.reconcile()) == {"id_reused": 1, "verdict_differs": 1}


def test_a_verdict_that_does_not_count_the_other_content_against_its_event_is_named():
    world = World.of([FRAUD, twin(FRAUD, discount=70), *neighbours()])
    alone = World.of([FRAUD, *neighbours()])
    world.verdicts = [line for line in world.verdicts if line["event"]["discount"] != 60] + alone.verdicts

    (difference,) = [of_class for of_class in world.reconcile().differences if of_class.name == "verdict_differs"]
    assert [example.fields for example in difference.examples] == [("reasons",)]


def test_a_document_of_one_content_does_not_stand_for_the_other():
    other = twin(FRAUD, discount=70)
    world = World.of([FRAUD, other, *neighbours()])
    world.documents = [document for document in world.documents if document.body != other.body]

    assert classes(world.reconcile()) == {"id_reused": 1, "absent_from_cosmos": 1}


def test_without_cosmos_a_fraud_is_told_from_what_is_harmless():
    world = World.of([harmless(FRAUD, later=-1_000), FRAUD, *neighbours()])

    assert classes(world.reconcile(with_documents=False)) == {"id_reused": 1}


def test_a_content_that_could_not_have_been_captured_elsewhere_is_named():
    world = World.of([FRAUD, *neighbours()])
    stray = World.of([FRAUD, twin(FRAUD, discount=70)])
    world.verdicts = [line for line in stray.verdicts if line["event"]["discount"] == 70]

    assert classes(world.reconcile()) == {"verdict_differs": 1}


@given(st.integers(0, 2**32), st.data(), st.booleans())
@settings(max_examples=30)
def test_whatever_is_taken_away_of_a_reused_id_is_named(seed: int, data: st.DataObject, several_stores: bool):
    random = Random(seed)
    events = build(random, 25, "null").events
    frauds = [e for e in events if e.flagged and in_range(e) and sum(copy.id == e.id for copy in events) == 1]
    assume(frauds)
    fraud = random.choice(frauds)
    other = twin(fraud, store=9 if several_stores else fraud.store, discount=70, later=random.randrange(3) * WINDOW)
    world = World.of([*events, other])
    assume(in_range(other) and world.reconcile().verdict == "differences")
    content = data.draw(st.sampled_from((fraud, other)))
    place = data.draw(st.sampled_from(("verdict", "document")))
    if place == "verdict":
        event = json.loads(content.body)
        event = {name: value for name, value in event.items() if value is not None}
        world.verdicts = [line for line in world.verdicts if line["event"] != event]
    else:
        world.documents = [document for document in world.documents if document.body != content.body]

    report = world.reconcile()

    missing = {"verdict": "missing_from_fraud", "document": "absent_from_cosmos"}[place]
    assert classes(report) == {"id_reused": 1, missing: 1}
    assert {example.event_id for of_class in report.differences for example in of_class.examples} == {fraud.id}
