"""A world is the same for the same seed, as large as it must be, and made of events that the pipeline takes."""

import time
from collections import Counter
from datetime import datetime, timedelta

import msgspec
import pytest

from fraud.events import parse_document, parse_event
from fraud.suspicion import is_suspicious
from fraud.windows import window_of
from tests.worlds.conftest import SMALL
from worlds import Label, LabelledWorld, WorldPlan, make_world
from worlds.scenarios import EVASIVE, FRAUDS, HELD_OUT, LOOKALIKES


class Line(msgspec.Struct):
    enqueued_time: datetime
    body: msgspec.Raw


def lines(world: LabelledWorld) -> list[Line]:
    return msgspec.json.Decoder(Line).decode_lines(b"".join(world.event_lines()))


def test_the_same_seed_gives_the_same_world_and_the_same_labels(small_world: LabelledWorld):
    again = make_world(SMALL)

    assert b"".join(again.event_lines()) == b"".join(small_world.event_lines())
    assert b"".join(again.label_lines()) == b"".join(small_world.label_lines())


def test_another_seed_gives_another_world(small_world: LabelledWorld):
    other = make_world(msgspec.structs.replace(SMALL, seed=8))

    assert not {event.id for _, event in other.events()} & {event.id for _, event in small_world.events()}


def test_a_world_stays_as_it_is_from_release_to_release(small_world: LabelledWorld):
    first = small_world.arrivals[0].event

    assert (first.id, first.store_id, first.price) == ("0eba4f13-b5fc-4b2f-8745-7a79fba7318f", 3, 109.49)


def test_every_body_is_a_store_event_with_every_field_of_the_producer(small_world: LabelledWorld):
    for line in lines(small_world):
        event, content = parse_event(bytes(line.body)), parse_document(bytes(line.body))
        assert set(content) | {"store_id", "bad_msg"} == set(event.__struct_fields__)
        assert event.bad_msg == (event.store_id is None)
        assert event.price > 0
        assert 1 <= event.qty <= 99
        assert 0 <= event.discount <= 75
        assert not (event.is_return and event.event_type == "sale_event")


def test_events_arrive_in_order_after_they_were_sent_and_within_the_days(small_world: LabelledWorld):
    moments = [line.enqueued_time for line in lines(small_world)]
    sent = [datetime.fromisoformat(event.ts) for _, event in small_world.events()]

    assert moments == sorted(moments)
    assert moments[0] > small_world.start
    assert sent[-1] < small_world.start + timedelta(days=SMALL.days)
    originals = Counter(event.id for _, event in small_world.events())
    delays = [
        moment - at
        for moment, at, (_, event) in zip(moments, sent, small_world.events(), strict=True)
        if originals[event.id] == 1
    ]
    assert min(delays) > timedelta()
    assert max(delays) < timedelta(seconds=2)


def test_windows_are_filled_all_day(small_world: LabelledWorld):
    windows = Counter(window_of(enqueued) for enqueued, _ in small_world.events())

    assert len(windows) > 0.95 * SMALL.days * 24 * 12
    assert max(windows.values()) < 200


def test_labels_follow_the_events_by_id_and_place(small_world: LabelledWorld):
    labels = msgspec.json.Decoder(Label).decode_lines(b"".join(small_world.label_lines()))

    assert [(label.place, label.id) for label in labels] == [
        (place, event.id) for place, (_, event) in enumerate(small_world.events())
    ]


def test_an_id_arrives_again_only_as_a_retry_or_as_a_fraud(small_world: LabelledWorld):
    bodies: dict[str, bytes] = {}
    for (_, event), label in zip(small_world.events(), small_world.labels(), strict=True):
        body = msgspec.json.encode(event)
        if event.id in bodies and body != bodies[event.id]:
            assert label.scenario == "id_reuse"
        bodies.setdefault(event.id, body)


def test_a_world_for_tuning_lacks_what_is_held_out(small_world: LabelledWorld):
    tuning = {label.scenario for label in make_world(msgspec.structs.replace(SMALL, cast="tuning")).labels()}

    assert not tuning & HELD_OUT
    assert tuning > EVASIVE
    assert {label.scenario for label in small_world.labels()} & HELD_OUT


def test_there_are_enough_scenarios():
    assert len(FRAUDS) >= 10
    assert len(LOOKALIKES) >= 6
    assert FRAUDS.keys() | set(LOOKALIKES) >= HELD_OUT | EVASIVE


@pytest.mark.slow
def test_a_whole_world_is_made_in_less_than_20_seconds_of_a_core():
    before = time.process_time()
    world = make_world(WorldPlan(seed=8))
    written = sum(map(len, world.event_lines())) + sum(map(len, world.label_lines()))

    assert len(world.arrivals) >= 100_000
    assert written > 50_000_000
    assert time.process_time() - before < 20


@pytest.mark.slow
def test_a_whole_world_has_its_sizes_and_its_share_of_fraud(whole_world: LabelledWorld):
    sales = [(at, event) for at, event in whole_world.events() if event.event_type == "sale_event"]
    by_day = Counter((at - whole_world.start).days for at, _ in sales)
    labels = list(whole_world.labels())
    flagged = [
        label
        for label, (_, event) in zip(labels, whole_world.events(), strict=True)
        if is_suspicious(event.event_type, event.discount, event.priority_shipping)
    ]
    scenarios = Counter(label.scenario for label in flagged)

    assert len({event.cust_id for _, event in sales}) >= 10_000
    assert sorted(by_day) == [0, 1, 2, 3, 4]
    assert min(by_day.values()) >= 20_000
    assert 0.10 <= sum(label.fraud for label in flagged) / len(flagged) <= 0.13
    assert 0.05 <= len(flagged) / len(sales) <= 0.11
    assert min(scenarios[name] for name in FRAUDS) >= 15
    assert min(scenarios[name] for name in LOOKALIKES) >= 5
