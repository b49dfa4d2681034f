"""Decisions on cases are labels in the running app."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from fraud.windows import window_of
from services import cosmos
from services.watching import azure_time
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.function_app.reviewing import CONFIRMED, change
from tests.function_app.test_desk_api import make_case

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def labelled(http: aiohttp.ClientSession, span: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The labels of a span, and their figures."""
    async with http.get("/api/labels", params=span) as answer:
        labels = (await answer.json())["items"]
    async with http.get("/api/label-figures", params=span) as answer:
        return labels, await answer.json()


async def test_a_decision_stays_a_label_of_its_rules_when_the_case_is_judged_again(http: aiohttp.ClientSession):
    span = {"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z"}
    name = await make_case("window-8208-review-k", 8_208, 900, minutes=3 * 24 * 60)
    await change(http, name, "decision", CONFIRMED)
    before = await labelled(http, span)
    container = await cosmos.cases()
    case: dict[str, Any] = dict(await container.read_item(name, 8_208))

    await container.upsert_item(case | {"stakes": {"at_stake": 1, "rules": {"LATER": 1}}})

    ((label,), figures) = before
    assert label["rules"] == case["stakes"]["rules"] != {}
    assert {row["rule"] for row in figures["rules"]} == set(label["rules"])
    assert await labelled(http, span) == before


async def test_decisions_are_labels_and_tell_how_precise_the_rules_are(http: aiohttp.ClientSession):
    span = {"from": "2026-01-03T00:00:00Z", "to": "2026-01-04T00:00:00Z"}
    for number, outcome in enumerate(["confirmed", "confirmed", "dismissed"]):
        name = await make_case(f"window-8204-label-{number}", 8_204, 900, minutes=1_000 + 5 * number)
        await change(http, name, "decision", {"outcome": outcome, "why": "seen"})

    labels, figures = await labelled(http, span)

    assert [label["outcome"] for label in labels] == ["dismissed", "confirmed", "confirmed"]
    assert figures["cases"] == 3
    assert {(row["week"], row["confirmed"], row["dismissed"]) for row in figures["rules"]} == {("2026-W01", 2, 1)}


async def test_who_decides_a_case_finds_it_at_once_among_the_labels_of_all_who_look(http: aiohttp.ClientSession):
    ended = window_of(await azure_time() - timedelta(hours=1)).end
    name = await make_case("window-8212-labelled", 8_212, 900, minutes=(ended - WINDOW.end) // timedelta(minutes=1))
    container = await cosmos.cases()
    case: dict[str, Any] = dict(await container.read_item(name, 8_212))
    await container.upsert_item(case | {"stakes": case["stakes"] | {"rules": {"ITS_OWN": 1}}})

    async def is_a_label() -> bool:
        async with http.get("/api/label-figures") as answer:
            return "ITS_OWN" in {row["rule"] for row in (await answer.json())["rules"]}

    assert not await is_a_label()
    for what, body, labelled in (("decision", CONFIRMED, True), ("reopening", {"why": "a mistake"}, False)):
        await change(http, name, what, body)
        async with asyncio.timeout(20):
            while await is_a_label() != labelled:
                await asyncio.sleep(0.1)
