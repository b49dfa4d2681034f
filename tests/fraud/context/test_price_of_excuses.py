"""What an excuse costs: none is had for a plain sale or two, or by an account that was opened yesterday."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.fraud.context.quiet_shop import flagged, judged, last, returned, sale

NEW_STORE = {"store_id": 77, "store_fqdn": "store-77.example"}
STRANGE = {"store_ip": "10.9.9.9"}
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def accomplices(**changes: Any) -> list[dict[str, Any]]:
    """One plain sale each of five accounts at store 1."""
    return [sale(8, id=f"{changes}{number}", cust_id=9_000 + number, sku=number, **changes) for number in range(5)]


def test_two_plain_sales_do_not_open_a_store():
    plain = [sale(8, id=f"p{number}", sku=number, **NEW_STORE) for number in range(4)]
    theft = flagged("a", cust_id=9_999, **NEW_STORE)

    assert "UNKNOWN_STORE" in last(*plain, theft)
    assert "STORE_OPENS" not in last(*plain, theft)
    assert "STORE_OPENS" not in last(*accomplices(**NEW_STORE), theft, evening=accomplices())


def test_an_order_of_yesterday_does_not_make_a_theft_low():
    (result,) = judged(flagged("a", cust_id=9_999), evening=[sale(8, id="y", cust_id=9_999)])

    assert "YOUNG_ACCOUNT" in {reason.rule for reason in result.verdict.reasons}
    assert result.verdict.band == "medium"


@pytest.mark.parametrize("orders", [2, 6])
def test_orders_of_yesterday_are_no_habit_of_an_account_that_they_opened(orders: int):
    yesterday = [sale(8, id=f"y{number}", cust_id=9_999, priority_shipping=True) for number in range(orders)]
    rules = last(flagged("a", cust_id=9_999), evening=yesterday)

    assert not {"PRIORITY_AS_USUAL", "AS_USUAL"} & set(rules)


def test_whoever_takes_something_every_nine_minutes_comes_back():
    (*_, result) = judged(*(flagged(f"{n}", cust_id=9_999, sku=n) for n in range(8)), apart=9 * MINUTE)

    assert (result.facts["customer.visits_24h"], result.facts["customer.flagged_visits_3h"]) == (2, 1)
    assert "IN_A_BASKET" not in {reason.rule for reason in result.verdict.reasons}


def test_a_basket_is_not_filled_by_little_things():
    def with_lines(price: float) -> dict[str, int]:
        return last(*(sale(8, id=f"l{n}", sku=n, price=price) for n in range(4)), flagged("a", sku=7), apart=MINUTE)

    assert with_lines(2.0)["IN_A_BASKET"] < 0
    assert "IN_A_BASKET" not in with_lines(1.99)


def test_a_basket_is_not_filled_by_one_article_on_many_lines():
    def with_lines(*skus: int) -> dict[str, int]:
        return last(*(sale(8, id=f"l{n}", sku=sku) for n, sku in enumerate(skus)), flagged("a", sku=7), apart=MINUTE)

    assert with_lines(1, 1, 1, 1)["IN_A_BASKET"] == with_lines(1)["IN_A_BASKET"]
    assert "IN_A_BASKET" not in with_lines(7, 7, 7, 7)


def test_little_things_do_not_make_returns_likely():
    def surprises(lines: int, price: float) -> tuple[Any, ...]:
        beside = [sale(8, id=f"l{number}", sku=number, price=price) for number in range(lines)]
        taken = [*(flagged(name, sku=7_777) for name in "ab"), returned("r", sku=7_777), flagged("c")]
        facts = judged(*beside, *taken, apart=MINUTE)[-1].facts
        return facts["customer.returned_surprise"], facts["customer.returns_surprise_24h"]

    assert surprises(12, 1.99) == surprises(0, 0)
    assert surprises(12, 2.0) < surprises(0, 0)


def facts_of_shelf(*others: dict[str, Any], evening: Sequence[dict[str, Any]] = ()) -> tuple[Any, ...]:
    facts = judged(*others, flagged("a", sku=7, **STRANGE), evening=evening)[-1].facts
    names = ("network_here_3h", "name_here_3h", "sales_3h", "deep_3h")
    return *(facts[f"shelf.{name}"] for name in names), facts["shelf.payment_breaks"]


def test_one_customer_does_not_move_a_store_and_neither_do_those_of_another_one_or_of_yesterday():
    often = [sale(4, id=f"o{number}", sku=number, **STRANGE) for number in range(6)]
    of_another = [sale(4, id=f"o{n}", cust_id=1 + 4 * n, sku=n, **STRANGE) for n in range(6)]

    assert facts_of_shelf(*often)[0] == 1
    assert facts_of_shelf(*of_another)[0] == 0
    assert facts_of_shelf(*accomplices(**STRANGE), evening=accomplices())[0] == 0


def test_accounts_of_yesterday_speak_for_nobody():
    others = accomplices(discount=60, payment_method="upi")

    assert facts_of_shelf(*others, evening=accomplices())[1:4] == (0, 0, 0)
    assert facts_of_shelf(*others, evening=accomplices())[4] == facts_of_shelf()[4]
    settled = [{**other, "cust_id": 4 * number} for number, other in enumerate(others, start=3)]
    assert facts_of_shelf(*settled)[1:4] == (5, 5, 5)


def test_accounts_of_yesterday_mark_no_price_down_and_promote_nothing():
    cheap = [{**other, "sku": 7_777} for other in accomplices(price=12.0, discount=60)]
    usual = [sale(8, id=f"u{number}", cust_id=number, sku=7_777) for number in range(0, 80, 4)]
    facts = judged(*usual, *cheap, flagged("a", price=12.0, sku=7_777), evening=accomplices(), apart=MINUTE)[-1].facts

    assert (facts["sku.same_price_8h"], facts["sku.promoted_8h"], facts["sku.alike_8h"]) == (0, 0, 0)


def test_one_customer_who_pays_anew_does_not_change_how_a_store_is_paid():
    paid = [sale(4, id=f"p{number}", sku=number, payment_method="upi") for number in range(3)]
    tried = [flagged(way, payment_method=way, sku=7) for way in ("cod", "upi", "cash")]

    assert last(*paid, *tried)["PAYMENTS_CHANGE"] == last(*tried)["PAYMENTS_CHANGE"]


def test_payments_count_where_a_store_cannot_be_asked_how_it_is_paid():
    tried = [flagged(way, payment_method=way, sku=7, store_id=None) for way in ("cod", "upi", "cash")]

    assert "PAYMENTS_CHANGE" in last(*tried)


def test_an_article_that_was_bought_once_yesterday_is_not_usual():
    yesterday = [sale(8, id="y", cust_id=9_999, sku=7_777)]
    again = [flagged(name, cust_id=9_999, sku=7_777) for name in "ab"]

    assert "SAME_SKU_AGAIN" in last(*again, evening=yesterday)


def test_gift_cards_of_an_account_of_yesterday_are_no_presents():
    yesterday = [sale(8, id="y", cust_id=9_999, sku=7_777)]
    paid = {"payment_method": "gift_card", "gift_wrap": True}
    young = last(*(flagged(f"{n}", cust_id=9_999, sku=n, **paid) for n in range(4)), evening=yesterday)
    settled = last(*(flagged(f"{n}", cust_id=9, store_id=2, sku=n, **paid) for n in range(4)))

    assert not {"GIFTS_SPENT", "PRESENTS"} & set(young)
    assert {"GIFTS_SPENT", "PRESENTS"} <= set(settled)


def test_a_flood_of_an_article_is_one_though_half_of_it_are_plain_sales_to_few():
    moves = [sale(8, id=f"m{number}", sku=7_777, event_type="inventory_event") for number in range(80)]
    few = [sale(number % 3, id=f"s{number}", sku=7_777) for number in range(125)]
    strangers = [{**plain, "cust_id": 9_000 + number} for number, plain in enumerate(few)]
    many = [sale(number % 80, id=f"s{number}", sku=7_777) for number in range(100)]
    many += [{**plain, "cust_id": 8_000 + number, "id": f"n{number}"} for number, plain in enumerate(many[:25])]

    for plain in (few, strangers):
        assert "SKU_FLOODED" in last(*moves, *plain, flagged("a", sku=7_777), apart=SECOND)
    assert "SKU_FLOODED" not in last(*moves, *many, flagged("a", sku=7_777), apart=SECOND)


def test_one_customer_with_a_discount_again_and_again_is_not_others():
    again = [sale(4, id=f"d{number}", sku=number, discount=60) for number in range(9)]

    assert "OTHERS_TOO" not in last(*again, flagged("a", sku=7_777))
