"""Archived events that are alike in a value, page by page: a page of large ones ends early, and none is left out."""

import uuid
from datetime import timedelta
from random import Random

import pytest

from activities.archive_events import archive_events
from fraud.desk.queries import EventQuery
from services.desk import alike
from services.desk.alike import list_events
from tests.fraud.builders import ENQUEUED, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def pages_of(customer: int) -> list[list[str]]:
    pages: list[list[str]] = []
    token = None
    start, end = ENQUEUED - timedelta(hours=1), ENQUEUED + timedelta(hours=1)
    while True:
        page = await list_events(EventQuery(customer=customer, start=start, end=end, limit=50, token=token))
        pages.append([row.id for row in page.items])
        token = page.next
        if token is None:
            return pages


@pytest.mark.parametrize(("padding", "pages"), [(10, 1), (300_000, 3)])
async def test_large_events_come_on_more_pages_and_each_of_them_once(
    monkeypatch: pytest.MonkeyPatch, padding: int, pages: int
):
    monkeypatch.setattr(alike, "MAX_BYTES", 1024 * 1024)
    customer, prefix = Random().randrange(10**9), uuid.uuid4().hex
    bodies = [event_body(f"{prefix}-{n}", cust_id=customer, note="x" * padding) for n in range(8)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])

    listed = await pages_of(customer)

    assert len(listed) == pages
    assert [event_id for page in listed for event_id in page] == [f"{prefix}-{n}" for n in reversed(range(8))]


async def test_one_event_that_is_larger_than_a_page_has_a_page_of_its_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alike, "MAX_BYTES", 1024)
    customer, prefix = Random().randrange(10**9), uuid.uuid4().hex
    bodies = [event_body(f"{prefix}-{n}", cust_id=customer, note="x" * 5_000) for n in range(3)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])

    assert await pages_of(customer) == [[f"{prefix}-2"], [f"{prefix}-1"], [f"{prefix}-0"], []]
