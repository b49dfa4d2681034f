"""The facts of who else gets a sku as cheaply: customers whom the days before know, at their own stores."""

from typing import Any

import pytest

from fraud.rules.language import Value
from tests.fraud.context.quiet_shop import flagged, judged, sale

SKU = 7_777


def facts(*others: dict[str, Any]) -> dict[str, Value]:
    """Of a flagged sale at 20.00 and 60 % off, after others' sales of its sku."""
    return judged(*others, flagged("a", sku=SKU))[-1].facts


def other(number: int, **changes: Any) -> dict[str, Any]:
    """A sale of the sku to another customer at the own store."""
    return sale(number, id=f"other-{number}", sku=SKU, discount=60) | changes


def test_others_with_about_the_same_discount_and_price_are_counted_once_each():
    seen = facts(other(4), other(4, id="again"), other(5), other(6))

    assert (seen["sku.alike_8h"], seen["sku.same_price_8h"]) == (3, 3)


def test_a_flagged_sale_at_about_the_price_marks_nothing_down():
    seen = facts(other(4, priority_shipping=True), other(5))

    assert (seen["sku.alike_8h"], seen["sku.same_price_8h"]) == (2, 1)


@pytest.mark.parametrize(("discount", "alike"), [(57, 1), (63, 1), (56.9, 0), (63.1, 0), (None, 0)])
def test_a_discount_within_three_points_is_about_the_same(discount: float | None, alike: int):
    assert facts(other(4, discount=discount))["sku.alike_8h"] == alike


@pytest.mark.parametrize(("price", "alike"), [(19.0, 1), (21.0, 1), (18.99, 0), (21.01, 0), (None, 0)])
def test_a_price_within_five_per_cent_is_about_the_same(price: float | None, alike: int):
    assert facts(other(4, price=price))["sku.same_price_8h"] == alike


@pytest.mark.parametrize(
    "stranger",
    [
        other(8),
        other(4, cust_id=9_999),
        other(4, store_id=3),
        other(4, is_return=True),
        other(4, sku=7_778),
    ],
    ids=["the same customer", "a new one", "at another store", "a return", "another sku"],
)
def test_neither_the_customer_nor_strangers_nor_other_goods_count(stranger: dict[str, Any]):
    seen = facts(stranger)

    assert (seen["sku.alike_8h"], seen["sku.same_price_8h"]) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "crowd"),
    [
        ({}, 2),
        ({"store_id": 3}, 2),
        ({"priority_shipping": True}, 2),
        ({"discount": 50}, 0),
        ({"payment_method": "upi"}, 0),
        ({"payment_method": None}, 0),
        ({"sku": 7_778}, 0),
        ({"is_return": True}, 0),
    ],
    ids=str,
)
def test_a_crowd_pays_as_before_for_about_the_same_discount_at_any_store(changes: dict[str, Any], crowd: int):
    bought = [other(4, **changes), other(4, id="again", **changes), other(5, **changes), other(8, **changes)]

    assert facts(*bought, other(6, cust_id=9_999, **changes))["sku.crowd_8h"] == crowd


def test_accounts_of_yesterday_are_no_crowd():
    others = [other(number, cust_id=9_000 + number) for number in range(8)]
    yesterday = [{**sale, "id": f"yesterday-{sale['id']}", "sku": 1_000} for sale in others]

    assert judged(*others, flagged("a", sku=SKU), evening=yesterday)[-1].facts["sku.crowd_8h"] == 0
