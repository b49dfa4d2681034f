"""The shares of a customer's sales are drawn to what is usual, and missing where nobody has counted them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from fraud.context.customer_facts import customer_facts
from fraud.context.look_ups import LookUps
from fraud.context.sighting import Sighting, sighting
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value
from tests.fraud.builders import event_body

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
PRIORITY, DEEP = "customer.priority_share", "customer.deep_share"


def sale(customer: int, number: int = 0, **changes: Any) -> Sighting:
    event = {"cust_id": customer, "discount": 0, "priority_shipping": False, **changes}
    return sighting(msgspec.json.decode(event_body(f"{customer}-{number}", **event)), NOON)


@pytest.fixture
def profiles() -> Profiles:
    """A day of 98 sales, 9 with priority and as many deep: customer 1 has 8 of each, customer 2 one sale of both."""
    profiles = Profiles()
    eager = [sale(1, number, priority_shipping=number < 8, discount=60 * (number >= 8)) for number in range(16)]
    once = sale(2, priority_shipping=True, discount=60)
    others = [sale(3, number) for number in range(81)]
    profiles.close_day(NOON.toordinal(), [*eager, once, *others])
    return profiles


def facts_of(customer: int, profiles: Profiles) -> dict[str, Value]:
    return customer_facts(sale(customer, 99), LookUps(), profiles, NOON.toordinal() + 1)


def test_a_share_is_drawn_to_the_usual_one_and_the_less_so_the_more_sales_there_are(profiles: Profiles):
    assert profiles.population.priority_share == pytest.approx(0.1)
    for name in (PRIORITY, DEEP):
        assert facts_of(1, profiles)[name] == pytest.approx((8 + 2 * 0.1) / 18)
        assert facts_of(2, profiles)[name] == pytest.approx((1 + 2 * 0.1) / 3)
        assert facts_of(3, profiles)[name] == pytest.approx(2 * 0.1 / 83)


def test_of_a_customer_who_bought_nothing_on_the_days_before_no_share_is_told(profiles: Profiles):
    profiles.close_day(NOON.toordinal() + 1, [sale(5, event_type="inventory_event")])

    for customer in (4, 5):
        assert not {PRIORITY, DEEP} & facts_of(customer, profiles).keys()


def test_of_a_customer_whose_sales_are_all_of_before_they_were_counted_no_share_is_told(profiles: Profiles):
    customer = profiles.customers.get("1")
    assert customer is not None
    customer.priority = customer.deep = customer.told = 0

    facts = facts_of(1, profiles)

    assert facts["customer.sales"] == 16
    assert not {PRIORITY, DEEP} & facts.keys()


def test_on_the_first_evening_no_share_is_told():
    assert not {PRIORITY, DEEP} & facts_of(1, Profiles()).keys()
