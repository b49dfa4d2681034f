"""The request units of the desk's questions: bounded, however many cases and events there are."""

import os
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from benchmarks.desk.filling import FEW, fill_cases
from fraud.archive import ReceivedEvent, plan_archive
from fraud.desk.paging import Page
from fraud.desk.queries import CaseName, CaseQuery, EventQuery
from fraud.desk.review import UNDECIDED
from fraud.desk.rows import CaseRow
from local_azure.testing import connections
from local_azure.testing.parts import running
from services import cosmos, judged_counts
from services.clients import close_clients
from services.cosmos_bulk import Creation, create_in_bulk
from services.counting import count_cases
from services.desk.alike import arrivals_of, list_events
from services.desk.cases import MAX_RELATED, case_details, find_case, list_cases, related_cases
from services.desk.events import event_details
from services.desk.linked_cases import MAX_RANKED, cases_around
from services.desk.reviews import unattended_cases
from services.judged_counts import JudgedCounts
from services.settings import settings
from services.watching import count_unresolved
from tests.fraud.builders import event_body
from tests.support.parts import EMULATORS

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

CASES = 4_000
"""More than the local part reads without an index; those that wait for a decision fill several pages."""
EVENTS = 2_400
ARRIVED = datetime.now(UTC) - timedelta(hours=1)
LEAST = 2.3
"""The least that a query costs."""
RANKED = 1.1 * MAX_RANKED
"""A case is a little larger than a KB."""


