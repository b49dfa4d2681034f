"""The set `context` over a quiet shop: each kind of evidence."""

from datetime import timedelta
from typing import Any

import pytest

from fraud.context.look_ups import MOST_OF_CUSTOMER
from fraud.context.schema import FACTS
from fraud.rules.language import Value
from tests.fraud.context.quiet_shop import everyday_now, flagged, judged, last, returned, rules_of, sale, tried


def test_a_known_customer_who_buys_as_always_is_hardly_suspicious():
    (result,) = judged(flagged("a", sku=7_777))

    assert result.verdict.band == "low"
    assert set(rules_of(result)) == {"FLAGGED", "AS_USUAL"}


def test_every_fact_that_is_made_is_in_the_schema_and_of_its_kind():
    kinds = {"number": (int, float), "text": str, "flag": bool}
    results = judged(flagged("a"), flagged("b", price=0.5, cust_id=9_999), flagged("c", price=4_700.0), flagged("a"))
    made = {name for result in results for name, value in result.facts.items() if value is not None}

    assert made <= set(FACTS)
    assert {name for name in FACTS if name.split(".")[0] in ("customer", "sku", "shelf", "store")} <= made
    for result in results:
        for name, value in result.facts.items():
            assert value is None or isinstance(value, kinds[FACTS[name].kind]), name


@pytest.mark.parametrize(
    ("rule", "today"),
    [
        ("ID_REUSED", [flagged("a"), flagged("a", price=21.0)]),
        ("STORE_NAME", [flagged("a", store_fqdn="store-1.exampel")]),
        ("STORE_NETWORK", [flagged("a", store_ip="10.9.9.9")]),
        ("PRICE_TOO_LOW", [flagged("a", price=6.0)]),
        ("PRICE_TOO_HIGH", [flagged("a", price=90.0)]),
        (
            "RETURNS_NOW",
            [*(sale(8, id=f"{n}", event_type="inventory_event", is_return=True) for n in "123"), flagged("a")],
        ),
        ("REFUND_ABOVE_PAID", [flagged("a", sku=7_777), returned("r", sku=7_777), flagged("b")]),
        ("SAME_SKU_AGAIN", [flagged("a", sku=7_777), flagged("b", sku=7_777)]),
        ("UNKNOWN_STORE", [flagged("a", store_id=77, store_fqdn="store-77.example")]),
        ("TRIED_BY_A_NEW_ACCOUNT", [*tried(9_999), flagged("a", cust_id=9_999, price=400.0, sku=7)]),
        ("NETWORK_DESERTED", [flagged("a", store_ip="10.9.9.9")]),
        ("ONLY_GOODS", [flagged("a", cust_id=9_999)]),
        ("NEW_FOR_ONE_THING", [flagged("a", cust_id=9_999)]),
        ("MANY_STORES", [flagged(f"{store}", store_id=store) for store in (2, 3, 4)]),
        ("HABITS_BROKEN", [flagged("a", store_id=3, category="Games", payment_method="cod")]),
        ("NEW_ACCOUNT", [flagged("a", cust_id=9_999)]),
        ("NEW_ACCOUNTS_TOGETHER", [flagged(f"{number}", cust_id=9_000 + number, sku=7_777) for number in range(3)]),
        ("NEW_ACCOUNTS_AT_SHELF", [flagged(f"{number}", cust_id=9_000 + number, sku=number) for number in range(3)]),
        ("EARLY_LIFE", [flagged(f"{number}", cust_id=9_999, sku=number) for number in range(3)]),
        ("SKU_RUN", [flagged(f"{number}", cust_id=number, sku=7_777) for number in range(5)]),
        ("GIFT_CARD_RUN", [flagged(f"{number}", payment_method="gift_card", sku=number) for number in range(4)]),
        (
            "GIFT_CARDS_ON_SKU",
            [flagged(f"{number}", payment_method="gift_card", cust_id=number, sku=7_777) for number in range(4)],
        ),
        ("JUST_BELOW_THE_LINE", [flagged("a", price=4_700.0, sku=7_777)]),
        ("BELOW_A_ROUND_AMOUNT", [flagged("a", price=990.0, sku=7_777)]),
        ("BELOW_ROUND_AGAIN", [flagged("a", price=480.0, sku=7_777), flagged("b", price=99.0, qty=5, sku=7_778)]),
        ("RETURNED_BOUGHT", [*(flagged(n, sku=7_777) for n in "ab"), returned("r", sku=7_777), flagged("c")]),
        ("PAYMENTS_CHANGE", [flagged(way, payment_method=way, sku=7) for way in ("cod", "upi", "cash", "wallet")]),
        ("FLAGGED_AT_ONCE", [flagged("a", sku=7), flagged("b", sku=8)]),
        ("DISCOUNT_OF_ITS_OWN", [flagged("a", sku=7), flagged("b", sku=8)]),
        ("NEW_AND_AGAIN", [flagged("a", cust_id=9_999, sku=7), flagged("b", cust_id=9_999, sku=8)]),
        (
            "NEW_ACCOUNTS_PAID_ALIKE",
            [flagged(f"{n}", cust_id=9_000 + n, sku=n, payment_method="cod") for n in range(4)],
        ),
        ("SKU_PAID_ALIKE", [flagged(f"{n}", cust_id=n, sku=7_777, payment_method="cod") for n in range(3)]),
        ("UNUSABLE_FIELDS", [flagged("a", qty="two")]),
        ("MISSING_STORE", [flagged("a", store_id=None)]),
    ],
)
def test_evidence_is_found(rule: str, today: list[dict[str, Any]]):
    assert rule in last(*today)


