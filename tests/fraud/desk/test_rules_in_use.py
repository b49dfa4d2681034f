from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from fraud.desk.problems import ProblemError
from fraud.desk.rules_in_use import (
    CLOCKS,
    KEPT,
    LONGEST_SNOOZE,
    MAX_CHANGES,
    MAX_SNOOZES,
    RulesInUse,
    RuleToSnooze,
    SetInShadow,
    SetToActivate,
    Waking,
    activated,
    shadowed,
    snoozed,
    woken,
)
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


def test_what_is_so_already_is_no_change():
    state = active(in_shadow(START, "context"), "seed")

    assert active(state, "seed") is state
    assert in_shadow(state, "context") is state
    assert in_shadow(START, None) is START
    assert active(START, "seed") != START, "until then the setting names it"


def test_the_same_snooze_is_no_change_as_long_as_it_runs_and_a_longer_one_is():
    state = asleep()

    assert asleep(state) is state
    assert asleep(state, why="told again", when=NOON + timedelta(days=1), until=WEEK + CLOCKS) is state
    assert len(asleep(state, until=WEEK + timedelta(days=1)).snoozes) == 2
    assert len(asleep(state, customer="13").snoozes) == 2
    assert len(asleep(state, rule="HIGH_VALUE").snoozes) == 2
    assert len(asleep(state, when=WEEK).snoozes) == 2, "it has ended"
    woke = woken(state, 1, Waking("over"), OPERATOR, NOON)
    assert len(asleep(woke).snoozes) == 2


def test_the_latest_changes_stay_and_their_numbers_go_on():
    state = START
    for number in range(MAX_CHANGES + 3):
        state = active(state, SHIPPED[number % 2])

    assert [state.changes[0].number, state.changes[-1].number] == [4, MAX_CHANGES + 3]


RULES = ("PACE", "HIGH_VALUE")
WEEK = NOON + timedelta(days=7)


def asleep(state: RulesInUse = START, *, when: datetime = NOON, **asked: Any) -> RulesInUse:
    fields: dict[str, Any] = {
        "rule": "PACE",
        "until": when + timedelta(days=7),
        "why": "a business",
        "customer": "12",
        **asked,
    }
    return snoozed(state, RuleToSnooze(**fields), OPERATOR, when, RULES)


def test_a_snooze_has_an_author_a_beginning_and_an_end_and_can_be_ended_early():
    state = asleep()
    (snooze,) = state.snoozes
    ended = woken(state, snooze.number, Waking("it was a mistake"), OPERATOR, NOON + timedelta(hours=1))

    assert (snooze.number, snooze.rule, snooze.customer, snooze.store) == (1, "PACE", "12", None)
    assert (snooze.since, snooze.until, snooze.who) == (NOON, WEEK, OPERATOR.name)
    assert ended.snoozes[0] == msgspec.structs.replace(snooze, woken=NOON + timedelta(hours=1))
    assert ended.snoozes[0].end == NOON + timedelta(hours=1)
    assert [(change.number, change.what, change.why) for change in ended.changes] == [
        (1, "snoozed", "a business"),
        (2, "woken", "it was a mistake"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"rule": "NOBODYS_RULE"},
        {"customer": None},
        {"store": "3"},
        {"until": NOON},
        {"until": NOON + LONGEST_SNOOZE + CLOCKS + timedelta(seconds=1)},
    ],
)
def test_a_snooze_without_end_of_everybody_or_of_an_unknown_rule_is_refused(asked: dict[str, Any]):
    with pytest.raises(ProblemError) as refused:
        asleep(**asked)

    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("field", "name", "says"),
    [
        ("store", "none", "say which store"),
        ("store", "_unknown", "say which store"),
        ("store", " ", "say which store"),
        ("customer", "None", "say which customer"),
        ("store", "07", "as events have it: 7"),
        ("store", "7.0", "as events have it: 7"),
        ("store", " 7", "as events have it: 7"),
        ("customer", "+7", "as events have it: 7"),
        ("customer", "1e3", "as events have it: 1000"),
        ("customer", "-0", "as events have it: 0"),
        ("customer", "7.5", "no event has the customer 7.5"),
        ("store", "1e999", "no event has the store"),
        ("store", str(2**53), "no event has the store"),
        ("customer", "9" * 200, "no event has the customer"),
    ],
)
def test_a_snooze_that_could_never_hold_is_refused_and_says_why(field: str, name: str, says: str):
    with pytest.raises(ProblemError, match=says) as refused:
        asleep(customer=name if field == "customer" else None, store=name if field == "store" else None)

    assert (refused.value.status, refused.value.field) == (400, field)


@pytest.mark.parametrize(
    ("customer", "value"), [("7", 7), ("7", 7.0), ("-7", -7), (str(2**60), 2**60), ("A-07", "A-07"), ("7a", "7a")]
)
def test_a_snooze_of_a_name_that_events_have_holds_for_it(customer: str, value: object):
    assert asleep(customer=customer).snoozes[0].is_about({"cust_id": value})


def test_a_snooze_of_the_longest_time_is_taken_of_whose_clock_is_before():
    until = NOON + LONGEST_SNOOZE + CLOCKS

    assert asleep(until=until).snoozes[0].until == until


def test_a_snooze_ends_once():
    state = woken(asleep(), 1, Waking("over"), OPERATOR, NOON)

    for number, status in ((1, 409), (2, 404)):
        with pytest.raises(ProblemError) as refused:
            woken(state, number, Waking("again"), OPERATOR, NOON)
        assert refused.value.status == status


def test_snoozes_stay_for_whoever_judges_again_and_are_bounded():
    state = START
    for customer in range(MAX_SNOOZES):
        state = asleep(state, customer=str(customer))
    with pytest.raises(ProblemError, match="change the rule itself"):
        asleep(state, customer="of before")

    assert len(asleep(state, when=WEEK + KEPT).snoozes) == 1
