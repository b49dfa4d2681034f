"""Several contents under one id, of odd stores: what windows judge of them is not called wrong."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.judging import Content, archived_contents, flagged_contents, quarantined_contents, verdicts_on
from fraud.suspicion import is_suspicious, store_of
from fraud.windows import Window
from reconciliation.ranges import window_end
from reconciliation.reading.bodies import job_events
from tests.reconciliation.comparing.single_event import BEFORE, EDGE, flagged, world_of
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.test_planted_faults import named
from tests.reconciliation.world import World

SALE = flagged(EDGE)
FIELDS: dict[str, Any] = json.loads(SALE.body)
NO_STORES: tuple[Any, ...] = ("x", "", "9", "7", 7.5, 7.0, True, False, [], {}, [7], {"a": 7}, 2**60, 10**25, -(10**25))
WINDOW = Window(window_end(BEFORE - 1), window_end(BEFORE))

odd_stores = st.sampled_from(NO_STORES)


def odd(store: object, discount: int = 61) -> bytes:
    """A sale under the same id in an odd store."""
    return json.dumps(FIELDS | {"store_id": store, "discount": discount}).encode()


def judged(*bodies: bytes) -> World:
    """A sale of store 7, these bodies in quarantine, and all that the windows of their stores make of the id."""
    carriers = [
        replace(SALE, id="", body=body, flagged=False, store=None, enqueued=EDGE - number)
        for number, body in enumerate(bodies, 1)
    ]
    world = world_of(SALE, *carriers)
    stores = {7, *(store for body in bodies for store in stores_of_job(body))}
    world.suspicious = [suspicious_row(BEFORE, store, [SALE.id]) for store in stores]
    world.verdicts = [line for store in stores for line in verdicts(world, store)]
    return world


def stores_of_job(body: bytes) -> list[int | None]:
    """The stores in whose windows the stream job names a flagged event of a body."""
    events = job_events(body)[1]
    flagged = [event for event in events if is_suspicious(event.event_type, event.discount, event.priority_shipping)]
    return [store_of(event.store_id) for event in flagged]


def verdicts(world: World, store: int | None) -> list[dict[str, Any]]:
    records = [world.record(partition, sequence) for partition, sequence in world.quarantine]
    quarantined = [content for record in records for content in flagged_contents(record)]
    contents: Sequence[Content] = [
        *(archived_contents([FIELDS], store) if store == 7 else ()),
        *quarantined_contents(SALE.id, quarantined, store),
    ]
    return [msgspec.to_builtins(line) for line in verdicts_on(SALE.id, contents, store, WINDOW)]


@pytest.mark.parametrize("store", NO_STORES, ids=json.dumps)
def test_a_window_may_judge_a_content_whose_store_is_no_number_beside_its_own(store: object):
    report = judged(odd(store)).reconcile()

    assert named(report) == {"id_reused": {SALE.id}}


@given(st.lists(st.lists(odd_stores, min_size=1, max_size=3), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_place_of_stores_no_verdict_is_called_wrong(bodies: list[list[Any]]):
    """Each body is an array of sales, or one sale, with contents of their own."""
    sent = [
        b"[" + b",".join(odd(store, 61 + 3 * number + place) for place, store in enumerate(stores)) + b"]"
        if len(stores) > 1
        else odd(stores[0], 61 + 3 * number)
        for number, stores in enumerate(bodies)
    ]

    assert named(judged(*sent).reconcile()) == {"id_reused": {SALE.id}}


def test_a_content_that_the_job_lost_with_its_body_is_judged_under_the_id_and_is_right():
    body = json.dumps(FIELDS | {"discount": 61}).encode() + b"\n{"

    world = judged(body)

    assert (stores_of_job(body), len(world.verdicts)) == ([], 2)
    assert named(world.reconcile()) == {}


def test_a_verdict_that_is_kept_twice_on_such_a_content_is_named():
    world = judged(odd("x"))
    (line,) = [line for line in world.verdicts if (line["store_id"], line["event"]["store_id"]) == (7, "x")]
    world.verdicts.append(line)

    assert named(world.reconcile()) == {"id_reused": {SALE.id}, "duplicates": {SALE.id}}


@pytest.mark.parametrize("changes", [{"store_id": 8}, {"discount": 99}], ids=json.dumps)
def test_a_verdict_on_a_content_of_another_store_or_on_none_that_was_captured_is_still_named(changes: dict[str, Any]):
    """The content lies in quarantine because its body is an array, but its store is sure."""
    world = judged(json.dumps([FIELDS | {"store_id": 8, "discount": 61}]).encode())
    forged = FIELDS | {"store_id": 8, "discount": 61} | changes
    contents = [Content(FIELDS, "archive", None), Content(forged, "quarantine", None)]
    lines = [msgspec.to_builtins(line) for line in verdicts_on(SALE.id, contents, 7, WINDOW)]
    world.verdicts = [line for line in world.verdicts if line["store_id"] != 7] + lines

    report = world.reconcile()

    assert named(report)["verdict_differs"] == {SALE.id}
