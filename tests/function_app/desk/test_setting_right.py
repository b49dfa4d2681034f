"""Dead letters, quarantine and differences are set right on the pages of the desk."""

import re
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from azure.servicebus.aio import ServiceBusClient

from activities.archive_events import archive_events
from fraud.windows import parse_windows
from reconciliation.ranges import aligned
from services import names
from services.service_bus import count_dead_letters, last_dead_letter
from services.settings import settings
from tests.activities.reconciliation.stored_world import store
from tests.fraud.builders import event_body, received
from tests.function_app.desk.forms import page, send
from tests.function_app.desk.letters import expiring
from tests.function_app.http_functions import call, until
from tests.function_app.test_desk_api import pages
from tests.function_app.test_repair_triggers import RUN, damaged, ended, reconciled
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(app: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser's memory: it keeps the cookie that forms are held against, which a plain session does not of an IP."""
    async with aiohttp.ClientSession(app, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def dead_letter(body: bytes) -> int:
    """Let a message expire before it is delivered, which dead-letters it; its sequence number."""
    before = await last_dead_letter()
    async with (
        ServiceBusClient.from_connection_string(settings().service_bus.connection_string or "") as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        await sender.send_messages(expiring(body))

    async def arrived() -> int:
        return number if (number := await last_dead_letter()) > before else 0

    return await until(arrived)


def window_of_nobody() -> tuple[bytes, str]:
    """A window message with an id that was never archived, and the name of its analysis."""
    # Of a day that nobody reconciles: what its analysis writes comes at its own time.
    times = {"WindowStart": "2026-01-05T10:05:00.0000000Z", "WindowEnd": "2026-01-05T10:10:00.0000000Z"}
    body = msgspec.json.encode({"store_id": 7, "ids": [str(uuid.uuid4())], **times})
    return body, parse_windows(body).windows[0].name


async def test_one_dead_letter_is_redriven_and_its_window_analysed_and_the_others_stay(visitor: aiohttp.ClientSession):
    (first, first_name), (second, second_name) = window_of_nobody(), window_of_nobody()
    chosen, other = await dead_letter(first), await dead_letter(second)
    _, question = await send(visitor, "/desk/dead-letters", "/desk/dead-letters", which="chosen", letter=chosen)

    fields = {"letter": chosen, "why": "The store's clock was mended."}
    status, told = await send(visitor, "/desk/dead-letters", "/desk/dead-letters/redrive", **fields)
    _, left = await page(visitor, "/desk/dead-letters")

    assert "Redrive 1 dead letter?" in question
    assert (status, "1 handed over, 1 analysis started" in told) == (200, True)
    assert f'name="letter" value="{other}"' in left
    assert f'name="letter" value="{chosen}"' not in left
    assert "The store&#39;s clock was mended." in (await page(visitor, "/desk/journal"))[1]
    assert (await page(visitor, f"/desk/workflows/instance?id={first_name}"))[0] == 200
    assert (await page(visitor, f"/desk/workflows/instance?id={second_name}"))[0] == 404


async def test_all_dead_letters_are_counted_and_redriven_and_what_is_not_a_window_is_in_quarantine(
    visitor: aiohttp.ClientSession,
):
    body, name = window_of_nobody()
    await dead_letter(body)
    last = await dead_letter(marker := f"no window {uuid.uuid4()}".encode())
    count = await count_dead_letters(last)
    _, question = await send(visitor, "/desk/dead-letters", "/desk/dead-letters", which="all")

    status, told = await send(
        visitor, "/desk/dead-letters", "/desk/dead-letters/redrive", up_to=last, why="They are mended."
    )

    assert f"Redrive {count} dead letters?" in question
    assert (status, f"{count} handed over" in told) == (200, True), told
    assert await count_dead_letters(last) == 0
    assert (await page(visitor, f"/desk/workflows/instance?id={name}"))[0] == 200
    records = await pages(visitor, "/api/quarantine", kind="windows", limit=100)
    assert marker.decode() in {record["body"] for record in records}


@pytest.mark.parametrize(
    "order",
    [{}, {"sequence_numbers": [], "why": "x"}, {"up_to": 5, "sequence_numbers": [1], "why": "x"}, {"up_to": 5}],
)
async def test_an_order_that_names_no_letters_or_no_reason_is_refused(
    http: aiohttp.ClientSession, order: dict[str, Any]
):
    async with http.post("/api/dead-letters/redrive", json=order, headers={"x-actor": "Ana"}) as answer:
        assert answer.status == 400, await answer.text()


async def test_an_event_in_quarantine_is_corrected_and_archived_and_its_record_stays(visitor: aiohttp.ClientSession):
    event_id = str(uuid.uuid4())
    wrong, right = (event_body(event_id, price=price) for price in ("three", 3.0))
    await archive_events([received(wrong, 8_811)])
    span = "/desk/quarantine?from=2026-01-02T10:00:00Z&to=2026-01-02T11:00:00Z"
    assert "of this time of partition 9." in (await page(visitor, f"{span}&partition=9"))[1]
    _, listed = await page(visitor, f"{span}&partition=1")
    place = re.search(r'href="(/desk/quarantine/record\?path=[^"]+p1-8811.json)"', listed)
    assert place is not None, listed
    fields = {"path": unquote(place[1].partition("path=")[2]), "why": "Prices are numbers."}

    still_wrong = await send(visitor, place[1], "/desk/quarantine/record", body=wrong.decode(), **fields)
    status, address = await send(visitor, place[1], "/desk/quarantine/record", body=right.decode(), **fields)

    async def archived() -> bool:
        _, details = await call(visitor, "GET", f"/api/events/{event_id}")
        return {content["source"] for content in details["contents"]} == {"archive", "quarantine"}

    assert (still_wrong[0], "Still wrong" in still_wrong[1]) == (400, True)
    assert (status, address) == (303, f"/desk/trace?id={event_id}")
    assert await until(archived)
    assert (await page(visitor, place[1]))[0] == 200


async def test_differences_are_looked_at_planned_repaired_and_the_day_turns_green(
    http: aiohttp.ClientSession, visitor: aiohttp.ClientSession
):
    await store(damaged())
    await reconciled(http)
    address = f"/desk/reconciliations/{RUN}"
    status, before = await page(visitor, address)

    async def has(text: str) -> str:
        _, now = await page(visitor, address)
        return now if text in now else ""

    planned = await send(visitor, address, address, what="repair-dry-run", why="First look.")
    dry = await until(lambda: has('The dry run <span class="mark Completed'))
    repaired = await send(visitor, address, address, what="repair", why="The verdicts were lost.")
    await until(lambda: has('The repair <span class="mark Completed'))
    await reconciled(http)
    _, after = await page(visitor, address)

    assert status == 200
    assert "differences" in before
    assert 'name="difference"' in before
    assert (planned[0], repaired[0]) == (303, 303)
    assert "archive " in dry
    assert "analyse: " in dry
    assert "There is no difference." in after
    assert "The verdicts were lost." in (await page(visitor, "/desk/journal"))[1]


async def test_differences_that_were_all_acknowledged_are_not_red_any_more(
    http: aiohttp.ClientSession, visitor: aiohttp.ClientSession
):
    await store(damaged())
    # A range of its own: what is acknowledged stays, and others count what is acknowledged of theirs.
    span = aligned(RANGE.start, RANGE.start + timedelta(minutes=30))
    await call(http, "POST", "/api/reconciliations", {"from": span.start, "to": span.end})
    await ended(http, f"/api/reconciliations/{span.instance_id}")
    address = f"/desk/reconciliations/{span.instance_id}"
    _, before = await page(visitor, address)
    chosen = re.findall(r'name="difference" value="([^"]+)"', before)

    refused = await send(visitor, address, address, what="acknowledge", why="A drill.")
    status, _ = await send(visitor, address, address, what="acknowledge", why="A drill.", difference=chosen)
    _, after = await page(visitor, address)

    async def calendar() -> bool:
        return 'class="mark acknowledged"' in (await page(visitor, "/desk/reconciliations"))[1]

    assert len(chosen) > 3
    assert (refused[0], "choose the differences" in refused[1]) == (400, True)
    assert status == 303
    assert 'name="difference"' not in after
    assert "Acknowledged by you, " in after
    assert await until(calendar)
