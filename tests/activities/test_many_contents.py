"""An id under which a producer has sent more contents than are looked at."""

import uuid

import pytest

from activities.archive_events import archive_events
from activities.find_contents import find_contents
from fraud.quarantine_index import is_flagged
from services import cosmos
from tests.fraud.builders import event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def test_a_flagged_content_is_found_behind_many_harmless_ones(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MAX_CONTENTS", 4)
    event_id = str(uuid.uuid4())
    harmless = [event_body(event_id, discount=1, sku=number) for number in range(8)]
    await archive_events([received(body, n) for n, body in enumerate([*harmless, event_body(event_id)])])

    contents = (await find_contents([event_id], 3))[event_id]

    assert len(contents) == 4
    assert sum(is_flagged(content.event) for content in contents) == 1


async def test_an_event_is_found_behind_those_of_many_stores_under_its_id(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MOST_UNDER_IDS", 4)
    event_id, quiet_id = str(uuid.uuid4()), str(uuid.uuid4())
    bodies = [event_body(event_id, store_id=store) for store in range(1, 13)] + [event_body(quiet_id)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])

    for store in (1, 3, 12):
        documents = await cosmos.find_events([event_id, quiet_id], store)
        assert [document["store_id"] for document in documents[event_id]] == [store]
        assert (quiet_id in documents) == (store == 3)
