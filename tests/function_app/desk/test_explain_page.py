"""The page of every rule on an event: what holds and what does not, with values against bounds."""

from datetime import date
from typing import Any, cast

import azure.functions as func
import msgspec
import pytest

from fraud.desk.callers import Caller
from fraud.desk.explaining import Explained, ExplainedContent
from fraud.rules.rule_set import Explanation
from function_app.desk.views import explain
from function_app.desk.visit import Visit
from tests.fraud.builders import ENQUEUED
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

HOSTILE = "<script>alert(1)</script>"


def rule(name: str, outcome: Any, text: str, **told: Any) -> Explanation:
    measured: dict[str, Any] = {"weight": 0, "value": None, "comparison": None, "bound": None, **told}
    return Explanation(rule=name, outcome=outcome, text=text, **measured)


def content(**changes: Any) -> ExplainedContent:
    rules = (
        rule("HIGH_VALUE", "holds", "much", weight=25, value=10**400, comparison="at least", bound=500.0),
        rule("SAME_SKU", "does not hold", HOSTILE, value=1, comparison="at least", bound=3.0),
        rule("NEW", "snoozed", "snoozed until May"),
    )
    plain = ExplainedContent(
        source="archive",
        store_id=3,
        arrived=ENQUEUED,
        window_end=WINDOW.end,
        flagged=True,
        case="window-3-x",
        rule_set="context@0123456789ab",
        score=45,
        band="high",
        grounds="evidence",
        profile_day=date(2026, 1, 1),
        rules=rules,
        facts={"event.store_name": HOSTILE},
    )
    return msgspec.structs.replace(plain, **changes)


async def page_of(event_id: str, monkeypatch: pytest.MonkeyPatch, *contents: ExplainedContent) -> func.HttpResponse:
    async def explain_event(asked: str) -> Explained:
        return Explained(id=asked, contents=contents, complete=True)

    monkeypatch.setattr(explain, "explain_event", explain_event)
    request = func.HttpRequest("GET", "http://localhost/desk/explain", params={"id": event_id}, body=b"")
    visit = Visit(request, {}, cast(Any, None), "token", Caller(name="Ann", role="reader", by="name"))
    return await explain.show_explained(visit)


async def test_each_rule_stands_under_what_came_of_it_and_texts_of_producers_do_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    answer = await page_of(HOSTILE, monkeypatch, content())
    page = answer.get_body().decode()

    assert answer.status_code == 200
    assert HOSTILE not in page
    holds, snoozed, others = (page.index(words) for words in ("Hold <span", "Snoozed <span", "Do not hold <span"))
    assert holds < page.index("HIGH_VALUE") < snoozed < page.index("NEW<") < others < page.index("SAME_SKU")
    assert "beyond all bounds, at least 500" in page
    assert "1, at least 3" in page
    assert 'href="/desk/cases/window-3-x"' in page


async def test_what_nobody_has_judged_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch):
    unjudged = content(case=None, flagged=False, grounds="looked up", profile_day=None)
    page = (await page_of("e", monkeypatch, unjudged, content())).get_body().decode()

    assert "nobody has judged it" in page
    assert "what is looked up now, as of the end of its window; no profiles" in page
    assert "Content 1 of 2: An event that is not flagged" in page


@pytest.mark.parametrize(("event_id", "status"), [("", 400), ("x" * 600, 400), ("gone", 404)])
async def test_without_an_event_the_page_says_why(event_id: str, status: int, monkeypatch: pytest.MonkeyPatch):
    assert (await page_of(event_id, monkeypatch)).status_code == status
