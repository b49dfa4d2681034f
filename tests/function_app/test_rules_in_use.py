"""The rule sets in use, over the API of the running app and its command line."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from services import blobs, names
from services.rules_in_use import PATH
from services.watching import azure_time

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

URL = "/api/rules-in-use"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_in_use(app: str) -> AsyncIterator[None]:
    """Nobody has changed the rules in use, before and after."""
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)
    yield
    await blobs.delete_blob(await blobs.warehouse(names.REPORTS), PATH)


async def in_use(http: aiohttp.ClientSession) -> dict[str, Any]:
    async with http.get(URL) as answer:
        assert answer.status == 200
        return await answer.json()


async def change(
    http: aiohttp.ClientSession, what: str, name: str | None, *, etag: str = "", actor: str = "Ana"
) -> tuple[int, dict[str, Any]]:
    return await post(http, what, {"set": name, "why": "a trial"}, etag=etag, actor=actor)


async def post(
    http: aiohttp.ClientSession, what: str, body: dict[str, Any], *, etag: str = "", actor: str = "Ana"
) -> tuple[int, dict[str, Any]]:
    headers = {"x-actor": actor, **({"If-Match": f'"{etag}"'} if etag else {})}
    async with http.post(f"{URL}/{what}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_set_is_put_into_shadow_activated_and_each_change_is_told(http: aiohttp.ClientSession):
    start = await in_use(http)
    _, shadowed = await change(http, "shadow", "seed", etag=start["etag"])
    async with http.get("/api/rule-sets") as answer:
        states = [row["state"] for row in await answer.json()]
    _, activated = await change(http, "active", "seed", etag=shadowed["etag"], actor="Ben")

    assert (start["active"], start["shadow"], start["changes"]) == ("context", None, [])
    assert (shadowed["active"], shadowed["shadow"], states) == ("context", "seed", ["active", "shadow"])
    assert (activated["active"], activated["shadow"]) == ("seed", None)
    assert [(entry["number"], entry["who"], entry["what"], entry["set"]) for entry in activated["changes"]] == [
        (2, "Ben", "activated", "seed"),
        (1, "Ana", "shadowed", "seed"),
    ]
    assert await in_use(http) == activated


async def test_a_change_is_a_link_of_the_chain_and_one_of_another_hand_is_found(http: aiohttp.ClientSession):
    start = await in_use(http)
    await change(http, "shadow", "seed", etag=start["etag"])
    reports = await blobs.warehouse(names.REPORTS)
    assert not await touched(http)

    data = await blobs.read_blob(reports, PATH)
    await blobs.write_blob(reports, PATH, data.replace(b"seed", b"context"))
    assert await touched(http) == [f"{PATH} is not what was written"]
    await blobs.delete_blob(reports, PATH)
    assert await touched(http) == [f"{PATH} is missing"]


async def test_a_change_of_another_hand_stays_found_though_the_rules_were_changed_since(
    http: aiohttp.ClientSession,
):
    start = await in_use(http)
    await change(http, "shadow", "seed", etag=start["etag"])
    reports = await blobs.warehouse(names.REPORTS)
    data = await blobs.read_blob(reports, PATH)
    before = await noted(http)
    await blobs.write_blob(reports, PATH, data.replace(b"a trial", b"a snooze"))

    altered = await in_use(http)
    await change(http, "active", "seed", etag=start["etag"])  # has not seen it, and changes nothing
    unseen = await noted(http)
    _, changed = await change(http, "active", "seed", etag=altered["etag"])
    await change(http, "active", "context", etag=changed["etag"])

    assert unseen == before
    assert await noted(http) == before + 1
    assert not await touched(http)


async def noted(http: aiohttp.ClientSession) -> int:
    """The times that the rules in use were changed after another hand had changed them."""
    async with http.get("/api/chain") as answer:
        return sum(f"{PATH} was not" in problem for problem in (await answer.json())["problems"])


async def touched(http: aiohttp.ClientSession) -> list[str]:
    """The problems of the chain that are about the rules in use as they are."""
    async with http.get("/api/chain") as answer:
        return [problem for problem in (await answer.json())["problems"] if f"{PATH} is" in problem]


async def test_who_has_not_seen_the_latest_state_changes_nothing(http: aiohttp.ClientSession):
    start = await in_use(http)
    _, first = await change(http, "shadow", "seed", etag=start["etag"])

    statuses = [
        (await change(http, "active", "seed", etag=start["etag"]))[0],
        (await change(http, "active", "seed"))[0],
        (await change(http, "active", "trial", etag=first["etag"]))[0],
        (await change(http, "shadow", "context", etag=first["etag"]))[0],
    ]

    assert statuses == [412, 428, 400, 409]
    assert await in_use(http) == first


async def test_what_is_so_already_is_answered_and_changes_neither_the_state_nor_the_chain(http: aiohttp.ClientSession):
    start = await in_use(http)
    before = await change(http, "shadow", None, etag=start["etag"])
    _, first = await change(http, "active", "seed", etag=start["etag"])
    until = (await azure_time() + timedelta(days=7)).isoformat()
    snooze = {"rule": "MANY_STORES", "store": "3", "until": until, "why": "a business"}
    _, asleep = await post(http, "snoozes", snooze, etag=first["etag"])

    answers = [
        await change(http, "active", "seed", etag=asleep["etag"], actor="Ben"),
        await change(http, "shadow", None, etag=asleep["etag"]),
        await post(http, "snoozes", snooze, etag=asleep["etag"]),
    ]

    assert before == (200, start)
    assert answers == [(200, asleep)] * 3
    assert len(asleep["changes"]) == 2
    assert not await touched(http)


async def test_a_rule_is_snoozed_for_a_customer_and_woken(http: aiohttp.ClientSession):
    until = await azure_time() + timedelta(days=7)
    snooze = {"rule": "MANY_STORES", "customer": "12", "until": until.isoformat(), "why": "a business"}
    etag = (await in_use(http))["etag"]

    _, asleep = await post(http, "snoozes", snooze, etag=etag)
    (row,) = asleep["snoozes"]
    _, awake = await post(http, f"snoozes/{row['number']}/ending", {"why": "over"}, etag=asleep["etag"])

    assert (row["rule"], row["customer"], row["who"]) == ("MANY_STORES", "12", "Ana")
    assert awake["snoozes"] == []
    assert (await post(http, "snoozes", {**snooze, "rule": "NONE_SUCH"}, etag=awake["etag"]))[0] == 400
    assert (await post(http, "snoozes/77/ending", {"why": "over"}, etag=awake["etag"]))[0] == 404
    status, refusal = await post(http, "snoozes", {**snooze, "customer": "012"}, etag=awake["etag"])
    assert (status, refusal["field"], refusal["detail"]) == (
        400,
        "customer",
        "write the customer as events have it: 12",
    )
    assert (await post(http, "snoozes", {**snooze, "customer": ""}, etag=awake["etag"]))[0] == 400
