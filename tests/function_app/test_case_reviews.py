"""The review of cases in the running app: decisions, ETags, the journal."""

import asyncio
from typing import Any

import aiohttp
import pytest

from cli.app_client import AppError
from cli.commands import command_line
from services import cosmos
from tests.function_app.reviewing import CONFIRMED, case_of, change
from tests.function_app.test_desk_api import make_case

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


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
