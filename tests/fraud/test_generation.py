import uuid
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from fraud.events import parse_event
from fraud.generation import BatchTotals, GeneratedEvent, generate_events, totals_of

TS = "2026-01-02T10:00:00+00:00"
MANY = list(generate_events("42", batch=0, count=20_000, bad_ratio=0.1, ts=TS))


def test_the_same_seed_gives_the_same_events_ids_included():
    again = list(generate_events("42", batch=0, count=20_000, bad_ratio=0.1, ts=TS))

    assert again == MANY


def test_another_seed_or_batch_gives_other_ids():
    ids = {event.id for event in MANY}

    for seed, batch in (("43", 0), ("42", 1)):
        other = {event.id for event in generate_events(seed, batch, count=1_000, bad_ratio=0.1, ts=TS)}
        assert not ids & other


def test_a_generated_event_stays_as_it_is_from_release_to_release():
    first = next(generate_events("42", batch=0, count=1, bad_ratio=0.1, ts=TS))

    assert first.id == "af21b3c5-94ce-4fca-81cd-cb546f8c61d9"
    assert (first.store_id, first.price, first.qty, first.discount) == (3, 80.32, 84, 52)


def test_ids_are_uuids_of_version_4():
    assert {uuid.UUID(event.id).version for event in MANY} == {4}


def test_every_field_stays_in_the_range_of_the_original_producer():
    for event in MANY:
        assert 100 <= event.cust_id <= 999
        assert 18_981 <= event.sku <= 189_281
        assert 0 <= event.price <= 100
        assert 1 <= event.qty <= 99
        assert 0 <= event.discount <= 75
        assert event.is_bad or 1 <= event.store_id <= 10  # type: ignore[operator]


def share(predicate: Callable[[GeneratedEvent], bool]) -> float:
    return sum(map(predicate, MANY)) / len(MANY)


def test_shares_are_those_of_the_original_producer():
    def close_to(expected: float) -> object:
        return pytest.approx(expected, abs=0.01)

    assert share(lambda event: event.event_type == "sale_event") == close_to(0.8)
    assert share(lambda event: event.is_bad) == close_to(0.1)
    assert share(lambda event: event.gift_wrap) == close_to(0.3)
    assert share(lambda event: event.priority_shipping) == close_to(0.3)
    assert share(lambda event: event.is_return) == close_to(0.2 * 0.5)


def test_only_inventory_is_returned():
    assert not any(event.is_return and event.event_type == "sale_event" for event in MANY)


def test_the_share_to_be_flagged_follows_from_the_generator():
    expected = 0.8 * 0.3 * 25 / 76

    assert abs(totals_of(MANY).expected_suspicious / len(MANY) - expected) < 0.01


def test_stores_and_categories_are_spread_evenly():
    stores = Counter(event.store_id for event in MANY if not event.is_bad)
    categories = Counter(event.category for event in MANY)

    assert set(stores) == set(range(1, 11))
    assert min(stores.values()) > 1_600
    assert len(categories) == 16


def test_a_bad_event_lacks_its_store_and_says_so():
    bad = next(event for event in MANY if event.is_bad)
    sent = msgspec.json.decode(msgspec.json.encode(bad))

    assert "store_id" not in sent
    assert sent["bad_msg"] is True


def test_a_good_event_does_not_mention_bad_msg():
    good = next(event for event in MANY if not event.is_bad)

    assert "bad_msg" not in msgspec.json.decode(msgspec.json.encode(good))


def test_what_is_generated_is_what_the_pipeline_reads():
    for event in MANY[:500]:
        read = parse_event(msgspec.json.encode(event))
        assert (read.id, read.discount, read.priority_shipping) == (event.id, event.discount, event.priority_shipping)


def test_totals_count_what_was_sent_and_what_must_be_flagged():
    def event(**changes: object) -> GeneratedEvent:
        return msgspec.structs.replace(MANY[0], **changes)

    totals = totals_of(
        [
            event(event_type="sale_event", price=2.5, qty=4, discount=51, priority_shipping=True),
            event(event_type="sale_event", price=1.0, qty=1, discount=50, priority_shipping=True, bad_msg=True),
            event(event_type="inventory_event", price=9.0, qty=9, discount=75, priority_shipping=True),
        ]
    )

    assert totals == BatchTotals(sent=3, bad=1, sales=2, inventory=1, sales_value=11.0, expected_suspicious=1)
    assert totals + totals == BatchTotals(sent=6, bad=2, sales=4, inventory=2, sales_value=22.0, expected_suspicious=2)
