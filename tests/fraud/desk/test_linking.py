import time
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from fraud.desk.linking import LinkedCase, LinkedFacts, by_money, linked
from fraud.verdicts import Band, Reason, Verdict
from fraud.windows import Window
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body


def verdict(
    customer: int,
    *,
    sku: int = 0,
    store: int = 3,
    minutes: int = 0,
    band: Band = "high",
    rule: str = "PACE",
    **event: Any,
) -> Verdict:
    """A verdict on a sale to a customer, in a window so many minutes later; each customer buys another sku."""
    later = timedelta(minutes=minutes)
    window = Window(WINDOW.start + later, WINDOW.end + later)
    fields = {"cust_id": customer, "sku": sku or 1_000 + customer, "store_id": store, **event}
    return Verdict(
        event_id=f"{customer}-{minutes}",
        store_id=store,
        window_start=window.start,
        window_end=window.end,
        score=60,
        band=band,
        reasons=(Reason(rule, 60, "much"),),
        rule_set="trial",
        run_id=None,
        event=msgspec.json.decode(event_body("a", **fields)),
    )


def cards(customer: int, **more: Any) -> Verdict:
    return verdict(customer, payment_method="gift_card", **more)


def test_a_ring_over_several_stores_is_told_in_one_line():
    ring = {
        "a": [cards(1, sku=7), cards(1, sku=7), cards(1, sku=7)],
        "b": [cards(2, sku=7, store=4, minutes=45), cards(2, sku=7, store=4, minutes=45)],
        "c": [cards(3, sku=7, store=5, minutes=90), cards(4, sku=7, store=5, minutes=115)],
        "d": [cards(5, sku=8, store=6)],
    }

    whole = linked("a", ring)

    assert whole.headline == "4 accounts, 3 stores, one sku, 7 gift cards in 2 h"
    assert whole.cases == (LinkedCase("b", ("sku 7",)), LinkedCase("c", ("sku 7",)))
    assert whole.complete


def test_who_only_falls_into_the_window_of_a_ring_is_not_told_as_one_of_it():
    ring = {"a": [cards(1, sku=7), verdict(9)], "b": [cards(2, sku=7, minutes=45), verdict(8, minutes=45)]}
    too_late = {"a": [verdict(1, sku=7), verdict(9)], "b": [verdict(2, sku=7, minutes=65)]}

    assert linked("a", ring).headline == "2 accounts, one store, one sku, 2 gift cards in 50 min"
    assert linked("a", too_late).headline == "2 accounts, one store, 2 skus, 2 sales in 5 min"


def test_a_case_alone_tells_of_itself():
    assert linked("a", {"a": [verdict(1), cards(2)]}).headline == (
        "2 accounts, one store, 2 skus, 2 sales, 1 by gift card in 5 min"
    )
    assert linked("a", {"a": [verdict(1, band="low")], "b": [verdict(1)]}).headline == ""
    assert linked("a", {}).headline == ""


def test_a_sku_links_within_an_hour_and_a_customer_longer():
    own = [verdict(1, sku=7)]

    assert linked("a", {"a": own, "b": [verdict(2, sku=7, minutes=65)]}).cases == ()
    assert linked("a", {"a": own, "b": [verdict(1, sku=8, minutes=65)]}).cases == (LinkedCase("b", ("customer 1",)),)


def test_a_gateway_links_only_what_a_rule_holds_it_against():
    def with_gateway(customer: int, rule: str) -> Verdict:
        return verdict(customer, rule=rule, store_ip="10.9.9.9")

    accused = {"a": [with_gateway(1, "STORE_NETWORK")], "b": [with_gateway(2, "STORE_NETWORK")]}
    bystander = {"a": [with_gateway(1, "STORE_NETWORK")], "b": [with_gateway(2, "PACE")]}

    (quiet,) = bystander["a"]
    asleep = msgspec.structs.replace(quiet, reasons=(msgspec.structs.replace(quiet.reasons[0], snoozed=True),))

    assert linked("a", accused).cases == (LinkedCase("b", ("gateway 10.9.9.9",)),)
    assert linked("a", bystander).cases == ()
    assert linked("a", accused | {"a": [asleep]}).cases == ()


def test_odd_fields_link_nothing_and_raise_nothing():
    odd = [verdict(1, cust_id=None, store_ip={"a": 1}, payment_method=7, rule="STORE_NETWORK")]
    (odd[0].event or {})["sku"] = [7]

    assert linked("a", {"a": odd, "b": odd}).cases == ()
    assert linked("a", {"a": odd}).headline == "one store, one sale in 5 min"


def test_linked_cases_come_by_the_money_at_stake_and_none_is_lost():
    links = linked("a", {name: [verdict(1)] for name in "abcd"})
    facts = {
        name: LinkedFacts(store_id=3, window_end=WINDOW.end, at_stake=stake)
        for name, stake in (("b", 100), ("c", 900), ("d", None))
    }

    told = by_money(links, facts)
    assert [case.id for case in told.cases] == ["c", "b", "d"]
    assert {case.by for case in told.cases} == {("customer 1",)}
    assert [case.id for case in by_money(links, {"d": facts["c"]}).cases] == ["d", "b", "c"]


@pytest.mark.parametrize("sku", [7, 0])
def test_windows_that_a_producer_fills_are_linked_in_the_time_of_one_look_at_each(sku: int):
    own, others = [cards(number, sku=sku) for number in range(1_000)], [cards(-1, sku=-1)]
    filled = {f"w{case}": [verdict(1_000 * case + number, sku=sku) for number in range(1_000)] for case in range(1, 41)}
    began = time.process_time()

    links = linked("w0", {"w0": own, **filled, "other": others})

    assert time.process_time() - began < 5, "it took twenty seconds"
    assert len(links.cases) == (40 if sku else 0)
