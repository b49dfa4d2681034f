"""The builder of the night writes the bytes that adding one event after the other gives, whatever the events are."""

import json
import tracemalloc
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.profiles import building
from fraud.profiles.building import DayBuilder, bounds
from fraud.profiles.day import contents, customers, remembered, rows, skus
from fraud.profiles.keeping import Others
from fraud.profiles.profiles import Profiles
from fraud.profiles.skus import LEAST_PRICE
from fraud.rules.rates import Rates
from fraud.rules.shipped import shipped
from fraud.sweep import Sweep
from tests.fraud.profiles.day_by_day import Arrivals, MemorySpill, Pieces, by_night, milliseconds, one_by_one

FIRST = date(2026, 3, 2)
MIDNIGHT = milliseconds(bounds(FIRST)[0])
DAY = 86_400_000

ODD: list[Any] = [
    *[None, True, False, 0, 1, -1, -2, 1.0, 7, 7.0, "7", "", [], {}, {"a": [1]}, 3.5, 50, 51, 0.1 + 0.2, -0.0, 0.0],
    *[1e9, 1e9 + 1, 1e22, 1e300, 10**30, 10**320, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 5e-324, 2.0**53],
    *["x" * 199, "x" * 200, "x" * 201, "ü\U0001f600", "a.b.c", ".", "10.0.0.1", "\u0000", "sale_event"],
]


def event(draws: Random, number: int) -> dict[str, Any]:
    """A sale as a rule; of few and of many customers, stores, skus, payments, so that every bound is met."""
    drawn = draws.randrange
    return {
        "id": f"e{number if draws.random() < 0.9 else drawn(number + 1)}",
        "event_type": draws.choice(["sale_event"] * 4 + ["inventory_event"]),
        "store_id": drawn(draws.choice([3, 40])),
        "store_fqdn": f"s{drawn(4)}",
        "store_ip": f"10.0.{drawn(3)}.{drawn(40)}",
        "cust_id": drawn(draws.choice([2, 30])),
        "sku": drawn(draws.choice([5, 200])),
        "category": f"g{drawn(draws.choice([3, 40]))}",
        "price": round(draws.uniform(0, 95), 2),
        "qty": drawn(4),
        "discount": drawn(80),
        "priority_shipping": draws.random() < 0.3,
        "is_return": draws.random() < 0.1,
        "payment_method": f"p{drawn(draws.choice([3, 40]))}",
        "extra": drawn(3),
    }


def body(draws: Random, number: int) -> bytes:
    """An event with fields that are odd, missing, or in another order; now and then something else."""
    fields = event(draws, number)
    for name in [*fields]:
        chance = draws.random()
        if chance < 0.01:
            del fields[name]
        elif chance < 0.03:
            fields[name] = draws.choice(ODD)
    if draws.random() < 0.1:
        fields = dict(draws.sample([*fields.items()], len(fields)))
    text = json.dumps(fields, ensure_ascii=draws.random() < 0.5)
    return draws.choice([text[:-3], f"[{text}]", '"e"', ""]).encode() if draws.random() < 0.01 else text.encode()


def day_of(draws: Random, number: int, events: int, span: int = DAY) -> Arrivals:
    """Arrivals of a day, or of so many of its milliseconds; some of them resent."""
    start = MIDNIGHT + number * DAY
    times = sorted(start + draws.randint(0, span) for _ in range(events))
    bodies: list[bytes] = []
    for place in range(events):
        is_resent = bodies and draws.random() < 0.07
        bodies.append(draws.choice(bodies[-50:]) if is_resent else body(draws, place))
    return [*zip(times, bodies, strict=True)]


def built(days: list[Arrivals], slice_length: int = 10_000) -> list[Pieces]:
    """The pieces up to each day by the builder of the night, which is given slices of that length."""
    pieces: list[Pieces] = [[]]
    for number, arrivals in enumerate(days):
        chunks = [arrivals[start : start + slice_length] for start in range(0, len(arrivals), slice_length)]
        pieces.append(by_night(pieces[-1], FIRST + timedelta(days=number), chunks))
    return pieces[1:]


def expected(days: list[Arrivals], most: int = 1_000_000) -> list[Pieces]:
    profiles = Profiles()
    every = enumerate(days)
    return [one_by_one(profiles, FIRST + timedelta(days=n), arrivals, remembered=most) for n, arrivals in every]


@pytest.mark.parametrize("seed", range(12))
def test_days_of_odd_events_have_the_bytes_that_one_event_after_the_other_gives(seed: int):
    draws = Random(seed)
    days = [day_of(draws, number, draws.choice([1, 50, 600])) for number in range(3)]

    assert built(days) == expected(days)


@pytest.mark.parametrize("seed", range(6))
def test_events_of_one_moment_count_in_an_order_that_no_slice_of_them_decides(seed: int):
    draws = Random(seed)
    days = [day_of(draws, number, 300, span=30) for number in range(2)]

    assert built(days, slice_length=7) == built(days) == expected(days)


