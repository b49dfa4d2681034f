"""A case with a verdict of the band high waits for a decision in the running app."""

import asyncio
from datetime import datetime

import aiohttp
import pytest

from activities.review_case import take_review_step
from fraud.desk.waiting import ReviewState, ReviewStep, review_id
from services.desk.reviews import unattended_cases
from services.watching import azure_time
from tests.function_app.http_functions import until
from tests.function_app.reviewing import CONFIRMED, case_of, change, ended, fresh_case, waited_for
from tests.function_app.test_desk_api import make_case

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_a_case_with_a_verdict_of_the_band_high_waits_for_a_decision(http: aiohttp.ClientSession):
    name = await fresh_case(8_202, "window-8202-review-f")
    details = await until(lambda: waited_for(http, name))

    status, _ = await change(http, name, "decision", CONFIRMED)
    instance = await until(lambda: ended(http, review_id(name)))

    assert [entry["what"] for entry in details["journal"]] == ["opened"]
    assert datetime.fromisoformat(details["case"]["review"]["due"])
    assert status == 200
    assert instance["output"] == {"state": "confirmed"}


async def test_a_case_that_is_reopened_waits_for_a_decision_anew(http: aiohttp.ClientSession):
    name = await fresh_case(8_206, "window-8206-review-i")
    first = (await until(lambda: waited_for(http, name)))["case"]["review"]
    await change(http, name, "decision", CONFIRMED)
    status, reopened = await change(http, name, "reopening", {"why": "a mistake"})

    details = await until(lambda: waited_for(http, name))
    again = details["case"]["review"]
    assert (status, "due" in reopened["review"], again["state"]) == (200, False, "in_review")
    assert datetime.fromisoformat(again["due"]) > datetime.fromisoformat(first["due"])
    assert [entry["what"] for entry in details["journal"]] == ["opened", "decided", "reopened", "opened"]

    # What is left of the first wait takes none of its steps.
    at = datetime.fromisoformat(first["due"])
    before = ReviewStep(case_id=name, store_id=8_206, at=at, step="escalated", due=at)
    assert await take_review_step(before) == ReviewState(state=None)
    assert (await case_of(http, name))["case"]["review"] == again

    await change(http, name, "decision", {"outcome": "dismissed", "why": "seen again"})
    await until(lambda: ended(http, review_id(name)))
    assert (await until(lambda: ended(http, review_id(name, 1))))["output"] == {"state": "dismissed"}


async def test_a_reminder_without_a_receiver_says_in_the_journal_that_there_was_nobody_to_tell(
    http: aiohttp.ClientSession,
):
    name = await make_case("window-8209-review-l", 8_209, 900)
    at = await azure_time()

    for step in ("opened", "reminded"):
        await take_review_step(ReviewStep(case_id=name, store_id=8_209, at=at, step=step, due=at))

    journal = (await case_of(http, name))["journal"]
    assert [(entry["what"], entry["why"]) for entry in journal] == [
        ("opened", "it has a verdict of the band high"),
        ("reminded", "nobody has decided it yet; nobody to tell: no webhook is set"),
    ]


async def test_a_case_that_is_reopened_and_decided_at_once_stays_decided(http: aiohttp.ClientSession):
    name = await make_case("window-8207-review-j", 8_207, 900)
    await change(http, name, "decision", CONFIRMED)
    await change(http, name, "reopening", {"why": "a mistake"})
    status = 412
    while status == 412:  # the app may begin to wait at this very moment
        status, _ = await change(http, name, "decision", {"outcome": "dismissed", "why": "seen again"})
    await asyncio.sleep(3)  # three ticks of the timer

    # A wait that began between both finds the decision.
    step = ReviewStep(case_id=name, store_id=8_207, at=await azure_time(), step="opened", reopened=1)
    assert await take_review_step(step) == ReviewState(state="dismissed")
    details = await case_of(http, name)
    assert (status, details["case"]["review"]["state"]) == (200, "dismissed")
    assert [entry["what"] for entry in details["journal"] if entry["by"] != "app"] == ["decided", "reopened", "decided"]
    assert details["journal_problem"] == ""
    assert name not in {case.id for case in await unattended_cases(7)}


async def test_an_old_case_is_not_asked_for_until_it_is_reopened(http: aiohttp.ClientSession):
    name = await make_case("window-8203-review-g", 8_203, 900)
    assert name not in {case.id for case in await unattended_cases(7)}

    await change(http, name, "decision", CONFIRMED)
    await change(http, name, "reopening", {"why": "a mistake"})

    details = await until(lambda: waited_for(http, name))
    assert [entry["what"] for entry in details["journal"]] == ["decided", "reopened", "opened"]
