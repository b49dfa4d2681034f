"""A price is held against the usual one of its sku at its store."""

import math
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fraud.context.price_facts import price_facts
from fraud.context.sighting import Sighting, sighting
from fraud.profiles.profiles import Profiles
from fraud.profiles.skus import LEAST_PRICE
from fraud.rules.language import Value
from tests.fraud.builders import event_body

DAY = datetime(2026, 1, 2, 10, tzinfo=UTC)


def sale(**changes: Any) -> Sighting:
    return sighting(msgspec.json.decode(event_body("a", sku=7, **changes)), DAY)


@pytest.fixture
def profiles() -> Profiles:
    """A day on which store 2 sold the sku for half as much again as store 1."""
    profiles = Profiles()
    day = [sale(store_id=1, price=20.0), sale(store_id=1, price=20.0), sale(store_id=2, price=30.0)] * 200
    at = [msgspec.structs.replace(seen, time=seen.time + number) for number, seen in enumerate(day)]
    profiles.close_day(DAY.toordinal(), at)
    return profiles


def number(value: Value) -> float:
    assert isinstance(value, int | float)
    return value


def test_a_price_that_is_usual_at_its_store_is_strange_at_another(profiles: Profiles):
    at_home = price_facts(sale(store_id=2, price=30.0), profiles)
    elsewhere = price_facts(sale(store_id=1, price=30.0), profiles)

    assert number(at_home["sku.usual_price"]) == pytest.approx(30.0, rel=0.03)
    assert abs(number(at_home["sku.price_spreads"])) < 1
    assert number(elsewhere["sku.usual_price"]) == pytest.approx(20.0, rel=0.03)
    assert number(elsewhere["sku.price_spreads"]) > 2


def test_a_price_of_a_store_without_sales_of_the_sku_is_held_against_that_of_all(profiles: Profiles):
    assert price_facts(sale(store_id=3, price=30.0), profiles)["sku.usual_price"] == 20.0


@pytest.mark.parametrize(("usual", "price"), [(1e9, 5e-324), (LEAST_PRICE, 1e9), (LEAST_PRICE, 5e-324)])
def test_prices_too_far_apart_to_be_divided_have_facts_that_are_finite(usual: float, price: float):
    profiles = Profiles()
    profiles.close_day(DAY.toordinal(), [sale(store_id=1, price=usual)] * 3)

    facts = price_facts(sale(store_id=1, price=price), profiles)

    assert all(math.isfinite(number(facts[f"sku.{name}"])) for name in ("usual_price", "price_ratio", "price_spreads"))