@pytest.mark.parametrize("length", [199, 254, 300])
def test_events_of_one_moment_whose_ids_begin_alike_have_the_bytes_that_one_after_the_other_gives(length: int):
    draws = Random(length)
    sales = [event(draws, number) | {"id": "p" * length + str(9 - number % 10)} for number in range(30)]
    days: list[Arrivals] = [[(MIDNIGHT + 1, json.dumps(sale).encode()) for sale in sales]]

    assert built(days) == expected(days)


@pytest.mark.parametrize("seed", range(6))
def test_however_little_is_in_memory_at_once_the_bytes_are_the_same(seed: int, monkeypatch: pytest.MonkeyPatch):
    draws = Random(seed)
    days = [day_of(draws, number, 400) for number in range(3)]
    whole = built(days)

    for module in (building, customers, skus):
        monkeypatch.setattr(module, "AT_ONCE", 20)
    monkeypatch.setattr(rows, "FEW", 2)
    monkeypatch.setattr(contents, "BYTES_AT_ONCE", 1_000)
    monkeypatch.setattr(remembered, "_SLOTS", 8)

    assert built(days) == whole


@pytest.mark.parametrize("seed", range(3))
def test_however_few_bytes_are_in_memory_at_once_the_profiles_are_the_same(seed: int, monkeypatch: pytest.MonkeyPatch):
    draws = Random(seed)
    days = [day_of(draws, number, 400) for number in range(3)]
    whole = built(days)

    monkeypatch.setattr(building, "BYTES_AT_ONCE", 5_000)

    assert built(days, slice_length=7) == built(days, slice_length=50) == whole


def test_of_large_events_some_are_in_memory_at_once_and_a_sweep_remembers_what_is_judged(
    monkeypatch: pytest.MonkeyPatch,
):
    def large(number: int) -> bytes:
        draws = Random(number)
        return json.dumps(event(draws, number) | {"id": f"e{number}", "note": "x" * 1_000_000}).encode()

    monkeypatch.setattr(building, "BYTES_AT_ONCE", 4 * 1024 * 1024)
    sweep = Sweep(shipped()["context"], Rates(), FIRST, cases=50, expected=1_000)
    builder = DayBuilder(Others(), FIRST, MemorySpill(), sweep.look)
    tracemalloc.start()
    for number in range(60):
        builder.add([(MIDNIGHT + 1 + number, large(number))])
    builder.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert builder.events == 60
    assert peak < 30 * 1024 * 1024


@pytest.mark.parametrize("most", [1, 3, 40])
def test_a_resend_counts_again_once_its_content_is_forgotten(most: int, monkeypatch: pytest.MonkeyPatch):
    draws = Random(most)
    days = [day_of(draws, 0, 500)]
    monkeypatch.setattr(building, "Remembered", lambda: remembered.Remembered(most))

    assert built(days) == expected(days, most)
    assert built(days) != expected(days)


def test_a_day_without_events_leaves_the_bytes_as_they_are():
    draws = Random(5)
    whole_day, empty_day = day_of(draws, 0, 80), day_of(draws, 1, 0)

    first, second = built([whole_day, empty_day])

    assert second == first


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
names = [*event(Random(0), 0)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(names), json_values, max_size=9), min_size=1, max_size=12))
def test_fields_of_any_json_have_the_bytes_that_one_event_after_the_other_gives(changes: list[dict[str, Any]]):
    draws = Random(1)
    bodies = [json.dumps(event(draws, number) | change).encode() for number, change in enumerate(changes)]
    arrivals = [(MIDNIGHT + 1 + number // 2, body) for number, body in enumerate(bodies)]

    assert built([arrivals]) == expected([arrivals])


def nested(levels: int) -> bytes:
    """An event whose objects and arrays lie so many levels deep."""
    return json.dumps(event(Random(0), 0)).encode()[:-1] + b', "deep": ' + b"[" * levels + b"]" * levels + b"}"


def test_an_event_that_is_nested_too_deeply_is_left_out_and_stops_no_night():
    arrivals = [(MIDNIGHT + 1, nested(levels)) for levels in (127, 128, 600, 5_000)]

    (pieces,) = built([arrivals])

    assert [pieces] == built([arrivals[:1]])


def test_prices_as_far_apart_as_can_be_count_once_and_stop_no_night_nor_does_one_below_all():
    prices = [1e9, LEAST_PRICE, 5e-324]
    bodies = [json.dumps(event(Random(0), 0) | {"price": price}).encode() for price in prices]
    arrivals = [(MIDNIGHT + 1 + number, body) for number, body in enumerate(bodies)]
    profiles = Profiles()

    assert built([arrivals]) == [one_by_one(profiles, FIRST, arrivals)]
    assert (profiles.prices.count, profiles.prices.total) == (1, 1.0)
