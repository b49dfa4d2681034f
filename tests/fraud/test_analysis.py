from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fraud.analysis import IDS_PER_CHUNK, LOOKUPS, ChunkResult, WindowSummary, WindowTask, retry_delay
from fraud.windows import MAX_IDS, SuspiciousWindow
from tests.fraud.builders import WINDOW_ENDING_1010


def task_of(count: int) -> WindowTask:
    ids = tuple(f"{number:05}" for number in range(count))
    return WindowTask.of(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))


@given(st.integers(1, MAX_IDS))
def test_chunks_cover_every_id_once_and_in_order(count: int):
    chunks = task_of(count).chunks()

    assert [index for chunk in chunks for index in range(chunk.first, chunk.first + chunk.count)] == list(range(count))
    assert all(1 <= chunk.count <= IDS_PER_CHUNK for chunk in chunks)
    assert len({chunk.path for chunk in chunks}) == len(chunks)


def test_no_look_up_writes_over_the_verdicts_of_another():
    chunk = task_of(3).chunks()[0]

    assert len({chunk.at(lookup).path for lookup in range(LOOKUPS + 1)}) == LOOKUPS + 1


def test_the_verdicts_that_are_stored_are_those_of_each_chunks_last_look_up():
    task = task_of(2 * IDS_PER_CHUNK)
    results = [ChunkResult(number=1, bands={}, lookup=1), ChunkResult(number=0, bands={}, lookup=4)]

    assert [chunk.lookup for chunk in task.judged_by(results).chunks()] == [4, 1]


def test_the_alert_of_each_revision_has_a_name_of_its_own():
    summary = WindowSummary(
        name="window-3",
        store_id=3,
        window_start=WINDOW_ENDING_1010.start,
        window_end=WINDOW_ENDING_1010.end,
        suspicious=1,
        bands={},
        max_score=0,
        verdicts_blob="x",
    )

    assert summary.alert_name == "window-3"
    assert msgspec.structs.replace(summary, revision=3).alert_name == "window-3-3"


def test_the_largest_window_needs_no_second_level_of_fan_out():
    assert MAX_IDS / IDS_PER_CHUNK <= 200


def test_the_input_of_the_workflow_stays_small_however_many_ids():
    assert len(msgspec.json.encode(task_of(MAX_IDS))) < 500


def test_late_events_are_waited_for_at_growing_intervals_for_more_than_an_hour():
    delays = [retry_delay(lookup) for lookup in range(1, LOOKUPS)]

    assert delays[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert max(delays) == timedelta(minutes=10)
    assert timedelta(minutes=75) < sum(delays, timedelta()) < timedelta(minutes=90)
