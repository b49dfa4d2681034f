"""Contract: flagged events that the archive does not take are judged, over the real Cosmos and Blob SDKs."""

import asyncio
import json
import os
import uuid
from typing import Any

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.judge_events import judge_events
from activities.judge_places import judge_places
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud import quarantine_index
from fraud.analysis import WindowSummary
from fraud.archive import ReceivedEvent, quarantined
from fraud.quarantine_index import MAX_CONTENTS, pointer_id, pointer_key
from fraud.quarantine_places import PlacesTask
from fraud.verdicts import Verdict, from_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos, names
from tests.activities.test_archive_events import fault
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

_sequence_numbers = iter(range(5_000_000, 9_000_000, 1_000))


@pytest.fixture
def run() -> str:
    """A prefix that keeps a test's ids apart from others'."""
    return uuid.uuid4().hex


@pytest.fixture
def place() -> int:
    """A sequence number that starts a thousand of its own."""
    return next(_sequence_numbers)


async def verdicts_on(*ids: str, store: int | None = 3) -> list[Verdict]:
    task = await save_window(SuspiciousWindow(store, unique_ids(ids), WINDOW_ENDING_1010))
    summary = await store_verdicts(task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()]))
    return await verdicts_of(summary)


async def verdicts_of(summary: WindowSummary) -> list[Verdict]:
    container, _, path = summary.verdicts_blob.partition("/")
    return from_ndjson(await blobs.read_blob(await blobs.warehouse(container), path))


@pytest.mark.parametrize(
    "changes", [{"gift_wrap": 1}, {"ttl": 60}, {"_ts": 1}, {"archive": {}}, {"store_id": "3"}, {"qty": "99"}]
)
async def test_an_ill_typed_fraud_is_judged_at_once_beside_the_others_of_its_window(
    run: str, place: int, changes: dict[str, Any]
):
    fraud = event_body(f"{run}-b", price=9_999.99, **changes)
    await archive_events([received(event_body(f"{run}-a"), place), received(fraud, place + 1)])

    good, odd = await verdicts_on(f"{run}-a", f"{run}-b")

    assert (good.band, good.source, odd.source) == ("low", "archive", "quarantine")
    assert odd.score >= 40
    assert odd.reasons[-1].rule == "NOT_A_STORE_EVENT"
    assert next(iter(changes)) in odd.reasons[-1].evidence
    assert odd.event == msgspec.json.decode(fraud)


async def test_a_fraud_that_is_too_large_for_the_archive_is_judged(run: str, place: int):
    large = received(event_body(f"{run}-a", note="u" * 2_200_000), place)
    await archive_events([large])

    (verdict,) = await verdicts_on(f"{run}-a")

    assert (verdict.band, verdict.source) == ("low", "quarantine")
    assert "NOT_A_STORE_EVENT" not in {reason.rule for reason in verdict.reasons}


@pytest.mark.skipif("CONTRACT_Cosmos" in os.environ, reason="only the local part can be told to be full")
async def test_a_fraud_that_a_full_partition_does_not_take_is_judged_by_its_place(run: str, place: int):
    async with fault(full=True):
        (task,) = await archive_events([received(event_body(f"{run}-a"), place)])

    assert [verdict.band for verdict in await verdicts_of(await judged(task))] == ["low"]


async def test_frauds_under_one_id_in_archive_and_quarantine_are_all_judged_and_found_whoever_came_first(
    run: str, place: int
):
    bodies = [event_body(f"{run}-a", gift_wrap=1), event_body(f"{run}-a"), event_body(f"{run}-a", gift_wrap=2)]
    for number, body in enumerate(bodies):
        await archive_events([received(body, place + number)])
        await archive_events([received(body, place + number)])

    verdicts = await verdicts_on(f"{run}-a")

    assert [verdict.source for verdict in verdicts] == ["quarantine", "quarantine", "archive"]
    assert all("ID_REUSED" in {reason.rule for reason in verdict.reasons} for verdict in verdicts)


async def test_an_event_of_another_store_is_not_judged_for_this_one(run: str, place: int):
    await archive_events([received(event_body(f"{run}-a", store_id=4, gift_wrap=1), place)])

    assert [verdict.band for verdict in await verdicts_on(f"{run}-a")] == ["unresolved"]
    assert [verdict.band for verdict in await verdicts_on(f"{run}-a", store=4)] == ["low"]


async def test_what_is_harmless_leaves_no_pointer_and_is_not_judged(run: str, place: int):
    assert await archive_events([received(event_body(f"{run}-a", gift_wrap=1, discount=5), place)]) == []

    assert await cosmos.find_quarantined([f"{run}-a"]) == {}


async def judged(task: PlacesTask) -> WindowSummary:
    summary = await judge_places(task)
    assert summary is not None
    return summary


