"""The facts of a shelf, counted once for a window, are those of going through its sightings for each event."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from fraud.context.look_ups import MOST_OF_SHELF
from fraud.context.shelf_facts import RecentShelves, Shelf
from fraud.context.sighting import Sighting, sighting
from fraud.profiles.profiles import Profiles
from tests.fraud.context.quiet_shop import sale
from tests.fraud.context.shelf_one_by_one import facts_one_by_one

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def events(seed: int, count: int) -> list[Sighting]:
    """What arrives at one shelf: few customers, so that all that is one's own lies near what is another's."""
    draws = Random(seed)

    def changes(number: int) -> dict[str, Any]:
        return {
            "id": f"{seed}-{number}",
            "store_id": 1,
            "category": "Books",
            "cust_id": draws.choice([None, *range(0, 24, 2), *range(90, 96)]),
            "sku": draws.choice([None, *range(6)]),
            "store_ip": draws.choice([None, "10.0.1.1", "10.0.1.2", "10.0.2.1"]),
            "store_fqdn": draws.choice([None, "store-1.example", "shop-1.example"]),
            "payment_method": draws.choice([None, "wallet", "cod", "gift_card"]),
            "discount": draws.choice([None, 0, 10, 51, 53, 53.5, 60]),
            "priority_shipping": draws.random() < 0.5,
            "is_return": draws.random() < 0.1,
            "event_type": draws.choice(["sale_event"] * 6 + ["inventory_event"]),
        }

    moments = sorted(draws.randrange(9_000) for _ in range(count))
    return [
        sighting(sale(number, **changes(number)), NOON + timedelta(seconds=moment))
        for number, moment in enumerate(moments)
    ]


def profiles_of(days: int) -> Profiles:
    """Every other one of the customers keeps to the shelf's store; two were first seen on the last day."""
    profiles = Profiles()
    for number in range(days):
        day = NOON - timedelta(days=days - number)
        customers = [*range(80), *([90, 91] if number == days - 1 else [])]
        seen = [sighting(sale(at, id=f"{number}-{at}", cust_id=at), day + timedelta(minutes=at)) for at in customers]
        profiles.close_day(date.toordinal(day), seen)
    return profiles


@pytest.mark.parametrize("days", [0, 1, 3])
@pytest.mark.parametrize(("seed", "count"), [(1, 0), (2, 1), (3, 4), (4, 40), (5, 120), (6, MOST_OF_SHELF)])
def test_each_event_has_the_facts_that_it_has_by_itself(seed: int, count: int, days: int):
    recent, profiles = events(seed, count), profiles_of(days)
    shelf = Shelf(recent, profiles)

    for event in [*recent, *events(seed + 100, 20)]:
        assert shelf.facts(event) == facts_one_by_one(event, recent, profiles), event


def test_a_shelf_is_counted_once_for_the_same_sightings_and_profiles_only():
    recent, profiles = tuple(events(4, 40)), profiles_of(3)
    shelves = RecentShelves(most=2)

    first = shelves.of(("1", "Books"), recent, profiles)
    assert shelves.of(("1", "Books"), (*recent,), profiles) is first
    later = shelves.of(("1", "Books"), (*recent, *events(5, 1)), profiles)
    assert later is not first
    assert shelves.of(("1", "Books"), recent, profiles_of(1)).facts(recent[0]) != first.facts(recent[0])


def test_as_many_shelves_are_remembered_as_there_is_room_for():
    recent, profiles = tuple(events(4, 40)), profiles_of(1)
    shelves = RecentShelves(most=2)
    first = shelves.of(("1", "Books"), recent, profiles)

    for category in ("Shoes", "Games"):
        shelves.of(("1", category), recent, profiles)

    assert shelves.of(("1", "Books"), recent, profiles) is not first
