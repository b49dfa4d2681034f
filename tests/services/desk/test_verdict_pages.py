"""Pages of verdicts: several blobs are read at once, few more than a page needs, and each verdict comes once."""
# pyright: reportPrivateUsage=false

import asyncio
import os
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from fraud.desk.queries import VerdictQuery
from fraud.judging import judged
from fraud.verdict_lines import CUT
from fraud.verdicts import Verdict, to_ndjson, verdicts_path
from fraud.windows import Window
from local_azure.testing import connections
from local_azure.testing.parts import running
from services import names
from services.blobs import NDJSON, warehouse, write_blob
from services.clients import close_clients
from services.desk import verdicts
from services.desk.verdicts import _read, list_verdicts, verdicts_in
from services.settings import settings
from tests.fraud.builders import WINDOW_ENDING_1010
from tests.support.parts import EMULATORS

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

WINDOWS = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def written(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[str]]:
    """Blobs with one verdict each; the ids of their events, the latest window first."""
    folder: Path = tmp_path_factory.mktemp("verdicts")
    options = ("--port", "0", "--bootstrap", str(EMULATORS / "storage.json"))
    with running("azurite", *options, state=folder) as part, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "Warehouse", connections.blobs(part.address("blob")))
        settings.cache_clear()
        for number in range(WINDOWS):
            later = timedelta(minutes=5 * number)
            window = Window(WINDOW_ENDING_1010.start + later, WINDOW_ENDING_1010.end + later)
            event = {"id": f"event-{number:02}", "event_type": "sale_event"}
            content = to_ndjson([judged(event, 3, window, None, contents=1)])
            path = verdicts_path(f"window-3-{number:02}", window.end)
            await write_blob(await warehouse(names.FRAUD_EVENTS), path, content, NDJSON)
        yield [f"event-{number:02}" for number in reversed(range(WINDOWS))]
        await close_clients()
    settings.cache_clear()


class Reads:
    """The blobs that were read, and the most that were read at a time."""

    def __init__(self) -> None:
        self.count = 0
        self.most = 0
        self._now = 0

    async def read(self, path: str) -> list[Verdict]:
        """Read a blob, and note it."""
        self.count += 1
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            await asyncio.sleep(0)
            return await _read(path)
        finally:
            self._now -= 1


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    reads = Reads()
    monkeypatch.setattr(verdicts, "_read", reads.read)
    return reads


async def test_the_blobs_of_a_page_are_read_side_by_side_but_not_all_at_once(written: list[str], reads: Reads):
    page = await list_verdicts(VerdictQuery(limit=100), None)

    assert [row.event_id for row in page.items] == written
    assert (reads.count, reads.most) == (WINDOWS, 8)


async def test_a_short_page_reads_few_blobs_and_the_next_goes_on_after_its_last_verdict(
    written: list[str], reads: Reads
):
    first = await list_verdicts(VerdictQuery(limit=3), None)
    assert reads.count <= 8

    ids, token = [row.event_id for row in first.items], first.next
    while token:
        page = await list_verdicts(VerdictQuery(limit=3, token=token), None)
        ids, token = [*ids, *(row.event_id for row in page.items)], page.next

    assert ids == written


@pytest.mark.usefixtures("written")
async def test_of_a_blob_of_large_events_each_verdict_is_shown_and_no_event_is_in_memory_whole():
    window = Window(WINDOW_ENDING_1010.start - timedelta(days=1), WINDOW_ENDING_1010.end - timedelta(days=1))
    path, values = verdicts_path("window-3-large", window.end), [[0] for _ in range(200_000)]
    for count in (1, 8):  # few are shown whole
        events = [{"id": f"{number}", "event_type": "sale_event", "note": values} for number in range(count)]
        lines = to_ndjson([judged(event, 3, window, None) for event in events])
        await write_blob(await warehouse(names.FRAUD_EVENTS), path, lines, NDJSON)
        del events, lines
        tracemalloc.start()
        read = await verdicts_in(f"{names.FRAUD_EVENTS}/{path}")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert [verdict.event_id for verdict in read] == [f"{number}" for number in range(count)]
        assert [CUT in (verdict.event or {}) for verdict in read] == [count > 1] * count
        assert peak < 40 * 1024 * 1024
