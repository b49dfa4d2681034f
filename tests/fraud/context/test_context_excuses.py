"""Innocent sales over a quiet shop, which the set `context` excuses, and what makes no excuse of its own."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fraud.context.quiet_shop import everyday_now, flagged, judged, last, returned, sale


@pytest.mark.parametrize(
    ("rule", "today"),
    [
        ("ID_REUSED", [flagged("a"), flagged("a", ts="later")]),
        ("STORE_NETWORK", [flagged("a", store_ip="10.0.1.2")]),
        ("STORE_NAME", [flagged("a", store_id=77, store_fqdn="store-77.example")]),
        ("PRICE_TOO_LOW", [flagged("a", price=19.0)]),
        ("PRICE_TOO_LOW", [flagged("a", price=1.0, sku=7_777)]),
        ("HABITS_BROKEN", [flagged("a", payment_method="cod")]),
        ("NEW_ACCOUNTS_TOGETHER", [flagged(f"{number}", cust_id=number, sku=7_777) for number in range(3)]),
        ("JUST_BELOW_THE_LINE", [flagged("a", price=5_001.0, discount=61)]),
        ("BELOW_ROUND_AGAIN", [flagged("a", price=480.0, sku=7_777)]),
        ("NEW_FOR_ONE_THING", [flagged("a", cust_id=9_999), flagged("b", cust_id=9_999, sku=7)]),
    ],
)
def test_what_is_innocent_is_not_taken_for_evidence(rule: str, today: list[dict[str, Any]]):
    assert rule not in last(*today, flagged("z"))


def test_the_lines_of_a_basket_are_one_visit():
    lines = [flagged(f"{n}", sku=n) for n in range(4)]
    basket = judged(*lines, apart=timedelta(minutes=2))[-1].facts
    visits = judged(*lines, apart=timedelta(minutes=10))[-1].facts

    assert (basket["customer.flagged_24h"], basket["customer.flagged_visits_24h"]) == (4, 1)
    assert (visits["customer.flagged_24h"], visits["customer.flagged_visits_24h"]) == (4, 4)


def test_a_store_that_nobody_knows_speaks_for_nobody():
    new = flagged("a", store_id=77, store_fqdn="store-77.example", cust_id=9_999)
    settled = [sale(4 * n, id=f"k{n}", store_id=77, store_fqdn="store-77.example", sku=n) for n in range(4)]

    assert "UNKNOWN_STORE" in last(new)
    assert "STORE_OPENS" not in last(new)
    assert "STORE_OPENS" in last(*settled, new)


def test_a_line_of_an_ordinary_basket_is_what_honest_customers_buy():
    basket = [sale(8, id=f"l{n}", sku=n) for n in range(3)]
    minute = timedelta(minutes=1)

    assert last(*basket, flagged("a", sku=7), apart=minute)["IN_A_BASKET"] < 0
    assert "IN_A_BASKET" not in last(flagged("a", sku=7), apart=minute)
    assert "IN_A_BASKET" not in last(*basket, flagged("a", sku=7), flagged("a", sku=8), apart=minute)


def test_lines_of_one_visit_with_one_discount_are_a_promotion_of_it():
    lines = [flagged(f"{n}", sku=n) for n in range(2)]

    assert last(*lines, apart=timedelta(minutes=1))["SAME_DISCOUNT_LINES"] < 0
    assert "SAME_DISCOUNT_LINES" not in last(*lines)


def test_an_article_that_others_get_as_cheaply_without_hurry_is_promoted():
    others = [sale(number, id=f"p{number}", discount=60, sku=7_777) for number in range(0, 80, 4)]

    assert last(*others, flagged("a", sku=7_777), apart=timedelta(minutes=1))["SKU_PROMOTED"] < 0


def test_a_crowd_of_settled_customers_at_a_foreign_store_is_no_ring():
    crowd = [flagged(f"c{number}", cust_id=number, store_id=3, sku=7_777) for number in (4, 5, 9, 12, 13, 16)]
    few, many = (last(*crowd[:size], flagged("a", sku=7_777)) for size in (5, 6))

    assert few["SKU_RUN"] > 0
    assert not {"SKU_RUN", "SKU_STRANGERS", "SKU_ONE_NETWORK"} & set(many)


def test_a_move_of_stock_that_names_a_customer_is_not_a_return():
    moves = [sale(8, id=f"m{number}", event_type="inventory_event") for number in range(5)]
    facts = judged(*moves, flagged("a"), evening=moves)[-1].facts

    assert facts["customer.returns"] == facts["customer.returns_surprise_24h"] == 0


def test_a_store_whose_events_all_come_by_another_network_has_moved():
    first = flagged("first", store_ip="10.9.9.9", sku=1)
    alone = last(first, *everyday_now(8), flagged("a", store_ip="10.9.9.9"), apart=timedelta(minutes=1))
    moved = last(*everyday_now(8, store_ip="10.9.9.8"), flagged("a", store_ip="10.9.9.9"), apart=timedelta(minutes=1))

    assert moved.get("STORE_NETWORK", 0) < 10 < alone["STORE_NETWORK"]


def test_a_payment_that_all_customers_of_a_store_make_now_is_not_a_broken_habit():
    unlike = flagged("a", payment_method="upi")

    assert "PAYMENT_UNLIKELY" in last(*everyday_now(8), unlike, apart=timedelta(minutes=1))
    changed = everyday_now(8, payment_method="upi")
    assert "PAYMENT_UNLIKELY" not in last(*changed, unlike, apart=timedelta(minutes=1))


def test_a_promotion_speaks_for_whoever_buys_in_it():
    others = [sale(number, id=f"p{number}", discount=60, sku=number) for number in range(0, 80, 4)]
    with_promotion = last(*others, flagged("a"), apart=timedelta(minutes=1))

    assert "PROMOTION" in with_promotion
    assert "NO_PROMOTION" not in with_promotion


def test_a_price_that_several_unflagged_customers_pay_is_marked_down_for_everybody():
    others = [sale(8, id=f"c{customer}", cust_id=customer, price=12.0) for customer in (4, 12, 16, 20)]
    alone, low, lowest = last(flagged("a", price=12.0)), flagged("a", price=12.0), flagged("a", price=2.0)

    assert last(*others[:2], low)["PRICE_TOO_LOW"] < alone["PRICE_TOO_LOW"]
    cheaper = [{**other, "price": 2.0} for other in others]
    assert last(*cheaper, lowest)["PRICE_TOO_LOW"] < last(*cheaper[:2], lowest)["PRICE_TOO_LOW"]


def test_a_ring_at_a_price_that_was_entered_for_it_marks_nothing_down():
    ring = [flagged(f"{customer}", cust_id=customer, price=12.0) for customer in (4, 12, 16, 20)]

    assert last(*ring)["PRICE_TOO_LOW"] == last(ring[0])["PRICE_TOO_LOW"]


def test_one_correction_under_an_id_is_excused_and_sale_after_sale_under_it_is_not():
    sales = [flagged("a", qty=number, sku=7) for number in (1, 2, 3)]
    corrected, again = last(*sales[:2])["ID_REUSED"], last(*sales)["ID_REUSED"]

    assert corrected < again
    assert last(flagged("a", sku=7), flagged("a", sku=9))["ID_REUSED"] == again


def test_priority_that_was_asked_for_what_was_flagged_is_no_habit():
    thefts = [flagged(f"y{number}") for number in range(12)]
    orders = [{**theft, "discount": 0} for theft in thefts]

    assert "PRIORITY_AS_USUAL" not in last(flagged("a"), evening=thefts)
    assert last(flagged("a"), evening=orders)["PRIORITY_AS_USUAL"] < 0


def test_new_accounts_do_not_make_a_promotion_of_their_own():
    strangers = [flagged(f"s{number}", cust_id=9_000 + number, sku=number) for number in range(12)]
    assert "PROMOTION" not in last(*strangers, flagged("a"), apart=timedelta(minutes=1))


def test_presents_are_no_gift_card_run():
    def run(**changes: Any) -> dict[str, int]:
        return last(*(flagged(f"{n}", payment_method="gift_card", sku=n, **changes) for n in range(4)))

    assert "GIFT_CARD_RUN" in run()
    assert "GIFT_CARD_RUN" not in run(gift_wrap=True)
    assert run(gift_wrap=True)["PRESENTS"] < 0


@pytest.mark.parametrize(
    "refund",
    [
        {"discount": 60},
        {"discount": 57, "price": 20.2},
        {"discount": 60, "price": 20.0, "qty": 3},
        {"sku": 7_778},
        {"cust_id": 16},
        {"price": None},
    ],
)
def test_a_refund_of_what_was_paid_or_of_other_goods_is_none_above_it(refund: dict[str, Any]):
    back = returned("r", sku=7_777) | refund

    assert "REFUND_ABOVE_PAID" not in last(flagged("a", sku=7_777), back, flagged("b"))
