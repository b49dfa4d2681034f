import random
from typing import Any

import pytest

from fraud.judging import judged, unresolved
from fraud.stakes import MAX_AMOUNT, MAX_CUSTOMERS, Stakes, stakes_of
from fraud.verdicts import case_of
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

SALE: dict[str, Any] = {"id": "a", "price": 19.99, "qty": 3, "discount": 50, "cust_id": 7}


def test_the_stakes_are_price_times_quantity_and_the_discount_on_it_in_cents():
    stakes = stakes_of([(SALE, ["R1", "R2"]), (SALE | {"cust_id": 4}, ["R1"])])

    assert stakes == Stakes(at_stake=11994, discount_given=5997, customers=(4, 7), rules={"R1": 2, "R2": 1})


@pytest.mark.parametrize("price", [None, "19.99", True, -5, float("nan"), float("inf"), 10**400, [1]])
def test_what_is_not_an_amount_counts_as_nothing(price: Any):
    assert stakes_of([(SALE | {"price": price}, [])]).at_stake == 0


def test_a_hostile_price_does_not_drown_the_others():
    stakes = stakes_of([(SALE | {"price": 1e308, "qty": 1e308}, []), (SALE, [])])

    assert stakes.at_stake == round(MAX_AMOUNT * 100) + 5997


def test_the_order_of_verdicts_does_not_matter_to_the_amounts():
    sales = [SALE | {"price": 0.1 + number / 7} for number in range(1_000)]
    shuffled = random.Random(3).sample(sales, len(sales))

    assert stakes_of((sale, []) for sale in sales) == stakes_of((sale, []) for sale in shuffled)


def test_the_customers_of_the_worst_verdicts_are_named():
    stakes = stakes_of((SALE | {"cust_id": 10_000 - number}, []) for number in range(MAX_CUSTOMERS + 5))

    assert len(stakes.customers) == MAX_CUSTOMERS
    assert stakes.customers[-1] == 10_000


def test_only_verdicts_of_the_bands_high_and_medium_count():
    event = SALE | {"event_type": "sale_event", "store_id": 3, "priority_shipping": True, "discount": 60}
    low, high = judged(event, 3, WINDOW, None), judged(event | {"price": 900.0, "qty": 10}, 3, WINDOW, None, contents=2)
    assert (low.band, high.band) == ("low", "high")

    case = case_of("w", 3, WINDOW, [low, high, unresolved("z", 3, WINDOW)], "x")

    assert case.stakes.at_stake == 900_000
    assert case.stakes.rules == {reason.rule: 1 for reason in high.reasons}
