"""Every rule of the set `context` at its edges: on each bound it holds, and a hair before it does not."""

import math
from collections import Counter

import pytest

from fraud.rules.compiling import CompiledRule
from fraud.rules.language import FactValues, Value
from fraud.rules.shipped import shipped

CONTEXT = shipped()["context"]
CARD: dict[str, Value] = {"event.payment": "gift_card"}
NEW: dict[str, Value] = {"customer.known": False}
WHOLE: dict[str, Value] = {"event.impossible": 0, "event.missing": 0}
PAID: dict[str, Value] = {"shelf.payment_breaks": 0.1}
SETTLED: dict[str, Value] = {"customer.settled": True}
UNHIDDEN: dict[str, Value] = {"customer.cut": False, "id.altered": 0}
QUIET: dict[str, Value] = {"sku.promoted_8h": 2}
FEW: dict[str, Value] = QUIET | {"sku.crowd_8h": 5}

EDGES: dict[str, tuple[dict[str, Value], str, list[dict[str, Value]]]] = {
    "FLAGGED": ({"event.type": "sale_event"}, "", [{"event.type": "inventory_event"}]),
    "NO_PROFILES": ({}, "profiles.days", []),
    "UNUSABLE_FIELDS": ({}, "event.unusable", []),
    "MISSING_FIELDS": ({"profiles.days": 1}, "event.missing", [{"profiles.days": 0}]),
    "IMPOSSIBLE_NUMBERS": ({}, "event.impossible", []),
    "MISSING_STORE": ({}, "", [{"event.store": "7"}]),
    "ID_REUSED": ({}, "id.altered", []),
    "STORE_NAME": ({"store.name_strange": True}, "shelf.name_here_3h", [{"store.name_strange": False}]),
    "STORE_NAME_ALONE": (
        {"store.name_strange": True},
        "",
        [{"store.name_strange": False}, {"shelf.name_here_3h": 0}, {"shelf.name_here_3h": 500}],
    ),
    "STORE_NETWORK": ({"store.network_strange": True}, "shelf.network_share", [{"store.network_strange": False}]),
    "NETWORK_DESERTED": (
        {"store.network_strange": True},
        "shelf.network_here_3h",
        [{"store.network_strange": False}],
    ),
    "FEW_BY_NETWORK": ({"store.network_strange": False}, "shelf.network_share", [{"store.network_strange": True}]),
    "PRICE_TOO_LOW": ({"sku.price_spreads": -3}, "sku.price_ratio", [{"sku.price_spreads": -2.9}]),
    "PRICE_TOO_HIGH": ({"sku.price_spreads": 3}, "sku.price_ratio", [{"sku.price_spreads": 2.9}]),
    "REFUND_ABOVE_PAID": ({}, "customer.refunds_above_paid_24h", []),
    "RETURNED_BOUGHT": ({}, "customer.returned_surprise", []),
    "RETURNS_NOW": ({}, "customer.returns_surprise_24h", []),
    "SAME_SKU_LINES": (
        SETTLED | {"customer.usual_sku": False, "customer.same_sku_visits_24h": 0},
        "customer.same_sku_24h",
        [{"customer.usual_sku": True}, {"customer.same_sku_visits_24h": 1}],
    ),
    "SAME_SKU_AGAIN": (
        SETTLED | {"customer.usual_sku": False},
        "customer.same_sku_visits_24h",
        [{"customer.usual_sku": True}],
    ),
    "USUAL_SKU_AGAIN": (
        SETTLED | {"customer.usual_sku": True},
        "customer.same_sku_24h",
        [{"customer.usual_sku": False}, {"customer.settled": False}],
    ),
    "MANY_STORES": ({}, "customer.other_stores_24h", []),
    "STORES_AT_ONCE": ({}, "customer.stores_1h", []),
    "FLAGGED_NOW": ({}, "customer.flagged_visits_24h", []),
    "FLAGGED_AT_ONCE": ({}, "customer.flagged_visits_3h", []),
    "DISCOUNT_OF_ITS_OWN": (
        {"customer.deep_visits_3h": 1, "shelf.alike_3h": 0},
        "sku.alike_8h",
        [{"customer.deep_visits_3h": 0}, {"shelf.alike_3h": 1}],
    ),
    "PRIORITY_AS_USUAL": (
        WHOLE | SETTLED | {"customer.cut": False, "customer.deep_share": 0.4},
        "customer.priority_share",
        [
            {"customer.settled": False},
            {"customer.cut": True},
            {"event.missing": 1},
            {"event.impossible": 1},
            {"customer.deep_share": 0.5},
        ],
    ),
    "DISCOUNTS_IN_A_BASKET": (
        {"customer.flagged_visits_24h": 1},
        "customer.discounts_24h",
        [{"customer.flagged_visits_24h": 2}],
    ),
    "DISCOUNTS_APART": (
        {"customer.known": True, "customer.habits_broken": 1},
        "customer.discounts_24h",
        [{"customer.known": False}, {"customer.habits_broken": 2}, {"customer.habits_broken": None}],
    ),
    "TRIED_BY_A_NEW_ACCOUNT": (NEW, "customer.small_before_24h", [{"customer.known": True}]),
    "MORE_THAN_IS_READ": ({"customer.cut": True}, "", [{"customer.cut": False}]),
    "SKU_FLOODED": (
        {"sku.cut": True, "sku.customers_8h": 99, "sku.new_customers_8h": 49},
        "",
        [{"sku.cut": False}, {"sku.customers_8h": 100}],
    ),
    "FLAGGED_OFTEN": ({}, "customer.flagged_surprise", []),
    "SAME_DISCOUNT_LINES": (
        {"customer.flagged_visits_24h": 1},
        "customer.same_discount_24h",
        [{"customer.flagged_visits_24h": 2}],
    ),
    "IN_A_BASKET": (
        UNHIDDEN | {"customer.known": True, "customer.flagged_visits_24h": 1},
        "customer.goods_1h",
        [
            {"customer.known": False},
            {"customer.flagged_visits_24h": 2},
            {"customer.cut": True},
            {"id.altered": 1},
        ],
    ),
    "ONLY_GOODS": ({"customer.skus_24h": 1}, "", [{"customer.skus_24h": 2}]),
    "HABITS_BROKEN": ({"customer.habits_broken": 2}, "customer.strangeness", [{"customer.habits_broken": 1}]),
    "STRANGE_DAY": ({}, "customer.strangeness_24h", []),
    "HABIT_BROKEN": ({"customer.habits_broken": 1}, "customer.strangeness", [{"customer.habits_broken": 2}]),
    "PAYMENT_UNLIKELY": (
        {**PAID, "event.payment": "cod", "customer.sales": 2},
        "customer.payment_strangeness",
        [CARD, {"shelf.payment_breaks": 0.35}, {"customer.sales": 1}],
    ),
    "GIFT_CARD_UNLIKELY": (
        PAID | CARD,
        "customer.payment_strangeness",
        [{"event.payment": "cod"}, {"shelf.payment_breaks": 0.35}],
    ),
    "PAYMENTS_CHANGE": (PAID, "customer.payments_surprise", [{"shelf.payment_breaks": 0.35}]),
    "AS_USUAL": (
        {
            "customer.settled": True,
            "customer.habits_broken": 0,
            "customer.sales": 3,
            "event.impossible": 0,
            "event.missing": 0,
            "customer.cut": False,
        },
        "customer.strangeness",
        [
            {"customer.settled": False},
            {"customer.habits_broken": 1},
            {"customer.sales": 2},
            {"event.impossible": 1},
            {"event.missing": 1},
            {"customer.cut": True},
        ],
    ),
    "NEW_ACCOUNT": (NEW, "population.new_share", [{"customer.known": True}]),
    "YOUNG_ACCOUNT": (
        {"customer.known": True, "customer.settled": False, "event.payment": "cod"},
        "",
        [{"customer.known": False}, {"customer.settled": True}, CARD],
    ),
    "NEW_FOR_ONE_THING": (
        NEW | {"customer.skus_24h": 1},
        "",
        [{"customer.known": True}, {"customer.skus_24h": 2}],
    ),
    "NEW_ACCOUNTS_TOGETHER": (
        NEW | {"sku.new_customers_8h": 2},
        "sku.new_surprise",
        [{"customer.known": True}, {"sku.new_customers_8h": 1}],
    ),
    "NEW_ACCOUNTS_AT_SHELF": (
        NEW | {"shelf.new_flagged_3h": 2},
        "shelf.new_flagged_surprise",
        [{"customer.known": True}, {"shelf.new_flagged_3h": 1}],
    ),
    "STORE_OPENS": (
        NEW | {"store.days": 0, "shelf.name_here_3h": 2},
        "",
        [{"customer.known": True}, {"store.days": 1}, {"shelf.name_here_3h": 1}],
    ),
    "UNKNOWN_STORE": ({"store.days": 0}, "shelf.name_here_3h", [{"store.days": 1}]),
    "EARLY_LIFE": (NEW, "customer.flagged_visits_24h", [{"customer.known": True}]),
    "NEW_AND_AGAIN": (NEW, "customer.deep_visits_3h", [{"customer.known": True}]),
    "NEW_ACCOUNTS_PAID_ALIKE": (NEW, "shelf.new_same_payment_surprise", [{"customer.known": True}]),
    "NEW_ACCOUNTS_WELCOMED": (
        NEW | {"shelf.new_same_payment_surprise": 0.4},
        "shelf.new_alike_3h",
        [{"customer.known": True}, {"shelf.new_same_payment_surprise": 0.5}],
    ),
    "CROWD": ({}, "sku.crowd_8h", []),
    "SKU_RUN": (QUIET, "sku.flagged_1h", [{"sku.promoted_8h": 3}]),
    "SKU_STRANGERS": (FEW, "sku.strangers_8h", [{"sku.promoted_8h": 3}, {"sku.crowd_8h": 6}]),
    "SKU_PAID_ALIKE": ({}, "sku.same_payment_surprise", []),
    "SKU_ONE_NETWORK": (FEW, "sku.same_network_8h", [{"sku.promoted_8h": 3}, {"sku.crowd_8h": 6}]),
    "GIFT_CARD_RUN": (
        {"customer.gift_card_visits_24h": 2, "customer.wrapped_24h": 1, "customer.sales_24h": 2},
        "customer.gift_card_visits_surprise",
        [{"customer.gift_card_visits_24h": 1}, {"customer.wrapped_24h": 2}],
    ),
    "PRESENTS": (
        CARD | SETTLED | {"customer.wrapped_24h": 2, "customer.sales_24h": 3},
        "",
        [{"event.payment": "cod"}, {"customer.settled": False}, {"customer.sales_24h": 4}],
    ),
    "GIFTS_SPENT": (
        CARD | SETTLED | {"customer.new_payment": True, "customer.new_store": False, "customer.same_sku_24h": 0},
        "customer.gift_cards_24h",
        [
            {"customer.settled": False},
            {"event.payment": "cod"},
            {"customer.new_payment": False},
            {"customer.new_store": True},
            {"customer.new_store": None},
            {"customer.same_sku_24h": 1},
        ],
    ),
    "GIFT_CARDS_ON_SKU": (
        CARD | {"sku.gift_cards_8h": 2},
        "sku.gift_card_surprise",
        [{"event.payment": "cod"}, {"sku.gift_cards_8h": 1}],
    ),
    "JUST_BELOW_THE_LINE": ({"event.line": 5_000}, "customer.near_lines_24h", [{"event.line": None}]),
    "BELOW_A_ROUND_AMOUNT": ({"event.value_spreads": 1}, "event.below_round", [{"event.value_spreads": 0.9}]),
    "BELOW_ROUND_AGAIN": ({}, "customer.below_round_24h", [{"event.line": 5_000}]),
    "ABOVE_ITS_CUSTOMER": ({"customer.habits_broken": 2}, "customer.value_ratio", [{"customer.habits_broken": 1}]),
    "NO_PROMOTION": ({}, "shelf.discount_strangeness", []),
    "PROMOTION": ({"shelf.deep_3h": 2}, "shelf.discount_strangeness", [{"shelf.deep_3h": 1}]),
    "OTHERS_TOO": (
        {"customer.known": True, "shelf.deep_3h": 2},
        "shelf.alike_3h",
        [{"shelf.deep_3h": 1}, {"customer.known": False}],
    ),
    "SKU_PROMOTED": ({}, "sku.promoted_8h", []),
    "ODD_HOUR": ({}, "population.hour_share", []),
}
"""By rule: facts under which its condition holds, the fact that its bounds are for, and what undoes the condition."""


