"""Contract: an outcome finds the verdict on its event, wherever the event lies and whatever judged it."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.judge_places import judge_places
from activities.window_ids import save_window
from fraud.archive import ReceivedEvent
from fraud.quarantine_places import LARGEST_SHARED, PlacesTask
from fraud.verdicts import TOP_VERDICTS, from_ndjson, to_ndjson
from fraud.windows import WINDOW, SuspiciousWindow, Window
from services import cosmos, names
from services.blobs import delete_blob, warehouse, write_blob
from services.desk import reported_ids
from services.desk.judged_outcomes import verdicts_on
from tests.activities.window_activities import judge_and_store, verdicts_of
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

_thousands = iter(range(80_000_000, 90_000_000, 1_000))  # no other file counts there, and the store is shared


STORE = 8_437


@pytest.fixture
def event_id() -> str:
    return uuid.uuid4().hex


async def arrived(body: bytes) -> list[PlacesTask]:
    number = next(_thousands)
    return await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])


async def leave_the_archive(event_id: str) -> None:
    archive = await cosmos.events()
    ids: list[dict[str, object]] = [{"name": "@id", "value": event_id}]
    async for document in archive.query_items("SELECT * FROM c WHERE c.id = @id", parameters=ids):
        await archive.delete_item(document, partition_key=document["archive_key"])


@asynccontextmanager
async def reported(*windows: SuspiciousWindow) -> AsyncGenerator[None]:
    """The stream job has written the rows of these windows; other tests count what lies there."""
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    paths = [f"{window.window.end:%Y/%m/%d/%H}/{uuid.uuid4().hex}.json" for window in windows]
    for path, window in zip(paths, windows, strict=True):
        times = {"WindowStart": window.window.start, "WindowEnd": window.window.end}
        row = {"store_id": window.store_id, "ids": window.ids, **times}
        await write_blob(container, path, msgspec.json.encode(row))
    yield
    for path in paths:
        await delete_blob(container, path)


async def test_the_verdict_of_a_window_on_an_event_in_quarantine_is_found(event_id: str):
    await arrived(event_body(event_id, store_id=True))
    before = (await verdicts_on([event_id]))[event_id]
    await judge_and_store(await save_window(SuspiciousWindow(1, (event_id,), WINDOW_ENDING_1010)), 0)

    after = (await verdicts_on([event_id]))[event_id]

    assert (before.band, before.window_end) == (None, WINDOW_ENDING_1010.end)
    assert after.band is not None
    assert after.score > before.score


async def test_a_verdict_by_place_is_found_and_not_taken_for_one_on_its_neighbour(event_id: str):
    fraud = event_body(event_id, price=9_999.99, qty=99)
    body = b"[" + fraud + b"," + event_body(f"{event_id}-b", price=1) + b', 1, "x"]'
    (task,) = await arrived(body)
    await judge_places(task)

    verdicts = await verdicts_on([event_id, f"{event_id}-b", f"{event_id}-nobody"])

    assert verdicts.keys() == {event_id, f"{event_id}-b"}
    assert verdicts[event_id].band is not None
    assert verdicts[event_id].score > verdicts[f"{event_id}-b"].score
    assert verdicts[event_id].window_end == WINDOW_ENDING_1010.end


async def test_the_verdict_on_an_event_of_a_large_body_is_found_where_an_earlier_version_has_kept_it(event_id: str):
    body = b"[" + event_body(event_id, price=9_999.99, qty=99, note="x" * LARGEST_SHARED) + b', 1, "x"]'
    (task,) = await arrived(body)
    assert task.large is not None
    await judge_places(task.as_before)

    verdicts = await verdicts_on([event_id])

    assert verdicts[event_id].band is not None


async def test_the_verdict_on_an_event_that_was_sent_again_in_the_next_window_counts_if_it_is_the_worse(event_id: str):
    await arrived(event_body(event_id, store_id=STORE, discount=60, priority_shipping=True))
    first = await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010))
    await judge_and_store(first, 0)
    before = (await verdicts_on([event_id]))[event_id]
    window = Window(WINDOW_ENDING_1010.end, WINDOW_ENDING_1010.end + WINDOW)
    again = await save_window(SuspiciousWindow(STORE, (event_id,), window))
    summary = await judge_and_store(again, 0)
    (verdict,) = from_ndjson(await verdicts_of(summary))
    worse = msgspec.structs.replace(verdict, score=before.score + 50, band="high")
    path = summary.verdicts_blob.partition("/")[2]
    await write_blob(await warehouse(names.FRAUD_EVENTS), path, to_ndjson([worse]))

    after = (await verdicts_on([event_id]))[event_id]

    assert (before.window_end, after.window_end) == (WINDOW_ENDING_1010.end, window.end)
    assert (after.band, after.score) == ("high", before.score + 50)


async def test_the_verdict_of_a_window_long_after_counts_where_its_case_names_the_event(event_id: str):
    await arrived(event_body(event_id, store_id=STORE, discount=60, priority_shipping=True))
    later = Window(WINDOW_ENDING_1010.end + 8 * WINDOW, WINDOW_ENDING_1010.end + 9 * WINDOW)
    await judge_and_store(await save_window(SuspiciousWindow(STORE, (event_id,), later)), 0)

    verdict = (await verdicts_on([event_id]))[event_id]

    assert (verdict.band is None, verdict.window_end) == (False, later.end)


async def test_an_event_that_nobody_has_judged_is_of_the_window_in_which_it_arrived(event_id: str):
    await arrived(event_body(event_id, store_id=STORE))

    verdict = (await verdicts_on([event_id]))[event_id]

    assert (verdict.band, verdict.window_end) == (None, WINDOW_ENDING_1010.end)


async def test_an_id_that_was_used_again_for_another_sale_has_the_verdict_on_that_one_too(event_id: str):
    await arrived(event_body(event_id, store_id=STORE, discount=5, priority_shipping=False))
    later = Window(WINDOW_ENDING_1010.end + 6 * WINDOW, WINDOW_ENDING_1010.end + 7 * WINDOW)
    number = next(_thousands)
    other = event_body(event_id, store_id=STORE + 1, discount=70, priority_shipping=True)
    await archive_events([ReceivedEvent(other, "1", number, str(number), later.end, None)])
    await judge_and_store(await save_window(SuspiciousWindow(STORE + 1, (event_id,), later)), 0)

    verdict = (await verdicts_on([event_id]))[event_id]

    assert (verdict.band is None, verdict.window_end) == (False, later.end)


async def test_an_outcome_that_comes_after_its_event_has_left_the_archive_finds_the_case_that_names_it(event_id: str):
    await arrived(event_body(event_id, store_id=STORE, discount=70, priority_shipping=True))
    await judge_and_store(await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010)), 0)
    before = await verdicts_on([event_id])
    await leave_the_archive(event_id)

    after = await verdicts_on([event_id, f"{event_id}-nobody"])

    assert after == before
    assert after[event_id].band is not None


async def test_of_a_window_with_more_events_than_its_case_names_each_is_found_that_has_left_the_archive(
    event_id: str, monkeypatch: pytest.MonkeyPatch
):
    ids = tuple(f"{event_id}-{number:02}" for number in range(TOP_VERDICTS + 2))
    for each in ids:
        await arrived(event_body(each, store_id=STORE, discount=70, priority_shipping=True))
    window = SuspiciousWindow(STORE, ids, WINDOW_ENDING_1010)
    await judge_and_store(await save_window(window), 0)
    before = await verdicts_on(ids)
    for each in ids:
        await leave_the_archive(each)

    async with reported(window):
        after = await verdicts_on([*ids, f"{event_id}-nobody"])
        monkeypatch.setattr(reported_ids, "MOST_BLOBS", 0)
        by_cases = await verdicts_on(ids)

    assert after == before
    assert all(verdict.band is not None for verdict in after.values())
    assert len(by_cases) == TOP_VERDICTS
