"""The journal of deeds in words."""

import pytest

from fraud.desk.deeds import Deed, DeedKind
from fraud.desk.rules_in_use import (
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
from function_app.desk.deed_words import change_words, deed_outcome, deed_what, deed_why
from tests.fraud.desk.cases import NOON, OPERATOR


def deed(why: str = "", outcome: str = "", what: DeedKind = "repair") -> Deed:
    return Deed(when=NOON, who="Olga", by="name", what=what, subject="x", why=why, outcome=outcome)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("The verdicts were lost.", "The verdicts were lost."),
        ("{}", ""),
        ('{"name": "morning", "batches": 10, "seed": null}', "name morning, batches 10"),
        ("id=campaign-a&what=suspend&reason=a+test", "a test"),
        ("from=2026-01-01&to=2026-01-02&cosmos=yes", "from 2026-01-01, to 2026-01-02, cosmos yes"),
        ('{"why": "lost", "dry_run": true}', "lost; dry run yes"),
        ('{"cut": "of', '{"cut": "of'),
        ('{"from": "2026-01-02T01:00:00.123+01:00", "again": false}', "from 2026-01-02 00:00:00, again no"),
        ('{"name": "spike", "mix": {"bad": 0.1}, "stages": [{"rate": 1}, {"rate": 2}]}', "name spike, stages 2"),
        ('{"from": "0001-01-01T00:00:00+14:00"}', "from 0001-01-01T00:00:00+14:00"),
        ('{"to": "9999-12-31T23:59:59-14:00"}', "to 9999-12-31T23:59:59-14:00"),
        ('{"x": ' + "[" * 994, '{"x": ' + "[" * 994),
        ('{"class": "id_reused", "keys": ["a1", "b2"]}', "class id_reused, keys a1, b2"),
        ('{"name": "spike", "seed": 7, "mix": {"bad": 0.1, "late": 0', "name spike, seed 7"),
    ],
)
def test_what_was_sent_is_told_in_words(sent: str, words: str):
    assert deed_why(deed(sent)) == words


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("", "it runs, or was cut off"),
        ("202 campaign-morning", "done: campaign-morning"),
        ("303", "done"),
        ("404", "there was none of this name"),
        ("409", "refused: it was not in that state"),
        ("503", "failed"),
        ("2 windows were started.", "2 windows were started."),
    ],
)
def test_an_outcome_is_no_number_of_http(outcome: str, words: str):
    assert deed_outcome(deed(outcome=outcome)) == words


def test_an_act_on_a_workflow_says_which():
    assert deed_what(deed("id=a&what=suspend", what="act-on-workflow")) == "suspend workflow"
    assert deed_what(deed(what="start-campaign")) == "start campaign"


def test_changes_of_the_rules_in_use_are_told():
    until = NOON.replace(day=3)
    state = activated(RulesInUse(), SetToActivate("context", "better"), OPERATOR, NOON, ["context", "seed"])
    state = shadowed(state, SetInShadow("seed", "to see"), OPERATOR, NOON, ["context", "seed"], active="context")
    state = snoozed(state, RuleToSnooze("PACE", until, "a shop", customer="7"), OPERATOR, NOON, ["PACE"])
    state = woken(state, state.snoozes[0].number, Waking("over"), OPERATOR, NOON)

    assert [change_words(change) for change in state.changes] == [
        "context judges windows",
        "seed judges in the shadow",
        "PACE snoozed for customer 7 until 2026-01-03 12:00",
        "PACE counts again for customer 7",
    ]
