"""A host that is killed between the judging of a window and the waiting for its decision: the next one waits."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from activities.archive_events import archive_events
from activities.window_ids import save_window
from fraud.archive import ReceivedEvent
from fraud.desk.waiting import review_id
from fraud.windows import SuspiciousWindow, Window, unique_ids, window_of
from local_azure.testing.parts import Part
from services import cosmos
from services.desk.cases import find_case, journal_of
from services.watching import azure_time
from tests.fraud.builders import event_body
from tests.function_app.http_functions import INSTANCES
from tests.function_app.test_window_survival import ROOT, host_over, start
from tests.function_app.test_window_survival import state as state  # noqa: PLC0414 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.timeout(300)]

STORE = 3
NOT_WAITING = {"AzureWebJobs.start-reviews.Disabled": "1"}
"""A host as it is between two ticks of the timer that begins to wait."""


async def a_window() -> SuspiciousWindow:
    """A window that has just ended, with an id that was used twice: a verdict of the band high."""
    last = window_of(await azure_time() - timedelta(minutes=5))
    bodies = [event_body("twice", price=price, qty=10, cust_id=customer) for price, customer in ((900.0, 1), (5.0, 2))]
    await archive_events(
        [ReceivedEvent(body, "1", number, str(number), last.end, None) for number, body in enumerate(bodies, 1)]
    )
    return SuspiciousWindow(STORE, unique_ids(["twice"]), Window(last.start, last.end))


async def stored(name: str) -> dict[str, Any]:
    """The document of a case, as soon as there is one."""
    container = await cosmos.cases()
    while True:
        try:
            return await container.read_item(name, partition_key=STORE)
        except CosmosResourceNotFoundError:
            await asyncio.sleep(0.02)


async def reached(host: Part, instance: str, *states: str) -> dict[str, Any]:
    """The status of an instance, as soon as there is one and it is in one of these states."""
    async with aiohttp.ClientSession(host.addresses[0]) as http:
        while True:
            async with http.get(f"{INSTANCES}/{instance}") as answer:
                if answer.status != 404 and (status := await answer.json())["runtimeStatus"] in states:
                    return status
            await asyncio.sleep(0.02)


async def decide(host: Part, name: str) -> int:
    seen = await find_case(name)
    headers = {"x-actor": "Ana", "If-Match": seen.etag}
    decision = {"outcome": "confirmed", "why": "a chargeback"}
    async with (
        aiohttp.ClientSession(host.addresses[0]) as http,
        http.post(f"/api/cases/{name}/decision", json=decision, headers=headers) as answer,
    ):
        return answer.status


async def test_a_case_is_waited_for_once_although_hosts_are_killed_before_and_while_the_waiting_begins(state: Path):
    task = await save_window(await a_window())
    first = Part("functions_host", "--app", str(ROOT), "--port", "0", state=state, settings=NOT_WAITING)
    async with asyncio.timeout(200):
        await start(first, task)
        judged = await stored(task.name)
        first.kill()

        second = host_over(state)
        await reached(second, review_id(task.name), "Pending", "Running")
        second.kill()

        third = host_over(state)
        while not (journal := await journal_of(await find_case(task.name))):
            await asyncio.sleep(0.1)
        await asyncio.sleep(3)  # three ticks of the timer
        journal = await journal_of(await find_case(task.name))
        case = await find_case(task.name)
        status = await decide(third, task.name)
        ended = await reached(third, review_id(task.name), "Completed")
        third.stop()

    assert judged["bands"]["high"] > 0
    assert "review" not in judged
    assert [(entry.what, entry.who) for entry in journal] == [("opened", "the app")]
    assert case.review.due is not None
    assert status == 200
    assert msgspec.json.encode(ended["output"]) == b'{"state":"confirmed"}'
