"""Contract: facts are read once, kept beside the verdicts, and read by whoever judges the same content again."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_context import contexts_of
from activities.window_evidence import ChunkEvidence, beginning_of, read_evidence
from activities.window_ids import save_window
from fraud import analysis
from fraud.analysis import WindowTask
from fraud.archive import ReceivedEvent
from fraud.identity import archive_key
from fraud.quarantine import QuarantinedEvidence, raw
from fraud.verdicts import Verdict, from_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos, names
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("clients", "context_set"),
]


async def archive(body: bytes, *, before: timedelta = timedelta()) -> None:
    await archive_events([ReceivedEvent(body, "1", 1, "1", ENQUEUED - before, None)])


async def judged(task: WindowTask, lookup: int = 1) -> list[Verdict]:
    (chunk,) = task.chunks()
    await judge_events(chunk.at(lookup))
    return from_ndjson(await blobs.read_blob(await blobs.workflow_data(), chunk.at(lookup).path))


class Shopper:
    """A customer with an event in the window, whose id is `flagged`, and one of an hour before, `earlier`."""

    def __init__(self) -> None:
        self.number = int.from_bytes(uuid.uuid4().bytes[:6])
        self.flagged, self.earlier = uuid.uuid4().hex, uuid.uuid4().hex

    def body(self, event_id: str, **changes: object) -> bytes:
        """An event of the customer."""
        return event_body(event_id, cust_id=self.number, sku=self.number, category="Toys", **changes)

    async def shop(self) -> None:
        """Both events reach the archive."""
        await archive(self.body(self.earlier), before=timedelta(hours=1))
        await archive(self.body(self.flagged))

    async def task(self, *more: str) -> WindowTask:
        """The window that names the event, and other ids."""
        return await save_window(SuspiciousWindow(3, unique_ids([self.flagged, *more]), WINDOW_ENDING_1010))

    async def sales(self, task: WindowTask) -> list[Any]:
        """The customer's sales of 24 hours, as evidence has them on the latest verdict."""
        (chunk,) = task.chunks()
        snapshot = await read_evidence(chunk)
        return [entry.facts["customer.sales_24h"] for part in snapshot.parts for entry in part.entries]


async def test_the_first_evening_says_that_there_are_no_profiles_and_evidence_has_what_was_seen():
    shopper = Shopper()
    await shopper.shop()
    task = await shopper.task()

    (verdict,) = await judged(task)

    assert (verdict.profile_day, verdict.rule_set.partition("@")[0]) == (None, "context")
    assert "NO_PROFILES" in {reason.rule for reason in verdict.reasons}
    assert await shopper.sales(task) == [2]


async def test_what_leaves_the_archive_or_comes_late_changes_no_verdict_that_was_given():
    shopper = Shopper()
    await shopper.shop()
    task = await shopper.task()
    first = await judged(task)
    await store_verdicts(task.judged_by([await judge_events(task.chunks()[0].at(1))]))
    await clear_work(task)
    await (await cosmos.events()).delete_item(shopper.earlier, archive_key(3, shopper.earlier))
    await archive(shopper.body(uuid.uuid4().hex))

    assert await judged(await shopper.task()) == first
    assert await shopper.sales(task) == [2]


async def test_an_event_that_comes_late_gets_facts_of_its_own_and_leaves_those_of_others():
    shopper, late = Shopper(), uuid.uuid4().hex
    await shopper.shop()
    task = await shopper.task(late)
    first = {verdict.event_id: verdict for verdict in await judged(task)}
    assert first[late].band == "unresolved"

    await archive(shopper.body(late))
    second = {verdict.event_id: verdict for verdict in await judged(task, 2)}

    assert second[shopper.flagged] == first[shopper.flagged]
    assert second[late].evidence not in (first[shopper.flagged].evidence, None)
    assert await shopper.sales(task) == [2, 3]


