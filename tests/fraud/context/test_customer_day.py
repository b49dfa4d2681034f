"""The facts of a customer's visits within hours: a basket is one visit, however many lines it has."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fraud.context.customer_day import CustomerDay
from fraud.context.sighting import Sighting, sighting
from fraud.rules.language import Value
from tests.fraud.builders import event_body

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def sale(name: str, minutes: float = 0, **changes: Any) -> Sighting:
    event = {"cust_id": 7, "discount": 60, "priority_shipping": True, "payment_method": "card", **changes}
    return sighting(msgspec.json.decode(event_body(name, **event)), NOON + timedelta(minutes=minutes))


def facts(event: Sighting, *others: Sighting) -> dict[str, Value]:
    return CustomerDay(sorted([event, *others], key=lambda seen: seen.time)).facts(event)


def test_lines_of_the_same_visit_are_no_other_visit():
    seen = facts(sale("a"), sale("b", 1), sale("c", -1))

    assert (seen["customer.flagged_visits_3h"], seen["customer.deep_visits_3h"]) == (0, 0)


@pytest.mark.parametrize(("minutes", "visits"), [(-179, 1), (-180, 0), (15, 1), (-20, 1)])
def test_another_visit_counts_within_three_hours(minutes: float, visits: int):
    seen = facts(sale("a"), sale("b", minutes), sale("c", minutes - 0.5))

    assert (seen["customer.flagged_visits_3h"], seen["customer.deep_visits_3h"]) == (visits, visits)


def test_a_visit_without_priority_is_deep_and_not_flagged_and_one_without_a_deep_discount_is_neither():
    seen = facts(sale("a"), sale("b", -60, priority_shipping=False), sale("c", -90, discount=10))

    assert (seen["customer.flagged_visits_3h"], seen["customer.deep_visits_3h"]) == (0, 1)


def test_a_basket_that_is_paid_by_gift_card_is_one_visit():
    paid = {"payment_method": "gift_card"}
    basket = [sale(f"b{number}", -30, **paid) for number in range(9)]

    seen = facts(sale("a"), *basket, sale("c", -60, **paid))

    assert seen["customer.gift_cards_24h"] == 10
    assert seen["customer.gift_card_visits_24h"] == 2


def test_whoever_tries_one_payment_after_another_comes_back_with_each():
    tried = [
        sale(payment, -minutes, payment_method=payment)
        for minutes, payment in enumerate(("cash", "credit", "gift_card"), 1)
    ]

    seen = facts(sale("a"), sale("beside it"), *tried)

    assert (seen["customer.visits_24h"], seen["customer.flagged_visits_24h"]) == (4, 4)
    assert (seen["customer.flagged_visits_3h"], seen["customer.small_before_24h"]) == (3, 0)