GIFTS: dict[str, Value] = CARD | {"customer.known": True, "customer.same_sku_24h": 0}
NO_GIFTS: list[dict[str, Value]] = [{"event.payment": "cod"}, {"customer.known": False}, {"customer.same_sku_24h": 1}]
EXCUSES: dict[str, tuple[dict[str, Value], list[dict[str, Value]], int]] = {
    "ID_REUSED": (
        {"id.altered": 1, "id.others_sale": False},
        [{"id.others_sale": True}, {"id.others_sale": None}, {"id.altered": 2}],
        18,
    ),
    "FLAGGED_NOW": (
        GIFTS | {"customer.flagged_visits_24h": 3},
        NO_GIFTS,
        2,
    ),
    "FLAGGED_AT_ONCE": (
        GIFTS | {"customer.flagged_visits_3h": 2},
        NO_GIFTS,
        1,
    ),
    "PAYMENTS_CHANGE": (
        PAID | CARD | SETTLED | {"customer.payments_surprise": 2, "customer.payments_24h": 2},
        [{"event.payment": "cod"}, {"customer.settled": False}, {"customer.payments_24h": 3}],
        2,
    ),
    "PRICE_TOO_LOW": (
        {"sku.price_spreads": -9, "sku.price_ratio": 0.6, "sku.same_price_8h": 2},
        [{"sku.same_price_8h": 1}, {"sku.same_price_8h": None}, {"sku.price_ratio": 0.5}],
        3,
    ),
    "HABITS_BROKEN": (
        {"customer.habits_broken": 3, "customer.strangeness": 5, "sku.promoted_8h": 2, "sku.pace_surprise": 3},
        [{"sku.promoted_8h": 1}, {"sku.pace_surprise": 2.9}, {"sku.pace_surprise": None}],
        6,
    ),
    "SKU_RUN": (
        {"sku.flagged_1h": 4, "sku.promoted_8h": 2, "sku.sales_8h": 16},
        [{"sku.promoted_8h": 1}, {"sku.sales_8h": 15}],
        0,
    ),
    "ABOVE_ITS_CUSTOMER": (
        {"customer.habits_broken": 2, "customer.value_ratio": 6, "customer.new_store": False},
        [{"customer.habits_broken": 3}, {"customer.new_store": True}, {"customer.new_store": None}],
        0,
    ),
}
"""By rule with an excuse: facts under which it is excused, what undoes the excuse, and the points that are left."""

