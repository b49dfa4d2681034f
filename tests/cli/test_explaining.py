"""`detective explain` without a file: what the app tells of every rule on an event."""

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from cli.app_client import AppError
from fraud.desk.explaining import Explained, ExplainedContent
from fraud.rules.rule_set import Explanation
from tests.cli.answering_app import App, as_json, run, shown
from tests.fraud.builders import ENQUEUED
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

CASE = "window-3-20260102T101000Z-0123456789abcdef0123456789abcdef"


def rule(name: str, outcome: Any, weight: int, text: str, **measured: Any) -> Explanation:
    told: dict[str, Any] = {"value": None, "comparison": None, "bound": None, **measured}
    return Explanation(rule=name, outcome=outcome, weight=weight, text=text, **told)


CONTENT = ExplainedContent(
    source="archive",
    store_id=3,
    arrived=ENQUEUED,
    window_end=WINDOW.end,
    flagged=True,
    case=CASE,
    rule_set="context@0123456789ab",
    score=45,
    band="high",
    grounds="evidence",
    profile_day=date(2026, 1, 1),
    rules=(
        rule("MANY_STORES", "cannot tell", 0, "customer.other_stores_24h not known"),
        rule("SAME_SKU", "does not hold", 0, "Bought again.", value=1, comparison="at least", bound=3.0),
        rule("FLAGGED", "holds", 20, "a sale at 60 % off"),
        rule("HIGH_VALUE", "holds", 25, "10 pieces for 9,000.00", value=9000.0, comparison="at least", bound=500.0),
    ),
    facts={"event.price": 900.0},
)
ADDRESS = "/api/explain?id=e"


def test_each_rule_is_shown_with_its_value_against_its_bound_the_heaviest_that_hold_first(
    app: type[App], capsys: pytest.CaptureFixture[str]
):
    app.answers[ADDRESS] = [(200, as_json(Explained(id="e", contents=(CONTENT,), complete=True)))]

    text = shown(capsys, "explain", "e")

    lines = [line.split() for line in text.splitlines()]
    assert ["+25", "HIGH_VALUE", "9000,", "at", "least", "500"] in lines
    assert text.index("HIGH_VALUE") < text.index("FLAGGED") < text.index("SAME_SKU")
    assert "1, at least 3" in text
    assert "customer.other_stores_24h not known" in text
    assert CASE in text
    assert "on the evidence that its verdict names; profiles up to 2026-01-01" in text
    assert max(map(len, text.splitlines())) <= 80


def test_what_nobody_has_judged_is_said_to_be_looked_up_now(app: type[App], capsys: pytest.CaptureFixture[str]):
    content = msgspec.structs.replace(CONTENT, flagged=False, case=None, grounds="looked up", profile_day=None)
    app.answers[ADDRESS] = [(200, as_json(Explained(id="e", contents=(content,), complete=False)))]

    said = " ".join(shown(capsys, "explain", "e").split())

    assert "not flagged: no window asks for it" in said
    assert "nobody has judged it" in said
    assert "looked up now, as of the end of its window; no profiles" in said
    assert "more contents lie under this id than are shown" in said


def test_an_id_that_never_arrived_is_the_answer_no(app: type[App], capsys: pytest.CaptureFixture[str]):
    app.answers[ADDRESS] = [(200, as_json(Explained(id="e", contents=(), complete=True)))] * 2

    assert run("explain", "e") == 1
    assert "nothing has arrived under e" in capsys.readouterr().out
    assert run("explain", "e", "--json") == 1
    assert json.loads(capsys.readouterr().out)["contents"] == []


@pytest.mark.parametrize("option", [("--rules", "seed"), ("--history-days", "1")])
def test_what_is_about_a_file_is_refused_without_one(option: tuple[str, str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        run("explain", "e", *option)
    assert "go with --events" in capsys.readouterr().err


def test_an_error_shows_no_more_of_a_long_address_than_leaves_its_reason_to_be_seen(app: type[App]):
    event_id = "x" * 3_000
    app.answers[f"/api/explain?id={event_id}"] = [(400, {"title": "Bad request", "detail": "too long"})]

    with pytest.raises(AppError) as error:
        run("explain", event_id)
    assert len(str(error.value)) < 400
    assert str(error.value).endswith("…: too long")
