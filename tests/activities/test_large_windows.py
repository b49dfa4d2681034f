"""A window whose events are large is judged in portions, of which one at a time is in memory."""

import asyncio
import gc
import tracemalloc
import uuid
from contextlib import aclosing

import msgspec
import pytest
import pytest_asyncio

from activities.archive_events import archive_events
from activities.find_contents import contents_in_portions
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_evidence import read_evidence
from activities.window_ids import save_window
from fraud.cutting import LONGEST_EVENT
from fraud.judging import Content
from fraud.rules.shipped import shipped
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos
from services.portions import TooLargeError, let_go
from tests.activities.window_activities import verdicts_of
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

MOST = 60_000


@pytest_asyncio.fixture(loop_scope="session")
async def ids() -> list[str]:
    """Twelve events of 10 KB each, two under an id that has another content, and one in quarantine under the last."""
    run = uuid.uuid4().hex
    ids = [f"{run}-{number:02}" for number in range(12)]
    bodies = [event_body(event_id, note="x" * 10_000) for event_id in ids]
    bodies += [event_body(event_id, note="y" * 10_000) for event_id in ids[3:5]]
    bodies += [event_body(ids[-1], note="z" * 10_000, gift_wrap=1)]
    await archive_events([received(body, n) for n, body in enumerate(bodies)])
    return ids


async def portions_of(ids: list[str]) -> list[dict[str, list[Content]]]:
    async with aclosing(contents_in_portions(ids, 3)) as portions:
        return [portion async for portion in portions]


async def test_contents_that_are_large_together_come_in_portions_in_the_order_of_their_ids(
    ids: list[str], monkeypatch: pytest.MonkeyPatch
):
    (whole,) = await portions_of(ids)
    monkeypatch.setattr(cosmos, "MOST_BYTES", MOST)

    portions = await portions_of(ids)

    assert [event_id for portion in portions for event_id in portion] == ids
    assert {event_id: contents for portion in portions for event_id, contents in portion.items()} == whole
    sizes = [sum(len(content.form) for contents in portion.values() for content in contents) for portion in portions]
    assert max(sizes) <= MOST
    assert len(portions) == 4


async def test_one_id_is_looked_up_however_large_its_contents_are(ids: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MOST_BYTES", 100)

    portions = await portions_of(ids)

    assert [[len(contents) for contents in portion.values()] for portion in portions] == [
        [2 if number in (3, 4, 11) else 1] for number in range(12)
    ]


async def test_of_large_contents_one_portion_is_in_memory_however_many_windows_are_judged(
    ids: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cosmos, "MOST_BYTES", MOST)
    async with aclosing(contents_in_portions(ids, 3)) as first:
        await anext(first)
        second = asyncio.ensure_future(portions_of(ids))
        await asyncio.wait({second}, timeout=1)
        waited = not second.done()

    assert waited
    assert len(await second) == 4


@pytest.mark.parametrize("rules", ["seed", "context"])
async def test_verdicts_are_the_same_in_whatever_portions_contents_come(
    ids: list[str], rules: str, monkeypatch: pytest.MonkeyPatch
):
    task = await save_window(SuspiciousWindow(3, unique_ids([*ids, "missing"]), WINDOW_ENDING_1010))
    shadow = shipped()["context" if rules == "seed" else "seed"].id
    (chunk,) = msgspec.structs.replace(task, rules=shipped()[rules].id, shadow=shadow).chunks()
    whole, shadow_lines = await judge_events(chunk.at(1)), await lines_at(chunk.at(1).shadow_path)
    monkeypatch.setattr(cosmos, "MOST_BYTES", MOST)

    in_portions = await judge_events(chunk.at(1))

    assert in_portions == whole
    assert await lines_at(chunk.at(1).shadow_path) == shadow_lines
    assert in_portions.bands["unresolved"] == 1


async def test_evidence_is_kept_portion_by_portion_and_looked_up_once(ids: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MOST_BYTES", MOST)
    task = await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))
    (chunk,) = msgspec.structs.replace(task, rules=shipped()["context"].id).chunks()

    first, again = await judge_events(chunk.at(1)), await judge_events(chunk.at(1))

    assert first == again
    entries = [len(part.entries) for part in (await read_evidence(chunk)).parts]
    assert sum(entries) == 15
    assert len(entries) == 4


async def lines_at(path: str) -> bytes:
    return await blobs.read_blob(await blobs.workflow_data(), path)


async def test_what_was_too_much_for_a_look_up_is_let_go_of_at_once(monkeypatch: pytest.MonkeyPatch):
    run = uuid.uuid4().hex
    ids = [f"{run}-{number}" for number in range(6)]
    await archive_events([received(event_body(event_id, note={run: ["x" * 30_000]})) for event_id in ids])
    monkeypatch.setattr(cosmos, "MOST_BYTES", 40_000)
    gc.collect()
    gc.disable()  # which lets go of circles sooner or later
    try:
        with pytest.raises(TooLargeError) as raised:
            await cosmos.find_events(ids, 3, in_part=True, most_bytes=40_000)
        let_go(raised.value)
        left = sum(type(value) is dict and run in value for value in gc.get_objects())
    finally:
        gc.enable()

    assert left == 0


async def test_a_windows_verdicts_are_small_however_large_its_events_are():
    run = uuid.uuid4().hex
    ids = [f"{run}-{number:02}" for number in range(40)]
    for event_id in ids:
        await archive_events([received(event_body(event_id, note="x" * 500_000))])
    task = await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))
    results = [await judge_events(chunk.at(1)) for chunk in task.chunks()]
    tracemalloc.start()

    summary = await store_verdicts(task.judged_by(results))
    await store_verdicts(task.judged_by(results))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    lines = (await verdicts_of(summary)).splitlines()
    assert summary.suspicious - summary.bands["unresolved"] == len(lines) == len(ids)
    assert max(map(len, lines)) < LONGEST_EVENT
    assert peak < 4 * 1024 * 1024