CROWDED: dict[str, tuple[dict[str, Value], int]] = {
    "PRICE_TOO_LOW": ({"sku.price_spreads": -9, "sku.price_ratio": 0.31}, 3),
    "HABITS_BROKEN": ({"customer.habits_broken": 3, "customer.strangeness": 5}, 6),
    "SKU_RUN": ({"sku.flagged_1h": 4}, 0),
    "SKU_PAID_ALIKE": ({"sku.same_payment_surprise": 2}, 5),
}
"""By rule that a crowd excuses: facts under which it holds, and the points that are left."""


def step_of(rule: CompiledRule, facts: FactValues) -> int | None:
    """The step that a rule reaches; None if it does not hold."""
    return dict(CONTEXT.held(facts)).get(rule.id)


def test_every_rule_of_the_set_is_in_the_table():
    assert set(EDGES) == {rule.id for rule in CONTEXT.rules}


@pytest.mark.parametrize("rule", CONTEXT.rules, ids=lambda rule: rule.id)
def test_a_rule_holds_on_each_of_its_bounds_and_not_before(rule: CompiledRule):
    condition, measured, undone = EDGES[rule.id]
    before = math.inf if rule.definition.comparison in ("at most", "below") else -math.inf
    for number, step in enumerate(rule.steps):
        inside = math.nextafter(step.bound, -before) if rule.definition.comparison == "below" else step.bound
        outside = step.bound if rule.definition.comparison == "below" else math.nextafter(step.bound, before)
        value = {measured: inside} if measured else {}
        assert step_of(rule, condition | value) == number
        for change in undone:
            assert step_of(rule, condition | value | change) is None
        if measured:
            assert step_of(rule, condition | {measured: outside}) == (number - 1 if number else None)
            assert step_of(rule, condition) is None


def points_of(rule: CompiledRule, facts: FactValues) -> int:
    return next((reason.weight for reason in CONTEXT.reasons(facts) if reason.rule == rule.id), 0)


def test_every_excuse_of_the_set_is_in_the_table():
    told = Counter([*EXCUSES, *CROWDED])
    assert told == {rule.id: len(rule.excuses) for rule in CONTEXT.rules if rule.excuses}


@pytest.mark.parametrize("rule", [rule for rule in CONTEXT.rules if rule.id in EXCUSES], ids=lambda rule: rule.id)
def test_an_excuse_leaves_what_it_says_and_only_where_it_holds(rule: CompiledRule):
    excused, undone, left = EXCUSES[rule.id]

    assert points_of(rule, excused) == left
    for change in undone:
        assert points_of(rule, excused | change) > left


@pytest.mark.parametrize("rule", [rule for rule in CONTEXT.rules if rule.id in CROWDED], ids=lambda rule: rule.id)
def test_a_crowd_of_six_excuses_and_one_of_five_does_not(rule: CompiledRule):
    facts, left = CROWDED[rule.id]

    assert points_of(rule, facts | {"sku.crowd_8h": 6}) == left < points_of(rule, facts | {"sku.crowd_8h": 5})