def test_a_limit_that_nobody_has_written_down_shows_by_what_stays_below_it_again():
    below = [flagged(n, price=price, sku=sku) for n, price, sku in (("a", 468.0, 1), ("b", 499.0, 2), ("c", 480.0, 3))]

    assert last(*below[:2])["BELOW_ROUND_AGAIN"] < last(*below)["BELOW_ROUND_AGAIN"]


@pytest.mark.parametrize(
    "other",
    [
        flagged("a", price=464.0, sku=7_777),
        flagged("a", price=500.0, sku=7_777),
        flagged("a", price=980.0, sku=7_777),
        flagged("a", price=480.0, sku=7_778),
        flagged("a", price=480.0, sku=7_777, cust_id=9),
    ],
    ids=["93 % is close", "at the amount", "another amount", "the same article again", "another customer"],
)
def test_what_does_not_stay_below_the_same_round_amount_is_not_held_together(other: dict[str, Any]):
    assert "BELOW_ROUND_AGAIN" not in last(other, flagged("b", price=480.0, sku=7_778))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"price": 0}, "price"),
        ({"price": -1.0}, "price"),
        ({"price": 1e30}, "price"),
        ({"qty": 0}, "qty"),
        ({"qty": 2.5}, "qty"),
        ({"qty": 2**53}, "qty"),
        ({"discount": 150}, "discount"),
        ({"price": -1.0, "discount": 1e308}, "price, discount"),
    ],
)
def test_numbers_that_no_sale_has_count_against_it(changes: dict[str, Any], fields: str):
    (result,) = judged(flagged("a", **changes))

    assert result.facts["event.impossible_fields"] == fields
    assert {"IMPOSSIBLE_NUMBERS"} <= set(rules_of(result))
    assert result.verdict.band != "low"


@pytest.mark.parametrize("absent", ["store_fqdn", "store_ip", "cust_id", "sku", "category", "price", "payment_method"])
@pytest.mark.parametrize("value", [None, "", "left out"])
def test_what_an_event_does_not_say_counts_against_it(absent: str, value: str | None):
    event = flagged("a") | {absent: value}
    if value == "left out":
        del event[absent]
    rules = last(event)

    assert {"MISSING_FIELDS", "UNUSABLE_FIELDS"} & set(rules)
    assert "AS_USUAL" not in rules or absent == "cust_id"


def test_goods_that_came_back_before_they_were_bought_again_were_not_bought_to_be_returned():
    facts = judged(returned("r", sku=7_777, price=30.0), flagged("a", sku=7_777))[-1].facts
    after = judged(flagged("a", sku=7_777), returned("r", sku=7_777, price=30.0), flagged("b"))[-1].facts

    assert (facts["customer.returned_bought_24h"], facts["customer.refunds_above_paid_24h"]) == (0, 0)
    assert (after["customer.returned_bought_24h"], after["customer.refunds_above_paid_24h"]) == (1, 1)


def test_an_event_that_is_sent_again_with_another_stamp_is_one_sale():
    again = [flagged("a", sku=7_777, ts=f"{n}") for n in range(3)]
    once, *_, third = judged(*again)

    counted = ("customer.sales_24h", "customer.flagged_24h", "customer.visits_24h", "sku.sales_8h", "sku.flagged_8h")
    assert {name: third.facts[name] for name in counted} == {name: once.facts[name] for name in counted}
    assert third.verdict.score == once.verdict.score


def test_a_basket_whose_lines_have_different_discounts_was_entered_by_hand():
    lines = [flagged(f"{n}", sku=n, discount=60 + n) for n in range(2)]

    assert "DISCOUNTS_IN_A_BASKET" in last(*lines, apart=timedelta(minutes=1))
    assert "DISCOUNTS_IN_A_BASKET" not in last(*lines)


def test_one_article_on_several_lines_of_a_basket_is_told_as_that():
    lines = [flagged(n, sku=7_777) for n in "ab"]

    assert {"SAME_SKU_LINES", "SAME_SKU_AGAIN"} & set(last(*lines, apart=timedelta(minutes=1))) == {"SAME_SKU_LINES"}
    assert {"SAME_SKU_LINES", "SAME_SKU_AGAIN"} & set(last(*lines)) == {"SAME_SKU_AGAIN"}


