"""An id as the desk shows it: all contents under it, as far as a person's look may take memory."""

import uuid

import msgspec
import pytest

from activities.archive_events import archive_events
from services.desk import events
from services.desk.events import event_details
from tests.fraud.builders import event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def test_few_contents_are_all_shown():
    event_id = str(uuid.uuid4())
    await archive_events([received(event_body(event_id, price=float(n)), n) for n in range(3)])

    details = await event_details(event_id)

    assert sorted(content.event["price"] for content in details.contents if content.event) == [0, 1, 2]
    assert details.complete


async def test_of_many_large_contents_some_are_shown_with_the_flagged_one_among_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "MAX_BYTES", 1024 * 1024)
    event_id = str(uuid.uuid4())
    padded = [event_body(event_id, discount=1, note=f"{n}" + "x" * 400_000) for n in range(6)]
    await archive_events([received(body, n) for n, body in enumerate([*padded, event_body(event_id, price=7.5)])])

    details = await event_details(event_id)

    assert not details.complete
    assert len(msgspec.json.encode(details)) < 2 * events.MAX_BYTES
    assert 7.5 in [content.event["price"] for content in details.contents if content.event]
