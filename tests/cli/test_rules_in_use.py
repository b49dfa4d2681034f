"""The commands of the rule sets in use, over an app that answers as the API does."""

import msgspec
import pytest

from cli.commands import command_line
from fraud.desk.rules_in_use import RulesChange, RulesInUseRow
from fraud.snoozes import Snooze
from tests.cli.answering_app import App, detective
from tests.fraud.desk.cases import NOON

SEEN = RulesInUseRow(active="context", shadow=None, snoozes=(), changes=(), etag="seen")
CHANGE = RulesChange(
    number=1, when=NOON, who="An\x1ba", by="key", what="shadowed", set="seed", why="to see what it would say"
)


def test_a_set_is_put_into_shadow_of_the_state_that_was_seen(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/rules-in-use"] = [(200, msgspec.to_builtins(SEEN))]
    changed = msgspec.structs.replace(SEEN, shadow="seed", changes=(CHANGE,), etag="changed")
    app.answers["/api/rules-in-use/shadow"] = [(200, msgspec.to_builtins(changed))]

    options = command_line().parse_args(["rules", "shadow", "seed", "--why", "to see", "--as", "Ana"])

    assert options.run(options) == 0
    assert app.asked[1:] == [("/api/rules-in-use/shadow", {"set": "seed", "why": "to see"})]
    text = capsys.readouterr().out
    assert "context judges windows, seed in its shadow" in text
    assert "so already" not in text
    assert "An?a (key) shadowed seed: to see what it would say" in text


SNOOZE = Snooze(number=7, rule="PACE", customer="12", since=NOON, until=NOON, who="Ana", why="a business")


def test_who_ended_a_snooze_is_told_in_a_sentence(app: type[App], capsys: pytest.CaptureFixture[str]):
    woken = msgspec.structs.replace(CHANGE, who="Ana", what="woken", set=None, snooze=SNOOZE, why="over")
    app.answers["/api/rules-in-use"] = [(200, msgspec.to_builtins(msgspec.structs.replace(SEEN, changes=(woken,))))]

    options = command_line().parse_args(["rules", "in-use"])

    assert options.run(options) == 0
    assert "Ana (key) woke PACE for customer 12: over" in capsys.readouterr().out


def test_what_is_so_already_is_said(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers["/api/rules-in-use"] = app.answers["/api/rules-in-use/active"] = [(200, msgspec.to_builtins(SEEN))]

    options = command_line().parse_args(["rules", "activate", "context", "--why", "again"])

    assert options.run(options) == 0
    assert "it is so already: nothing was changed" in capsys.readouterr().out


def test_a_snooze_of_nobody_is_sent_as_it_was_written_and_the_refusal_is_told(
    app: type[App], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    app.answers["/api/health"] = [(200, {})]
    app.answers["/api/rules-in-use"] = [(200, msgspec.to_builtins(SEEN))]
    refusal = {"title": "Bad request", "detail": "say which customer"}
    app.answers["/api/rules-in-use/snoozes"] = [(400, refusal)]

    assert detective(monkeypatch, "rules", "snooze", "PACE", "--customer", "", "--days", "1", "--why", "x") == 2

    (body,) = (body for _, body in app.asked if body)
    assert (body["customer"], body["until"]) == ("", "2026-01-03T10:00:00+00:00")
    assert "say which customer" in capsys.readouterr().err


def test_a_rule_is_snoozed_for_a_customer_until_a_day_and_woken(app: type[App], capsys: pytest.CaptureFixture[str]):
    asleep = msgspec.structs.replace(SEEN, snoozes=(SNOOZE,))
    app.answers["/api/health"] = [(200, {})]
    app.answers["/api/rules-in-use"] = [(200, msgspec.to_builtins(SEEN))]
    app.answers["/api/rules-in-use/snoozes"] = [(200, msgspec.to_builtins(asleep))]
    app.answers["/api/rules-in-use/snoozes/7/ending"] = [(200, msgspec.to_builtins(SEEN))]

    for command in (
        ["snooze", "PACE", "--customer", "12", "--days", "7", "--why", "a business"],
        ["wake", "7", "--why", "over"],
    ):
        options = command_line().parse_args(["rules", *command])
        assert options.run(options) == 0

    posted = {path: body for path, body in app.asked if body}
    until = "2026-01-09T10:00:00+00:00"
    assert posted["/api/rules-in-use/snoozes"] == {
        "rule": "PACE",
        "customer": "12",
        "until": until,
        "why": "a business",
    }
    assert posted["/api/rules-in-use/snoozes/7/ending"] == {"why": "over"}
    assert "snooze 7: PACE for customer 12 until 2026-01-02 12:00, by Ana" in capsys.readouterr().out
