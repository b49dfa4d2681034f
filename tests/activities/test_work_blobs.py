"""The work blobs of an analysis: gone when it ends, and read wherever the next step runs."""

import uuid

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.analysis import LOOKUPS, WindowTask
from fraud.windows import SuspiciousWindow
from services.blobs import workflow_data
from services.written_lately import written_lately
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def work_blobs(task: WindowTask) -> list[str]:
    return [blob.name async for blob in (await workflow_data()).list_blobs(name_starts_with=f"{task.work_folder}/")]


async def judged(lookups: range) -> WindowTask:
    """A window of two ids that are nowhere, one of them named twice, after these look-ups."""
    ids = (f"{uuid.uuid4().hex}-a", f"{uuid.uuid4().hex}-b")
    task = await save_window(SuspiciousWindow(3, tuple(sorted(ids)), WINDOW_ENDING_1010, repeated=ids[:1]))
    results = [await judge_events(chunk.at(lookup)) for lookup in lookups for chunk in task.chunks()]
    return task.judged_by(results[-1:])


@pytest.mark.parametrize("last", [2, LOOKUPS])
async def test_nothing_is_left_after_the_last_look_up_whatever_was_still_open(last: int):
    task = await judged(range(1, last + 1))
    if last < LOOKUPS:
        # What is open is asked for again, so the last of a finished analysis leaves nothing open.
        await (await workflow_data()).delete_blob(task.chunks()[0].open_path)
    assert set(await work_blobs(task)) == set(task.work_paths())

    await clear_work(task)
    await clear_work(task)

    assert await work_blobs(task) == []


async def test_nothing_is_left_of_a_look_up_that_was_killed_and_found_its_event_the_second_time():
    event_id = str(uuid.uuid4())
    window = SuspiciousWindow(3, (event_id,), WINDOW_ENDING_1010)
    task = await save_window(window)
    (chunk,) = task.chunks()
    await judge_events(chunk.at(1))
    killed = await judge_events(chunk.at(2))  # its host dies before the engine hears of it
    await archive_events([received(event_body(event_id))])
    again = await judge_events(chunk.at(2))
    assert killed.is_open(3)
    assert not again.is_open(3)

    await clear_work(task.finished_by([again]))

    assert await work_blobs(task) == []


async def test_a_task_that_names_no_look_ups_has_its_folder_cleared():
    task = await judged(range(1, 3))

    await clear_work(msgspec.structs.replace(task, lookups=(), digests=()))

    assert await work_blobs(task) == []


async def test_verdicts_are_stored_alike_by_a_process_that_did_not_judge_them():
    task = await judged(range(1, 2))
    here = await store_verdicts(task)

    written_lately.take(task.digest_of(task.chunks()[0]))  # as in another process

    assert await store_verdicts(task) == here