def test_a_card_that_is_tried_with_small_sales_is_told_by_the_large_one_after_them():
    new = {"cust_id": 9_999, "sku": 7}
    assert "TRIED_BY_A_NEW_ACCOUNT" in last(*tried(9_999), flagged("a", price=400.0, **new))
    assert "TRIED_BY_A_NEW_ACCOUNT" not in last(*tried(9_999), flagged("a", price=24.0, **new))


def test_a_flood_of_events_that_name_a_customer_hides_none_of_its_sales():
    flood = [sale(8, id=f"f{n}", event_type="inventory_event") for n in range(MOST_OF_CUSTOMER)]
    result = judged(sale(9), flagged("a", sku=7_777), *flood, apart=timedelta(seconds=1))[-1]

    assert result.facts["customer.sales_24h"] == result.facts["sku.sales_8h"] == 1
    assert "MORE_THAN_IS_READ" in rules_of(result)
    assert result.verdict.band == "high"


def test_values_below_a_hundred_keep_to_no_limit():
    assert "BELOW_ROUND_AGAIN" not in last(flagged("a", price=99.0, sku=7_777), flagged("b", price=98.0, sku=7_778))


def test_payment_after_payment_counts_more_than_a_single_change():
    ways = [flagged(way, payment_method=way, sku=n) for n, way in enumerate(("cod", "upi", "wallet"))]

    assert last(flagged("a", sku=7), ways[0])["PAYMENTS_CHANGE"] < last(flagged("a", sku=7), *ways)["PAYMENTS_CHANGE"]


def test_what_a_customer_did_yesterday_evening_counts_once_though_the_profile_has_it_too():
    evening = [flagged("y", sku=7_777), returned("r1", sku=7_777), returned("r2", sku=7_777)]
    facts = judged(returned("r3"), flagged("a"), evening=evening)[-1].facts
    whole = judged(returned("r1"), returned("r2"), returned("r3"), flagged("y"), flagged("a"))[-1].facts

    assert (facts["customer.returns"], facts["customer.flagged"]) == (3, 2)
    assert facts["customer.returns_24h"] == 3
    assert whole["customer.returns"] == 3
    assert facts["customer.flagged_surprise"] == pytest.approx(whole["customer.flagged_surprise"], rel=0.1)


def test_one_name_that_was_used_in_a_single_day_does_not_become_the_stores():
    impostor = flagged("a", store_ip="10.9.9.9")
    assert "STORE_NETWORK" in last(*[{**impostor, "id": f"{number}"} for number in range(30)])


def test_a_network_that_others_do_not_come_through_is_the_stranger_for_it():
    alone = last(flagged("a", store_ip="10.9.9.9"), apart=timedelta(minutes=1))
    others = [flagged("first", store_ip="10.9.9.9", sku=1), *everyday_now(8), flagged("a", store_ip="10.9.9.9")]

    assert last(*others, apart=timedelta(minutes=1))["STORE_NETWORK"] > alone["STORE_NETWORK"]


def test_a_name_that_one_customer_is_made_to_buy_under_often_is_not_the_stores():
    name = {"store_fqdn": "other.example"}
    often = [sale(4, id=f"f{number}", **name) for number in range(12)]
    many = [sale(number, id=f"f{number}", **name) for number in range(0, 80, 4)]

    assert last(*often, flagged("a", **name))["STORE_NAME"] == last(often[0], flagged("a", **name))["STORE_NAME"]
    assert last(*many, flagged("a", **name), apart=timedelta(minutes=1))["STORE_NAME"] < 10


def test_the_first_evening_is_judged_by_look_ups_and_says_so():
    reasons = last(flagged("a", sku=7), flagged("b", sku=7), flagged("c", sku=7), days=False)

    assert reasons["NO_PROFILES"] == 0
    assert reasons["SAME_SKU_AGAIN"] > 0
    assert not {"HABITS_BROKEN", "STORE_NAME", "PRICE_TOO_LOW", "NEW_ACCOUNT"} & set(reasons)


def test_a_verdict_does_not_change_with_what_comes_later():
    (alone,) = judged(flagged("a"))
    first, *_ = judged(flagged("a"), *(flagged(f"{number}", cust_id=number, sku=8) for number in range(20)))

    assert first.verdict == alone.verdict


def test_a_refund_is_held_against_the_most_that_was_paid_for_a_piece_that_day():
    dear = sale(8, id="dear", sku=7_777)

    assert "REFUND_ABOVE_PAID" in last(flagged("a", sku=7_777), returned("r", sku=7_777), flagged("b"))
    assert "REFUND_ABOVE_PAID" not in last(flagged("a", sku=7_777), dear, returned("r", sku=7_777), flagged("b"))


@pytest.mark.parametrize("length", [200, 253, 300])
def test_ids_that_begin_alike_are_those_of_different_events_however_long_they_are(length: int):
    def seen(beginning: str) -> list[Value]:
        results = judged(*(flagged(f"{beginning}{n:02}", cust_id=9_999, price=950.0) for n in range(8)))
        return [result.facts["customer.same_sku_24h"] for result in results]

    assert seen("p" * length) == seen("p") == [*range(8)]
