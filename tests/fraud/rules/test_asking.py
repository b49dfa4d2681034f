"""All rules of a set asked at once say what each says by itself, whatever the facts hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.context.schema import KINDS
from fraud.rules.language import FactValues, Value
from fraud.rules.language.compiled import ReadFact
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import shipped

NUMBERS = st.one_of(
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.floats(-3, 12),
    st.integers(0, 5),
)
VALUES = {
    "number": NUMBERS,
    "flag": st.booleans(),
    "text": st.one_of(st.sampled_from(["sale_event", "gift_card"]), st.text(max_size=5)),
}
FACTS = st.fixed_dictionaries({}, optional={name: st.none() | VALUES[kind] for name, kind in KINDS.items()})


def one_by_one(rules: RuleSet) -> RuleSet:
    def refused(_: ReadFact) -> list[tuple[int, int, Value]]:
        raise ArithmeticError

    return RuleSet(rules.definition, rules.digest, rules.rules, refused)


@pytest.mark.parametrize("name", sorted(shipped()))
@given(facts=FACTS)
@settings(max_examples=100, deadline=None)
def test_rules_that_are_asked_at_once_answer_as_one_by_one(name: str, facts: FactValues):
    rules = shipped()[name]
    alone = one_by_one(rules)

    assert rules.held(facts) == alone.held(facts)
    assert rules.reasons(facts) == alone.reasons(facts)
