"""Contract: a blob that somebody has put into the archive tier, written over or leased holds up none beside it."""

import os
import uuid
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from azure.core.exceptions import HttpResponseError

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.find_windows import find_windows
from activities.judge_events import judge_events
from activities.judge_places import judge_places
from activities.judge_small_window import judge_small_window
from activities.store_verdicts import store_verdicts
from activities.window_evidence import beginning_of, read_evidence
from activities.window_ids import save_window
from fraud.campaigns import Campaign
from fraud.desk.queries import QuarantineQuery, Question
from fraud.quarantine import quarantined_path
from fraud.reanalysis.messages import Reanalysis, ReanalysisState, WindowsPage
from fraud.rules.shipped import SEED
from fraud.verdicts import from_ndjson, verdicts_path
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, campaigns, names
from services.desk.quarantine import list_quarantine, quarantine_record
from services.desk.reanalyses import keep_reanalysis, list_reanalyses
from services.settings import settings
from tests.activities.window_activities import judge_and_store
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

FAULTS = ["archived", "deep"]
TIMES = ["2026-01-02T10:07:30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
"""Of no zone, or of no calendar."""


@pytest.fixture
def context_set() -> Iterator[None]:
    """The setting names the context set, which keeps evidence."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RULE_SET", "context")
        settings.cache_clear()
        yield
    settings.cache_clear()


async def make_unreadable(container: str, path: str, fault: str) -> None:
    if fault == "archived":
        await (await blobs.warehouse(container)).get_blob_client(path).set_standard_blob_tier("Archive")
    elif fault in TIMES:
        record = msgspec.json.decode(await blobs.read_blob(await blobs.warehouse(container), path))
        altered = msgspec.json.encode(record | {"enqueued_time": fault})
        await blobs.write_blob(await blobs.warehouse(container), path, altered)
    else:
        await blobs.write_blob(
            await blobs.warehouse(container), path, b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        )


@pytest.mark.usefixtures("context_set")
async def test_archived_evidence_of_the_first_look_up_does_not_keep_a_late_event_from_being_judged():
    first, late = uuid.uuid4().hex, uuid.uuid4().hex
    await archive_events([received(event_body(first), 1)])
    task = await save_window(SuspiciousWindow(3, unique_ids([first, late]), WINDOW_ENDING_1010))
    await judge_and_store(task, 1)
    (chunk,) = task.chunks()
    await make_unreadable(names.FRAUD_EVENTS, f"{beginning_of(chunk)}-000.json.gz", "archived")
    await archive_events([received(event_body(late), 2)])

    result = await judge_events(chunk.at(2))
    summary = await store_verdicts(task.judged_by([result]))

    assert summary.bands.get("unresolved", 0) == 0
    verdicts = from_ndjson(
        await blobs.read_blob(await blobs.warehouse(names.FRAUD_EVENTS), verdicts_path(task.name, task.window_end))
    )
    assert {verdict.event_id for verdict in verdicts} == {first, late}
    assert (await read_evidence(chunk)).named(str({each.event_id: each.evidence for each in verdicts}[late]))


async def test_verdicts_that_somebody_holds_a_lease_on_are_amended_by_a_late_event():
    first, late = uuid.uuid4().hex, uuid.uuid4().hex
    await archive_events([received(event_body(first), 1)])
    task = await save_window(SuspiciousWindow(3, unique_ids([first, late]), WINDOW_ENDING_1010))
    await judge_and_store(task, 1)
    verdicts = await blobs.warehouse(names.FRAUD_EVENTS)
    await verdicts.get_blob_client(verdicts_path(task.name, task.window_end)).acquire_lease()
    await archive_events([received(event_body(late), 2)])

    summary = await judge_and_store(task, 2)

    assert (summary.revision, summary.bands.get("unresolved", 0)) == (2, 0)


async def test_a_lease_that_ends_by_itself_before_it_is_broken_keeps_nobody_from_writing():
    reports = await blobs.warehouse(names.REPORTS)
    path = f"a-lease/{uuid.uuid4().hex}"
    await blobs.write_blob(reports, path, b"before")
    blob = reports.get_blob_client(path)
    lease = await blob.acquire_lease()

    async def write() -> None:
        try:
            await blob.upload_blob(b"after", overwrite=True)
        except HttpResponseError:
            await lease.release()
            raise

    await blobs.beyond_lease(blob, write)

    assert await blobs.read_blob(reports, path) == b"after"


@pytest.mark.parametrize("fault", [*FAULTS, *TIMES])
async def test_a_record_of_quarantine_that_nobody_can_read_keeps_no_id_of_its_window_from_being_judged(fault: str):
    ids = sorted(uuid.uuid4().hex for _ in range(2))
    number = uuid.uuid4().int % 10**9 * 10
    odd = received(event_body(ids[1], gift_wrap=1), number)
    await archive_events([received(event_body(ids[0]), number + 1), odd])
    await make_unreadable(names.QUARANTINE, quarantined_path(odd.enqueued_time, "1", number), fault)
    task = await save_window(SuspiciousWindow(3, unique_ids(ids), WINDOW_ENDING_1010))

    summary = await judge_and_store(task, 1)

    assert (summary.suspicious, summary.bands["unresolved"]) == (2, 1)


@pytest.mark.parametrize("fault", [*FAULTS, *TIMES])
async def test_a_record_of_quarantine_that_nobody_can_read_keeps_none_beside_it_from_being_judged_or_listed(fault: str):
    number = uuid.uuid4().int % 10**9 * 10
    at = ENQUEUED - timedelta(days=number % 300 + 1)  # an hour of its own: a page holds what lies there
    bodies = [b"[" + event_body(uuid.uuid4().hex, discount=60) + b"]" for _ in range(2)]
    deliveries = [
        msgspec.structs.replace(received(body, number + at_), enqueued_time=at) for at_, body in enumerate(bodies)
    ]
    (task,) = await archive_events(deliveries)
    await make_unreadable(names.QUARANTINE, task.paths[0], fault)

    summary = await judge_places(task)
    page = await list_quarantine(QuarantineQuery(kind="events", start=at, end=at))

    assert summary
    assert summary.suspicious == 1
    assert task.paths[1] in [row.path for row in page.items]
    if fault == "deep":
        assert "altered" in (await quarantine_record(task.paths[0])).reason


async def test_an_archived_campaign_is_named_and_measured_by_nothing():
    campaign = _campaign()
    await campaigns.keep_campaign(campaign)
    reports = await blobs.warehouse(names.REPORTS)
    (path,) = [name async for name in reports.list_blob_names(name_starts_with=f"campaigns/{campaign.run_id}/")]
    await make_unreadable(names.REPORTS, path, "archived")

    kept = await campaigns.campaigns_of(campaign.run_id)

    assert (kept.sent, [*kept.unreadable]) == ([], [path])


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_progress_that_nobody_can_read_keeps_no_campaign_from_going_on(fault: str):
    campaign = _campaign()
    await campaigns.keep_campaign(campaign)
    await campaigns.note_progress(campaign.run_id, str(campaign.seed), 0)
    reports = await blobs.warehouse(names.REPORTS)
    folder = f"campaign-progress/{campaign.run_id}"
    (path,) = [name async for name in reports.list_blob_names(name_starts_with=folder)]
    await make_unreadable(names.REPORTS, path, fault)

    await campaigns.note_progress(campaign.run_id, str(campaign.seed), 0)

    (sent,) = (await campaigns.campaigns_of(campaign.run_id)).sent
    assert sent.run_id == campaign.run_id


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_record_of_a_reanalysis_that_nobody_can_read_hides_none_of_the_others(fault: str):
    orders = [_order() for _ in range(2)]
    for order in orders:
        await keep_reanalysis(ReanalysisState(order=order))
    await make_unreadable(names.REPORTS, f"reanalyses/{orders[0].id}.json", fault)

    page = await list_reanalyses(Question(limit=200))

    assert orders[1] in [record.order for record in page.items]


async def test_archived_verdicts_count_as_damaged_and_the_other_windows_are_found():
    tasks: list[str] = []
    for _ in range(2):
        event_id = uuid.uuid4().hex
        await archive_events([received(event_body(event_id, store_id=3), 1)])
        task = await save_window(SuspiciousWindow(3, unique_ids([event_id]), WINDOW_ENDING_1010))
        await judge_small_window(task)
        await clear_work(msgspec.structs.replace(task, lookups=()))
        tasks.append(verdicts_path(task.name, task.window_end))
    await make_unreadable(names.FRAUD_EVENTS, tasks[0], "archived")

    pages = [await find_windows(WindowsPage(order=_order()))]
    while pages[-1].next:
        pages.append(await find_windows(WindowsPage(_order(), pages[-1].next)))

    await blobs.delete_blob(await blobs.warehouse(names.FRAUD_EVENTS), tasks[0])
    assert sum(page.counted.damaged for page in pages) >= 1
    assert [path for page in pages for path in page.paths if path in tasks] == tasks[1:]


def _campaign() -> Campaign:
    run_id = f"run-{uuid.uuid4().hex}"
    return Campaign(
        run_id=run_id, seed=7, batches=2, events_per_batch=3, interval_seconds=1, bad_event_ratio=0, waits=True
    )


def _order() -> Reanalysis:
    end, name = WINDOW_ENDING_1010.end, f"again-20260103T000000Z-{uuid.uuid4().hex[:8]}"
    return Reanalysis(id=name, start=end, end=end, rules=SEED.id, who="Ana", why="a trial")
