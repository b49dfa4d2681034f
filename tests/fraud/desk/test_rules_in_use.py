from collections.abc import Callable

import pytest

from fraud.desk.problems import ProblemError
from fraud.desk.rules_in_use import MAX_CHANGES, RulesInUse, SetInShadow, SetToActivate, activated, shadowed
from tests.fraud.desk.cases import NOON, OPERATOR

SHIPPED = ("seed", "context")
START = RulesInUse()


def in_shadow(state: RulesInUse, name: str | None, *, active: str = "seed") -> RulesInUse:
    return shadowed(state, SetInShadow(name, "to see it"), OPERATOR, NOON, SHIPPED, active=active)


def active(state: RulesInUse, name: str) -> RulesInUse:
    return activated(state, SetToActivate(name, "it is better"), OPERATOR, NOON, SHIPPED)


def test_each_change_says_who_made_it_when_and_why():
    state = active(in_shadow(START, "context"), "seed")

    assert (state.active, state.shadow) == ("seed", "context")
    assert [(change.number, change.what, change.set, change.why) for change in state.changes] == [
        (1, "shadowed", "context", "to see it"),
        (2, "activated", "seed", "it is better"),
    ]
    assert {(change.who, change.by, change.when) for change in state.changes} == {(OPERATOR.name, OPERATOR.by, NOON)}


def test_a_set_that_is_activated_leaves_the_shadow():
    assert active(in_shadow(START, "context"), "context").shadow is None
    assert in_shadow(in_shadow(START, "context"), None).shadow is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda: active(START, "trial"), 400),
        (lambda: in_shadow(START, "trial"), 400),
        (lambda: in_shadow(START, "seed"), 409),
    ],
)
def test_a_set_that_nobody_has_and_the_active_one_are_refused(change: Callable[[], object], status: int):
    with pytest.raises(ProblemError) as refused:
        change()

    assert refused.value.status == status


def test_the_latest_changes_stay_and_their_numbers_go_on():
    state = START
    for _ in range(MAX_CHANGES + 3):
        state = active(state, "seed")

    assert [state.changes[0].number, state.changes[-1].number] == [4, MAX_CHANGES + 3]