async def test_a_second_content_counts_against_both_and_the_other_facts_stay():
    shopper = Shopper()
    await shopper.shop()
    window = SuspiciousWindow(3, (shopper.flagged,), WINDOW_ENDING_1010, repeated=(shopper.flagged,))
    task = await save_window(window)
    (alone,) = await judged(task)

    await archive(shopper.body(shopper.flagged, price=9_999.0))
    both = await judged(task, 2)

    assert "ID_REUSED" not in {reason.rule for reason in alone.reasons}
    assert all("ID_REUSED" in {reason.rule for reason in verdict.reasons} for verdict in both)
    assert sorted(await shopper.sales(task)) == [2, 2, 3]


async def test_two_that_judge_a_chunk_at_once_end_with_the_facts_of_one():
    shopper = Shopper()
    await shopper.shop()
    task = await shopper.task()
    (chunk,) = task.chunks()

    await asyncio.gather(*(judge_events(chunk.at(1)) for _ in range(4)))

    assert len((await read_evidence(chunk)).parts) == 1
    assert await contexts_of(chunk, {}, ChunkEvidence(chunk)) == {}


async def test_a_damaged_part_goes_to_quarantine_with_its_reason_and_what_it_said_is_judged_anew():
    shopper, late = Shopper(), uuid.uuid4().hex
    await shopper.shop()
    task = await shopper.task(late)
    (chunk,) = task.chunks()
    await judged(task)
    await archive(Shopper().body(late))
    before = {verdict.event_id: verdict for verdict in await judged(task, 2)}
    fraud = await blobs.warehouse(names.FRAUD_EVENTS)
    part = f"{beginning_of(chunk)}-000.json.gz"
    await blobs.write_blob(fraud, part, b"nothing", "application/gzip")
    await clear_work(task)

    task = await shopper.task(late)
    again = {verdict.event_id: verdict for verdict in await judged(task)}

    assert again[late] == before[late], "its part was not damaged"
    assert again[shopper.flagged].band != "unresolved"
    assert (await read_evidence(chunk)).named(str(again[shopper.flagged].evidence))
    assert await blobs.read_blob(fraud, part) == b"nothing", "it stays where it is"
    quarantine = await blobs.warehouse(names.QUARANTINE)
    folder = part.removesuffix(".json.gz")
    (kept,) = [blob.name async for blob in quarantine.list_blobs(name_starts_with=folder)]
    record = msgspec.json.decode(await blobs.read_blob(quarantine, kept), type=QuarantinedEvidence)
    assert (record.raw_base64, record.blob) == (raw(b"nothing"), part)
    assert "not a part of evidence" in record.reason


async def test_a_long_category_keeps_neither_its_sale_nor_a_neighbour_from_being_judged():
    shopper, neighbour = Shopper(), Shopper()
    await archive(event_body(shopper.flagged, category="é" * 490_000))
    await archive(neighbour.body(neighbour.flagged))

    judged_both = await judged(await shopper.task(neighbour.flagged))

    assert {verdict.event_id for verdict in judged_both} == {shopper.flagged, neighbour.flagged}
    assert {verdict.band for verdict in judged_both} <= {"low", "medium", "high"}


async def test_a_category_that_begins_like_a_longer_one_lends_it_no_neighbours_however_the_window_is_cut(
    monkeypatch: pytest.MonkeyPatch,
):
    shopper, name = Shopper(), uuid.uuid4().hex + "c" * 168
    await archive(event_body(shopper.earlier, category=name, cust_id=1, sku=1), before=timedelta(hours=1))
    await archive(event_body(shopper.flagged, category=name + "d", cust_id=2, sku=2))
    window = await shopper.task(shopper.earlier)
    whole = await judged(window)
    monkeypatch.setattr(analysis, "IDS_PER_CHUNK", 1)

    for chunk in window.chunks():
        await judge_events(chunk.at(1))
        (part,) = (await read_evidence(chunk)).parts
        (verdict,) = from_ndjson(await blobs.read_blob(await blobs.workflow_data(), chunk.at(1).path))
        assert [part.entries[0].facts["shelf.sales_3h"], verdict in whole] == [0, True]
