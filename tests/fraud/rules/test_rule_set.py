"""A set judges facts: steps, excuses, groups, and what it says of rules that do not hold."""

import math
from typing import Any

import pytest

from fraud.rules.language import Kinds
from fraud.rules.reading import RuleFileError, read_rules
from fraud.rules.rule_set import BEYOND, RuleSet
from fraud.verdicts import Reason

KINDS: Kinds = {"event.price": "number", "event.qty": "number", "shop.sale": "flag", "shop.name": "text"}
HEAD = """name = "trial"
about = "For tests."
bands = { medium = 20, high = 40 }
"""
STEPS = """
[[rules]]
id = "PRICE"
about = "Too high a price."
value = "event.price"
steps = [{ bound = 10, weight = 5 }, { bound = 20, weight = 25 }]
text = "{value} is at least {bound}"
"""
EXCUSED = (
    STEPS
    + """
[[rules.excuses]]
when = "shop.sale"
text = "{shop.name} has a sale"
weight = 2
"""
)
TWO = (
    """
[groups]
money = 30
"""
    + STEPS.replace('id = "PRICE"', 'id = "PRICE"\ngroup = "money"')
    + STEPS.replace('id = "PRICE"', 'id = "AGAIN"\ngroup = "money"')
)


def rule_set(text: str) -> RuleSet:
    return read_rules(HEAD + text, KINDS, "trial.toml")


def weights(text: str, **facts: Any) -> dict[str, int]:
    named = {name.replace("_", ".", 1): value for name, value in facts.items()}
    return {reason.rule: reason.weight for reason in rule_set(text).reasons(named)}


@pytest.mark.parametrize(("price", "expected"), [(9.99, {}), (10, {"PRICE": 5}), (20, {"PRICE": 25}), (None, {})])
def test_the_last_step_that_a_value_passes_decides_the_weight(price: float | None, expected: dict[str, int]):
    assert weights(STEPS, event_price=price) == expected


def test_an_excuse_leaves_its_own_weight_and_says_why():
    reasons = rule_set(EXCUSED).reasons({"event.price": 30, "shop.sale": True, "shop.name": "Seven"})

    assert [(reason.weight, reason.evidence) for reason in reasons] == [(2, "30 is at least 20; but Seven has a sale")]
    assert weights(EXCUSED.replace("weight = 2\n", "weight = 0\n"), event_price=30, shop_sale=True) == {}


def test_the_rules_of_a_group_add_no_more_than_its_most():
    assert weights(TWO, event_price=30) == {"PRICE": 25, "AGAIN": 5}


def test_a_silent_rule_leaves_what_its_group_may_add_to_the_others():
    reasons = rule_set(TWO).reasons({"event.price": 20}, silent={"PRICE"})

    assert {reason.rule: reason.weight for reason in reasons}["AGAIN"] == 25


def test_numbers_beyond_all_bounds_are_not_a_way_past_a_rule():
    text = STEPS.replace('"event.price"', '"event.price * event.qty"')
    reasons = rule_set(text).reasons({"event.price": 1.5, "event.qty": 10**400})

    assert [(reason.weight, reason.evidence) for reason in reasons] == [(25, BEYOND)]


def test_an_explanation_has_every_rule_with_its_value_against_its_bound():
    def explained(**facts: Any) -> list[Any]:
        named = {name.replace("_", ".", 1): value for name, value in facts.items()}
        return [(rule.outcome, rule.value, rule.bound, rule.weight) for rule in rule_set(EXCUSED).explain(named)]

    assert explained(event_price=12) == [("holds", 12, 10, 5)]
    assert explained(event_price=3) == [("does not hold", 3, 10, 0)]
    assert explained() == [("cannot tell", None, 10, 0)]


@pytest.mark.parametrize(
    ("price", "words"),
    [
        (12, "12, at least 10"),
        (9.87654, "9.877, at least 10"),
        (None, "unknown, at least 10"),
        (10**13, "1e+13, at least 20"),
        pytest.param(10**400, "beyond all bounds, at least 10", id="huge"),
        (-math.inf, "-inf, at least 10"),
    ],
)
def test_a_value_is_told_against_its_bound_in_words_however_large_it_is(price: float | None, words: str):
    (rule,) = rule_set(STEPS).explain({"event.price": price})

    assert rule.measured == words


def test_a_rule_that_cannot_be_asked_says_which_facts_are_not_known():
    (rule,) = rule_set(STEPS.replace('"event.price"', '"event.price * event.qty"')).explain({"event.qty": 2})

    assert (rule.outcome, rule.text) == ("cannot tell", "event.price not known")


def test_an_explanation_of_a_verdict_has_its_reasons_the_snoozed_ones_as_such():
    reasons = (Reason("PRICE", 0, "quiet", snoozed=True), Reason("AGAIN", 7, "as it was judged"))

    explained = rule_set(TWO).explain({"event.price": 20}, reasons=reasons)

    assert [(rule.outcome, rule.weight, rule.text) for rule in explained] == [
        ("snoozed", 0, "quiet"),
        ("holds", 7, "as it was judged"),
    ]


def test_a_set_is_named_by_what_it_says_and_not_by_its_comments():
    assert rule_set(STEPS).id == rule_set("# a comment\n" + STEPS).id
    assert rule_set(STEPS).id != rule_set(STEPS.replace("25", "26")).id
    assert rule_set(STEPS).id.startswith("trial@")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("event.price", "event.prize"), "trial.toml:8: rules[0].value: PRICE: there is no fact event.prize"),
        (("{value}", "{valeu}"), "trial.toml:10: rules[0].text: PRICE: there is no fact valeu"),
        (("weight = 25", 'weight = "much"'), "trial.toml:9: rules[0].steps[1].weight: Expected `int`"),
        (('about = "Too', 'abuot = "Too'), "trial.toml:7: rules[0].abuot: Object contains unknown field `abuot`"),
        (("bound = 20", "bound = 5"), "trial.toml:9: rules[0].steps: PRICE: steps go from the mildest bound"),
        (('id = "PRICE"', 'id = "PRICE"\ngroup = "x"'), "trial.toml:7: rules[0].group: PRICE: there is no group x"),
        (('id = "PRICE"', 'id = "PRICE'), "trial.toml:6: Illegal character"),
        (("high = 40", "high = 10"), "trial.toml:3: bands: medium must be above 0"),
        (("value =", "when ="), "trial.toml:8: rules[0].when: PRICE: event.price is a number"),
        (("steps =", "bound = 1\nsteps ="), "trial.toml:10: rules[0].steps: PRICE: give either `steps`"),
        (('"PRICE"', '"price"'), "trial.toml:6: rules[0].id: Expected `str` matching regex"),
    ],
)
def test_a_problem_names_file_line_and_field(change: tuple[str, str], problem: str):
    with pytest.raises(RuleFileError) as caught:
        read_rules((HEAD + EXCUSED).replace(*change, 1), KINDS, "trial.toml")
    assert str(caught.value).startswith(problem)


def test_every_expression_that_cannot_be_used_is_named_at_once():
    with pytest.raises(RuleFileError) as caught:
        rule_set((STEPS + STEPS).replace("event.price", "event.prize"))
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "trial.toml:13",
        "trial.toml:8",
        "trial.toml:15",
    ]
