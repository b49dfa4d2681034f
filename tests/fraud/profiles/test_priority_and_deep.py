"""A customer's sales that ask for priority, and those with more than 50 % off, count whether flagged or not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fraud.context.sighting import sighting
from fraud.profiles.building import bounds
from fraud.profiles.customers import CustomerProfile
from fraud.profiles.keeping import kept, read, read_others
from fraud.profiles.population import Population
from fraud.profiles.profiles import Profiles
from tests.fraud.builders import event_body
from tests.fraud.profiles.day_by_day import Arrivals, Pieces, by_night, milliseconds, one_by_one

FIRST = date(2026, 3, 2)
NEXT = FIRST + timedelta(days=1)
PLAIN: dict[str, Any] = {"discount": 0, "priority_shipping": False}
NEW_OF_CUSTOMERS = {"priority", "deep", "told"}
NEW_OF_EVERYBODY = {"priority", "told"}


def profile_of(*sales: dict[str, Any]) -> CustomerProfile:
    profile = CustomerProfile(first_day=FIRST.toordinal())
    for changes in sales:
        event = msgspec.json.decode(event_body("a")) | PLAIN | changes
        profile.add(sighting(event, datetime(2026, 3, 2, 12, tzinfo=UTC)), FIRST.toordinal())
    return profile


def day_of(day: date, *sales: tuple[int, dict[str, Any]]) -> Arrivals:
    """Sales of customers, minute by minute."""
    start = milliseconds(bounds(day)[0])
    return [
        (start + 60_000 * number, event_body(f"{day}-{number}", cust_id=customer, **PLAIN | changes))
        for number, (customer, changes) in enumerate(sales, 1)
    ]


FIRST_SALES: list[tuple[int, dict[str, Any]]] = [
    (1, {"priority_shipping": True}),
    (1, {"discount": 60}),
    (2, {"discount": 60}),
]
NEXT_SALES: list[tuple[int, dict[str, Any]]] = [
    (1, {"priority_shipping": True, "discount": 51}),
    (1, {"discount": 0}),
    (3, {"discount": 0}),
]


def former(pieces: Pieces) -> Pieces:
    """Pieces as they were before these sales were counted."""
    return [(kind, _former(kind, piece)) for kind, piece in pieces]


def _former(kind: str, piece: bytes) -> bytes:
    content = msgspec.msgpack.decode(piece)
    if kind == "customers":
        content = {key: _without(row, NEW_OF_CUSTOMERS) for key, row in content.items()}
    elif kind == "others":
        content["population"] = _without(content["population"], NEW_OF_EVERYBODY)
    return msgspec.msgpack.encode(content)


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    assert names <= row.keys()
    return {name: value for name, value in row.items() if name not in names}


def read_pieces(pieces: Pieces) -> Profiles:
    kinds = ("customers", "skus", "others")
    return read({kind: [piece for own, piece in pieces if own == kind] for kind in kinds})


@pytest.mark.parametrize(
    ("sale", "priority", "deep"),
    [
        ({"priority_shipping": True, "discount": 50}, 1, 0),
        ({"priority_shipping": True, "discount": 51}, 1, 1),
        ({"discount": 50.01}, 0, 1),
        ({"discount": 50}, 0, 0),
        ({"priority_shipping": "true", "discount": "60"}, 0, 0),
    ],
)
def test_a_sale_counts_for_what_it_asks_and_for_what_it_gets(sale: dict[str, Any], priority: int, deep: int):
    profile = profile_of({}, sale)

    assert (profile.priority, profile.deep, profile.told, profile.sales) == (priority, deep, 2, 2)


@pytest.mark.parametrize("kind", [{"is_return": True}, {"event_type": "inventory_event"}])
def test_what_is_no_sale_counts_for_neither(kind: dict[str, Any]):
    profile = profile_of({"priority_shipping": True, "discount": 60} | kind)

    assert (profile.priority, profile.deep, profile.told) == (0, 0, 0)


def test_both_ways_of_building_count_alike_and_of_everybody_too():
    profiles = Profiles()
    first = one_by_one(profiles, FIRST, day_of(FIRST, *FIRST_SALES))
    second = one_by_one(profiles, NEXT, day_of(NEXT, *NEXT_SALES))

    assert by_night([], FIRST, [day_of(FIRST, *FIRST_SALES)]) == first
    assert by_night(first, NEXT, [day_of(NEXT, *NEXT_SALES)]) == second
    customer = profiles.customers.get("1")
    assert customer is not None
    assert (customer.priority, customer.deep, customer.told) == (2, 2, 4)
    assert (profiles.population.priority, profiles.population.told, profiles.population.sales) == (2, 6, 6)


def test_profiles_of_before_are_read_tell_nothing_and_go_on_in_both_ways_of_building():
    before = former(by_night([], FIRST, [day_of(FIRST, *FIRST_SALES)]))
    profiles = read_pieces(before)

    pieces = one_by_one(profiles, NEXT, day_of(NEXT, *NEXT_SALES))

    assert by_night(before, NEXT, [day_of(NEXT, *NEXT_SALES)]) == pieces == [*kept(read_pieces(pieces))]
    told = {key: profile for key in "123" if (profile := read_pieces(pieces).customers.get(key))}
    counts = {key: (own.sales, own.told, own.priority, own.deep) for key, own in told.items()}
    assert counts == {"1": (4, 2, 1, 1), "2": (1, 0, 0, 0), "3": (1, 1, 0, 0)}
    population = read_others(pieces[-1][1]).population
    assert (population.sales, population.told, population.priority) == (6, 3, 1)


def test_a_customer_who_buys_nothing_keeps_the_bytes_of_before():
    before = former(by_night([], FIRST, [day_of(FIRST, *FIRST_SALES)]))
    after = by_night(before, NEXT, [day_of(NEXT, (1, {}))])

    rows = [
        {
            key: row
            for kind, piece in pieces
            if kind == "customers"
            for key, row in msgspec.msgpack.decode(piece).items()
        }
        for pieces in (before, after)
    ]

    assert rows[0]["2"] == rows[1]["2"]
    assert rows[1]["1"].keys() - rows[0]["1"].keys() == NEW_OF_CUSTOMERS


def test_the_share_of_everybody_is_of_the_sales_of_which_it_is_told():
    assert Population().priority_share == 0.5
    assert Population(sales=1_000, priority=9, told=98).priority_share == pytest.approx(0.1)