@pytest.mark.parametrize("odd_id", [7, None, ["x"], "x" * 300_000, "", "\ud800"])
async def test_a_fraud_that_no_window_can_name_is_judged_by_its_place(place: int, odd_id: Any):
    fraud = received(json.dumps(json.loads(event_body(price=9_999.99)) | {"id": odd_id}).encode(), place)

    (task,) = await archive_events([fraud])
    summary = await judged(task)

    (verdict,) = await verdicts_of(summary)
    assert (verdict.event_id, verdict.store_id, verdict.band) == (f"p1-{place}", 3, "high")
    case = await (await cosmos.cases()).read_item(summary.name, partition_key="_unknown")
    assert (case["type"], case["suspicious"], case["bands"]["high"]) == ("quarantine", 1, 1)


async def test_places_that_are_delivered_apart_and_again_amend_the_same_verdicts(place: int):
    frauds = [received(event_body(id=number), place + number) for number in range(6)]
    for delivery in (frauds[:2], frauds[1:5], frauds[:2], frauds[5:]):
        (task,) = await archive_events(delivery)
        summary = await judged(task)

    assert [verdict.event_id for verdict in await verdicts_of(summary)] == [f"p1-{place + n}" for n in range(6)]
    assert (summary.suspicious, summary.revision) == (6, 3)


async def test_places_that_are_judged_at_the_same_moment_are_all_kept(place: int):
    tasks = [(await archive_events([received(event_body(id=number), place + number)]))[0] for number in range(5)]

    await asyncio.gather(*map(judge_places, tasks))

    assert (await judged(tasks[0])).suspicious == 5


async def test_more_contents_than_a_pointer_leads_to_are_judged_by_their_places(run: str, place: int):
    frauds = [received(event_body(f"{run}-a", gift_wrap=1, n=n), place + n) for n in range(MAX_CONTENTS + 2)]
    tasks = [task for fraud in frauds for task in await archive_events([fraud])]

    assert len(await verdicts_on(f"{run}-a")) == MAX_CONTENTS
    assert [len((await judged(task)).verdicts_blob) > 0 for task in tasks] == [True, True]


async def test_larger_contents_than_a_pointer_leads_to_are_judged_by_their_places(
    run: str, place: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quarantine_index, "MAX_BYTES", 30_000)
    sizes = (14_000, 14_000, 14_000, 100)
    frauds = [
        received(event_body(f"{run}-a", gift_wrap=1, n="abcd"[n] * size), place + n) for n, size in enumerate(sizes)
    ]
    tasks = [task for fraud in frauds for task in await archive_events([fraud])]

    assert len(await verdicts_on(f"{run}-a")) == 3
    assert [path for task in tasks for path in task.paths] == [path_of(frauds[2])]
    assert list(await archive_events(frauds)) == tasks


async def test_two_contents_are_found_by_their_id_however_large_they_are(
    run: str, place: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quarantine_index, "MAX_BYTES", 10)
    frauds = [received(event_body(f"{run}-a", gift_wrap=1, n=n), place + n) for n in range(3)]
    await archive_events(frauds)

    verdicts = await verdicts_on(f"{run}-a")

    assert [("ID_REUSED" in {reason.rule for reason in verdict.reasons}) for verdict in verdicts] == [True, True]


async def test_quarantine_blobs_that_are_gone_or_altered_hold_up_no_window(run: str, place: int):
    gone, altered = (received(event_body(f"{run}-{name}", gift_wrap=1), place + n) for n, name in enumerate("ab"))
    await archive_events([gone, altered, received(event_body(f"{run}-c"), place + 2)])
    container = await blobs.warehouse(names.QUARANTINE)
    await blobs.delete_blob(container, path_of(gone))
    await blobs.write_blob(container, path_of(altered), b"{\xff")

    verdicts = await verdicts_on(*(f"{run}-{name}" for name in "abc"))

    assert [verdict.band for verdict in verdicts] == ["unresolved", "unresolved", "low"]


@pytest.mark.parametrize(
    "changes",
    [
        {"quarantined": None},
        {"quarantined": {"digest": 7}},
        {"quarantined": {"digest": ""}},
        {"quarantined": {"digest": "x" * 2_000}},
        {"bytes": "x", "quarantined": []},
    ],
    ids=lambda changes: str(changes)[:40],
)
async def test_a_pointer_that_somebody_has_changed_holds_up_neither_windows_nor_what_comes_after(
    run: str, place: int, changes: dict[str, Any]
):
    first, again = (received(event_body(f"{run}-a", gift_wrap=n), place + n) for n in (1, 2))
    await archive_events([first, received(event_body(f"{run}-b"), place)])
    pointer = {"id": pointer_id(f"{run}-a"), "archive_key": pointer_key(f"{run}-a"), **changes}
    await (await cosmos.events()).upsert_item(pointer)

    without = await verdicts_on(f"{run}-a", f"{run}-b")
    by_place = await archive_events([again])
    after = await verdicts_on(f"{run}-a", f"{run}-b")

    assert [verdict.band for verdict in without] == ["unresolved", "low"]
    assert by_place == []
    assert [verdict.band for verdict in after] == ["low", "low"]


def path_of(event: ReceivedEvent) -> str:
    return quarantined(event, "").path