class Filled(msgspec.Struct, frozen=True):
    """A Cosmos with cases and events: its address, and the name of a case."""

    address: str
    case_id: str

    async def charge(self) -> float:
        """The request units that it was charged since its start."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.address}_local/charges") as answer:
            return (await answer.json())["charge"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Filled]:
    async with filled_with(CASES, tmp_path_factory.mktemp("charges")) as its:
        await _archive()
        yield its


@asynccontextmanager
async def filled_with(count: int, folder: Path) -> AsyncGenerator[Filled]:
    cosmos_options, blob_options = (
        ("--port", "0", "--bootstrap", str(EMULATORS / name)) for name in ("cosmos.json", "storage.json")
    )
    with (
        running("cosmos", *cosmos_options, state=folder / "cosmos") as part,
        running("azurite", *blob_options, state=folder / "azurite") as blobs,
        pytest.MonkeyPatch.context() as patch,
    ):
        address = part.addresses[0]
        patch.setitem(os.environ, "Warehouse", connections.blobs(blobs.address("blob")))
        patch.setitem(os.environ, "Cosmos", connections.cosmos(address.removeprefix("http://").removesuffix("/")))
        settings.cache_clear()
        await close_clients()  # those of another one
        case_id = await fill_cases(count, datetime.now(UTC), with_verdicts=0, states=FEW)
        yield Filled(address, case_id)
        await close_clients()
    settings.cache_clear()


async def _archive() -> None:
    received = [
        ReceivedEvent(event_body(f"event-{n}", cust_id=n % 800, store_id=1), "1", n, str(n), ARRIVED, None)
        for n in range(EVENTS)
    ]
    documents = [document.content for of_key in plan_archive(received).documents.values() for document in of_key]
    creations = [Creation(key=document["archive_key"], document=document) for document in documents]
    assert set(await create_in_bulk(await cosmos.events(), await cosmos.event_ranges(), creations)) == {201}


async def pages(asked: CaseQuery) -> list[Page[Any]]:
    return [first := await list_cases(asked), await list_cases(msgspec.structs.replace(asked, token=first.next))]


async def every_case(asked: CaseQuery) -> list[CaseRow]:
    """The cases of all pages of a list."""
    page = await list_cases(asked)
    cases = list(page.items)
    while page.next:
        page = await list_cases(msgspec.structs.replace(asked, token=page.next))
        cases += page.items
    return cases


async def around(case_id: str) -> object:
    return await cases_around(await find_case(case_id))


async def related(case_id: str) -> object:
    return await related_cases(await find_case(case_id), most=6)


QUESTIONS: dict[str, tuple[Callable[[str], Awaitable[object]], float]] = {
    "inbox": (lambda _: pages(CaseQuery(limit=50, state="undecided")), 300),
    "latest": (lambda _: pages(CaseQuery(limit=50, state="undecided", sort="time")), 300),
    "confirmed": (lambda _: pages(CaseQuery(limit=50, state="confirmed")), 120),
    "dismissed": (lambda _: pages(CaseQuery(limit=50, state="dismissed", sort="time")), 170),
    "assigned": (lambda _: pages(CaseQuery(limit=10, state="in_review", assignee="Ana")), 70),
    "mine": (lambda _: pages(CaseQuery(limit=10, state="undecided", assignee="Ana")), 120),
    "store": (lambda _: pages(CaseQuery(limit=50, store="7")), 90),
    "dismissed in a store": (lambda _: pages(CaseQuery(limit=10, state="dismissed", store="7")), 50),
    "latest in a store": (lambda _: list_cases(CaseQuery(limit=50, state="undecided", store="7", sort="time")), 20),
    "customer": (lambda _: list_cases(CaseQuery(limit=50, customer=500)), 60),
    "counts": (lambda _: count_cases(), 6 * LEAST),
    "unattended": (lambda _: unattended_cases(30), 110),
    "related": (related, LEAST + 2 + MAX_RELATED),
    "around": (around, 5 * LEAST + RANKED),
    "case": (lambda case_id: case_details(CaseName(id=case_id)), 7 * LEAST + RANKED),
    "alike": (lambda _: list_events(EventQuery(customer=7)), 6),
    "arrivals": (lambda _: arrivals_of([f"event-{n}" for n in range(50)]), LEAST + 50),
    "event": (lambda _: event_details("event-7"), 3 * LEAST),
    "nobody": (lambda _: event_details("nobody"), 3 * LEAST),
}
"""Questions of pages, given the name of a case, and the request units that one may cost."""


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_of_the_desk_costs_no_more_than_it_may(filled: Filled, question: str):
    ask, most = QUESTIONS[question]
    await ask(filled.case_id)  # the first one makes the index that the local part lacks
    before = await filled.charge()
    answer = await ask(filled.case_id)

    assert answer
    assert 0 < await filled.charge() - before <= most + 0.01


@pytest.mark.parametrize("sort", ["amount", "time"])
async def test_the_pages_of_several_states_hold_each_of_their_cases_once_and_in_order(
    filled: Filled, sort: Literal["amount", "time"]
):
    waiting = await every_case(CaseQuery(limit=90, state="undecided", sort=sort))
    values = [case.stakes.at_stake if sort == "amount" else case.window_end for case in waiting]
    ((store, count),) = Counter(case.store_id for case in waiting).most_common(1)
    of_store = CaseQuery(limit=100, store=str(store), sort=sort)
    cases = (await list_cases(of_store)).items

    async def in_small_pages(state: Literal["undecided", "decided"]) -> list[CaseRow]:
        return await every_case(msgspec.structs.replace(of_store, state=state, limit=2))

    assert len({case.id for case in waiting}) == len(waiting) == (await count_cases())["undecided"]
    assert values == sorted(values, reverse=True)  # pyright: ignore[reportArgumentType, reportCallIssue] - one kind
    assert await in_small_pages("undecided") == [case for case in cases if case.review.state in UNDECIDED]
    assert await in_small_pages("decided") == [case for case in cases if case.review.state not in UNDECIDED]
    assert count > 2


async def test_the_flow_reads_a_case_once_however_often_it_looks(filled: Filled, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judged_counts, "_OVERLAP", -60)
    counts, since = JudgedCounts(), datetime.now(UTC) - timedelta(days=2)
    first = await counts.count(since)
    before = await filled.charge()
    again = await counts.count(since)

    assert (first.cases, first.verdicts) == (CASES, 5 * CASES)
    assert first.high > 0
    assert again == first
    assert await filled.charge() - before <= LEAST + 0.01


async def test_the_watch_reads_no_case_to_find_that_nothing_is_unresolved(filled: Filled):
    now = datetime.now(UTC)
    await count_unresolved(now - timedelta(hours=4), now)  # the first one makes the index that the local part lacks
    before = await filled.charge()

    assert await count_unresolved(now - timedelta(hours=4), now) == 0
    assert await filled.charge() - before <= LEAST + 0.01


async def test_a_case_that_was_amended_counts_as_it_is_now(filled: Filled):
    counts, since = JudgedCounts(), datetime.now(UTC) - timedelta(days=2)
    before = await counts.count(since)
    case, container = await find_case(filled.case_id), await cosmos.cases()
    amended = [
        {"op": "set", "path": "/suspicious", "value": case.suspicious + 7},
        {"op": "set", "path": "/bands/high", "value": 3},
    ]
    await container.patch_item(case.id, case.store_id, amended)

    after = await counts.count(since)

    assert (after.cases, after.verdicts) == (before.cases, before.verdicts + 7)
    assert after.high == before.high + 3 - case.bands.get("high", 0)


async def test_the_counts_by_state_are_those_of_the_cases(filled: Filled):
    counts = await count_cases()

    states = ("open", "in_review", "escalated", "confirmed", "dismissed", "expired")
    assert sum(counts[state] or 0 for state in states) == CASES
    assert counts["undecided"] == sum(counts[state] or 0 for state in states[:3])
    assert 0 < (counts["in_review"] or 0) < (counts["confirmed"] or 0) < (counts["dismissed"] or 0)


async def test_entries_of_journals_cost_the_list_of_a_store_nothing(tmp_path: Path):
    asked = CaseQuery(limit=50, state="undecided", store="7")
    async with filled_with(3 * CASES, tmp_path) as many:  # so many that the local part walks along an index
        await list_cases(asked)
        before = await many.charge()

        await list_cases(asked)

        assert await many.charge() - before <= 12 * LEAST
