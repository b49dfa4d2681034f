"""Contract: the activities of a window's analysis over the real Cosmos and Blob SDKs."""

import logging
import uuid

import msgspec
import pytest
from azure.core.exceptions import ResourceNotFoundError

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.analysis import IDS_PER_CHUNK, WindowTask
from fraud.identity import archive_key
from fraud.verdicts import Verdict, from_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, cosmos
from tests.activities.window_activities import (
    case_of,
    chunk_verdicts,
    judge_all,
    judge_and_store,
    missing_id,
    verdicts_of,
)
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def test_every_id_has_a_verdict_in_the_order_of_the_ids(task: WindowTask, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "activities.store_verdicts")
    assert await judge_all(task) == [{"low": 2, "unresolved": 1}]

    verdicts: list[Verdict] = from_ndjson(await verdicts_of(await store_verdicts(task)))

    assert [verdict.event_id[-1] for verdict in verdicts] == ["a", "b", "g"]
    assert [verdict.band for verdict in verdicts] == ["low", "low", "unresolved"]
    assert verdicts[0].event == msgspec.json.decode(event_body(verdicts[0].event_id, discount=72))
    assert (verdicts[0].run_id, verdicts[2].event) == ("campaign-x", None)
    line = f"event=window_judged window={task.name} flagged=3 judged=2 unresolved=1"
    assert line in caplog.messages  # the workbook reads it


async def test_verdicts_that_were_deleted_are_written_again_though_the_case_counts_more_revisions(task: WindowTask):
    await judge_all(task)
    await judge_and_store(task, 1)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    amended = await judge_and_store(task, 2)
    container, _, path = amended.verdicts_blob.partition("/")
    await blobs.delete_blob(await blobs.warehouse(container), path)
    await (await cosmos.cases()).upsert_item(await case_of(task) | {"suspicious": 0})

    again = await judge_and_store(task, 2)

    case = await case_of(task)
    assert (again.revision, case["revision"], case["suspicious"]) == (1, 1, 3)


async def test_a_second_run_writes_the_same_bytes_and_leaves_the_case(task: WindowTask):
    await judge_all(task)
    summary = await store_verdicts(task)
    blob, case = await verdicts_of(summary), await case_of(task)
    await clear_work(task)

    await judge_all(task)
    again = await store_verdicts(task)

    assert again == summary
    assert await verdicts_of(again) == blob
    assert (await case_of(task))["_etag"] == case["_etag"]


async def test_a_case_keeps_what_others_wrote_into_it(task: WindowTask):
    await judge_all(task)
    await store_verdicts(task)
    container = await cosmos.cases()
    await container.upsert_item(await case_of(task) | {"assigned_to": "ann", "suspicious": 0})

    await store_verdicts(task)

    case = await case_of(task)
    assert (case["assigned_to"], case["suspicious"]) == ("ann", 3)


async def test_clearing_the_work_leaves_no_blob_of_it(task: WindowTask):
    for lookup in (0, 1, 2):
        await judge_all(task, lookup)

    await clear_work(task)
    await clear_work(task)

    work = await blobs.workflow_data()
    assert [blob.name async for blob in work.list_blobs(name_starts_with=task.work_folder)] == []


async def test_storing_before_judging_is_an_error_and_not_an_empty_case(task: WindowTask):
    with pytest.raises(ResourceNotFoundError):
        await store_verdicts(task)


async def test_a_document_that_is_no_event_is_unresolved_with_the_reason_and_holds_up_nothing():
    stranger = uuid.uuid4().hex
    await (await cosmos.events()).create_item(
        {"id": stranger, "archive_key": archive_key(3, stranger), "store_id": 3, "event_type": "refund"}
    )
    task = await save_window(SuspiciousWindow(3, (stranger,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]
    (verdict,) = await chunk_verdicts(task)
    assert verdict.reasons[0].rule == "NOT_A_STORE_EVENT"


@pytest.mark.parametrize("odd", ["a/b", "..", "", "?", "x" * 2_000])
async def test_an_id_that_the_archive_cannot_hold_is_unresolved_though_it_is_the_only_one(odd: str):
    task = await save_window(SuspiciousWindow(3, (odd,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]


async def test_a_window_of_several_chunks_is_judged_whole():
    run = uuid.uuid4().hex
    ids = unique_ids(f"{run}-{number:05}" for number in range(IDS_PER_CHUNK + 20))
    await archive_events([received(event_body(event_id), number) for number, event_id in enumerate(ids)])
    task = await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"low": IDS_PER_CHUNK}, {"low": 20}]
    assert (await store_verdicts(task)).suspicious == IDS_PER_CHUNK + 20
