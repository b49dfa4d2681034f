"""The review of cases in the running app: decisions, ETags, the journal, the waiting."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest

from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.review_case import take_review_step
from cli.app_client import AppError
from cli.commands import command_line
from fraud.desk.waiting import ReviewState, ReviewStep, review_id
from fraud.judging import judged
from fraud.verdicts import amended, to_ndjson, verdicts_path
from fraud.windows import Window, window_of
from services import cosmos
from services.desk.reviews import unattended_cases
from services.watching import azure_time
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.builders import event_body
from tests.function_app.http_functions import INSTANCES, call, until
from tests.function_app.test_desk_api import make_case

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def case_of(http: aiohttp.ClientSession, name: str) -> dict[str, Any]:
    return (await call(http, "GET", f"/api/cases/{name}"))[1]


async def change(
    http: aiohttp.ClientSession, name: str, what: str, body: Any, *, etag: str | None = None, actor: str = "Ana"
) -> tuple[int, dict[str, Any]]:
    """Change a case as a person has seen it, by default as it is now."""
    seen = (await case_of(http, name))["case"]["etag"] if etag is None else etag
    headers = {"x-actor": quote(actor), **({"If-Match": seen} if seen else {})}
    async with http.post(f"/api/cases/{name}/{what}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


CONFIRMED = {"outcome": "confirmed", "why": "a ring of three"}


async def test_a_case_is_taken_commented_and_decided_and_its_journal_tells_all(http: aiohttp.ClientSession):
    name = await make_case("window-8200-review-a", 8_200, 500)

    await change(http, name, "assignment", {"assignee": "Ana"})
    await change(http, name, "comments", {"text": "<script>alert(1)</script>"}, actor="Jörg")
    status, case = await change(http, name, "decision", CONFIRMED)
    details = await case_of(http, name)

    assert (status, case["review"]["state"], case["review"]["decided_by"]) == (200, "confirmed", "Ana")
    assert [(entry["what"], entry["who"], entry["state"]) for entry in details["journal"]] == [
        ("assigned", "Ana", "in_review"),
        ("commented", "Jörg", "in_review"),
        ("decided", "Ana", "confirmed"),
    ]
    assert details["journal"][2]["why"] == "a ring of three"
    assert case == details["case"]


async def test_a_journal_that_somebody_has_touched_is_said_to_be(http: aiohttp.ClientSession):
    name = await make_case("window-8200-review-touched", 8_200, 500)
    await change(http, name, "comments", {"text": "first"})
    await change(http, name, "decision", CONFIRMED)
    assert (await case_of(http, name))["journal_problem"] == ""
    container = await cosmos.cases()
    first, last = f"journal:{name}:000001", f"journal:{name}:000002"
    case: dict[str, Any] = dict(await container.read_item(name, 8_200))
    entry: dict[str, Any] = dict(await container.read_item(first, 8_200))

    await container.upsert_item(case | {"review": case["review"] | {"state": "dismissed"}})
    assert (await case_of(http, name))["journal_problem"] == "the case is dismissed, and its journal leads to confirmed"
    await container.upsert_item(case)
    await container.upsert_item(entry | {"when": "never"})
    lacks = "the journal lacks 1 of its 2 entries, the first is 1"
    assert (await case_of(http, name))["journal_problem"] == lacks
    await container.delete_item(last, 8_200)
    assert "lacks 2 of its 2" in (await case_of(http, name))["journal_problem"]
    await container.delete_item(first, 8_200)
    without = {"state": "dismissed", "entries": 0}
    await container.upsert_item(case | {"review": without})
    assert (await case_of(http, name))["journal_problem"] == "the case is dismissed, and its journal leads to open"
    async with http.get(f"/desk/cases/{name}") as page:
        assert "Somebody has touched it: the case is dismissed" in await page.text()


async def test_the_second_of_two_reviewers_is_told_what_the_first_has_done(http: aiohttp.ClientSession):
    name = await make_case("window-8200-review-b", 8_200, 400)
    seen = (await case_of(http, name))["case"]["etag"]

    answers = await asyncio.gather(
        *(change(http, name, "decision", CONFIRMED, etag=seen, actor=f"Person {number}") for number in range(5))
    )

    assert sorted(status for status, _ in answers) == [200, 412, 412, 412, 412]
    assert {problem["title"] for status, problem in answers if status == 412} == {"Changed meanwhile"}
    winner = next(case["review"]["decided_by"] for status, case in answers if status == 200)
    assert all(f"{winner} decided it at" in problem["detail"] for status, problem in answers if status == 412)
    assert len((await case_of(http, name))["journal"]) == 1


@pytest.mark.parametrize(
    ("name", "body", "etag", "status"),
    [
        ("window-8200-review-c", CONFIRMED, "", 428),
        ("window-8200-review-c", CONFIRMED, "*", 400),
        ("window-8200-review-c", CONFIRMED, '"a", "b"', 400),
        ("window-8200-review-c", CONFIRMED, '"a"', 412),
        ("window-8200-review-c", {"outcome": "expired", "why": "x"}, None, 400),
        ("window-8200-review-c", {"outcome": "confirmed"}, None, 400),
        ("window-8200-review-c", {"outcome": "confirmed", "why": ""}, None, 400),
        ("window-8200-review-c", {**CONFIRMED, "by": "x"}, None, 400),
        ("window-8200-never", CONFIRMED, '"a"', 404),
    ],
)
async def test_a_decision_that_is_not_one_is_refused(
    http: aiohttp.ClientSession, name: str, body: Any, etag: str | None, status: int
):
    await make_case("window-8200-review-c", 8_200, 300)

    answered, problem = await change(http, name, "decision", body, etag=etag)

    assert (answered, problem["status"]) == (status, status)


async def test_a_late_decision_is_409_until_the_case_is_reopened(http: aiohttp.ClientSession):
    name = await make_case("window-8200-review-d", 8_200, 200)
    await change(http, name, "decision", CONFIRMED)

    status, problem = await change(http, name, "decision", {"outcome": "dismissed", "why": "no"}, actor="Ben")
    await change(http, name, "reopening", {"why": "a mistake"}, actor="Ben")
    again, case = await change(http, name, "decision", {"outcome": "dismissed", "why": "no"}, actor="Ben")

    assert (status, "confirmed by Ana" in problem["detail"]) == (409, True)
    assert (again, case["review"]["state"]) == (200, "dismissed")


async def judged_again(name: str, store: int, sales: int) -> None:
    """The window is analysed again, or once more after a kill, with more events found."""
    await make_case(name, store, 100, sales=sales)


async def test_no_redelivery_or_amendment_loses_a_decision(http: aiohttp.ClientSession):
    name = await make_case("window-8201-review-e", 8_201, 100)
    _, decided = await change(http, name, "decision", CONFIRMED)

    await judged_again(name, 8_201, sales=1)
    same = await case_of(http, name)
    await asyncio.gather(
        *(judged_again(name, 8_201, sales) for sales in (2, 3)), change(http, name, "comments", {"text": "x"})
    )
    after = await case_of(http, name)

    assert same["case"] == decided
    assert after["case"]["review"]["state"] == "confirmed"
    assert after["case"]["review"]["revision"] == 1 < after["case"]["revision"]
    async with http.get(f"/desk/cases/{name}") as page:
        assert "on verdicts that have changed since" in await page.text()
    assert after["journal"][0] == same["journal"][0]


async def fresh_case(store: int, name: str) -> str:
    """A case with a verdict of the band high whose window has just ended."""
    now = await azure_time()
    end = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
    window = Window(end - timedelta(minutes=5), end)
    event = msgspec.json.decode(event_body(name, price=900.0, qty=10, store_id=store))
    verdict = judged(event, store, window, None, contents=2)
    place = VerdictsPlace(name=name, store_id=store, window=window, path=verdicts_path(name, window.end))
    await keep_verdicts(place, to_ndjson([verdict]), amended)
    return name


async def waited_for(http: aiohttp.ClientSession, name: str) -> dict[str, Any] | None:
    """Once it is noted and the case says until when, which comes after it."""
    details = await case_of(http, name)
    return details if details["journal"] and "due" in details["case"].get("review", {}) else None


async def ended(http: aiohttp.ClientSession, instance_id: str) -> dict[str, Any] | None:
    _, instance = await call(http, "GET", f"{INSTANCES}/{instance_id}")
    return instance if instance["runtimeStatus"] == "Completed" else None


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


async def test_the_command_line_assigns_comments_and_reopens_as_the_desk_does(app: str, http: aiohttp.ClientSession):
    name = await make_case("window-8210-review-m", 8_210, 900)

    async def detective(deed: str, *words: str) -> int:
        options = command_line().parse_args(["case", deed, name, *words, "--url", app, "--as", "Jörg"])
        return await asyncio.to_thread(options.run, options)

    await detective("assign", "--to", "Ben", "--why", "he knows the shop")
    await detective("comment", "--text", "asked the shop")
    await detective("assign", "--to-nobody")
    await detective("decide", "--outcome", "confirmed", "--why", "a ring")
    with pytest.raises(AppError, match=r"this case was confirmed by Jörg .*: reopen it first"):
        await detective("assign", "--to", "Ben")
    await detective("reopen", "--why", "a mistake")

    details = await case_of(http, name)
    assert [(entry["what"], entry["who"], entry.get("why"), entry.get("assignee")) for entry in details["journal"]] == [
        ("assigned", "Jörg", "he knows the shop", "Ben"),
        ("commented", "Jörg", "asked the shop", "Ben"),
        ("assigned", "Jörg", None, None),
        ("decided", "Jörg", "a ring", None),
        ("reopened", "Jörg", "a mistake", "Jörg"),
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

    async def labelled_cases() -> int:
        async with http.get("/api/label-figures") as answer:
            return (await answer.json())["cases"]

    before = await labelled_cases()
    for what, body, cases in (("decision", CONFIRMED, before + 1), ("reopening", {"why": "a mistake"}, before)):
        await change(http, name, what, body)
        async with asyncio.timeout(20):
            while await labelled_cases() != cases:
                await asyncio.sleep(0.1)


async def test_the_reconciliation_compares_the_machines_part_alone(http: aiohttp.ClientSession):
    """The words of people lie in one field, `review`, and in documents of another type; `judged` is what `_ts` was."""
    name = await make_case("window-8205-review-h", 8_205, 900)
    container = await cosmos.cases()
    before = await container.read_item(name, partition_key=8_205)

    await change(http, name, "assignment", {"assignee": "Ana", "why": "mine"})
    after = await container.read_item(name, partition_key=8_205)

    changed = {field for field in after if after.get(field) != before.get(field)}
    assert changed - {"_ts"} == {"review", "judged", "_etag"}
    assert after["judged"] == before["_ts"]
