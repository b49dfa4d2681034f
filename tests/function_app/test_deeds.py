"""The journal of the running app's operation: what people have it do is kept, with who and what came of it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from fraud.desk.deeds import Deed
from fraud.desk.queries import Question
from services import cosmos
from services.desk.deeds import PARTITION, keep_deed, list_deeds

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ORDER = {"name": "journalled", "batches": 1, "events_per_batch": 1, "interval_seconds": 0}


async def deeds_of(who: str) -> list[Deed]:
    """All deeds of a person, the latest first, read by pages of two."""
    deeds: list[Deed] = []
    token: str | None = None
    while True:
        page = await list_deeds(Question(limit=2, token=token))
        deeds += page.items
        if (token := page.next) is None:
            return [deed for deed in deeds if deed.who == who]


async def test_a_deed_is_kept_with_who_asked_for_what_and_what_came_of_it(http: aiohttp.ClientSession):
    headers = {"x-actor": quote("Jörg")}
    async with http.post("/api/campaigns", json=ORDER, headers=headers) as answer:
        assert answer.status == 202
    async with http.post("/api/campaigns/nobody/stop", headers=headers) as answer:
        assert answer.status == 404

    stopped, started = sorted(await deeds_of("Jörg"), key=lambda deed: deed.what, reverse=True)

    assert (started.what, started.subject, started.by) == ("start-campaign", "api/campaigns", "key")
    assert started.outcome == "202 campaign-journalled"
    assert "journalled" in started.why
    assert (stopped.what, stopped.subject, stopped.outcome) == ("stop-campaign", "api/campaigns/nobody/stop", "404")


async def test_an_entry_that_somebody_has_altered_hides_no_other(http: aiohttp.ClientSession):
    kept = Deed(when=datetime(2026, 3, 4, tzinfo=UTC), who="Mia", by="key", what="repair", subject="a", why="b")
    await keep_deed(kept)
    damaged: dict[str, Any] = {
        "id": "deed:20260304T000001000000Z:0",
        "store_id": PARTITION,
        "type": "deed",
        "who": ["Mia"],
    }
    container = await cosmos.cases()
    await container.upsert_item(damaged)

    assert await deeds_of("Mia") == [kept]
    async with http.get("/api/deeds") as answer:
        assert answer.status == 200
    await container.delete_item(damaged["id"], partition_key=PARTITION)


async def test_who_reads_leaves_no_entry(http: aiohttp.ClientSession):
    async with http.get("/api/campaigns", headers={"x-actor": "Reader"}) as answer:
        assert answer.status == 200

    assert await deeds_of("Reader") == []
