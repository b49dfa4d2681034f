"""Contract: what a window's analysis does about events, and other contents of an id, that are archived late."""

import asyncio
import uuid

import msgspec
import pytest

from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.store_verdicts import store_verdicts
from activities.window_ids import read_ids, save_window
from fraud.analysis import WindowTask
from fraud.verdicts import from_ndjson, to_ndjson
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs
from tests.activities.window_activities import (
    case_of,
    chunk_verdicts,
    judge_all,
    judge_and_store,
    missing_id,
    result_of,
    verdicts_of,
)
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


async def test_an_event_that_arrives_late_is_resolved_by_the_next_look(task: WindowTask):
    await judge_all(task)
    missing = next(verdict.event_id for verdict in await chunk_verdicts(task) if verdict.band == "unresolved")

    await archive_events([received(event_body(missing), 9)])

    assert await judge_all(task) == [{"low": 3}]


async def test_an_event_that_arrives_late_amends_the_verdicts_and_the_case(task: WindowTask):
    first = await judge_and_store(task, 1)
    assert (first.bands["unresolved"], first.revision) == (1, 1)
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])

    second = await judge_and_store(task, 2)

    assert (second.bands["low"], second.bands["unresolved"], second.revision) == (3, 0, 2)
    assert second.verdicts_blob == first.verdicts_blob
    assert [verdict.band for verdict in from_ndjson(await verdicts_of(second))] == ["low"] * 3
    case = await case_of(task)
    assert (case["bands"], case["revision"]) == (second.bands, 2)


async def test_a_slow_activity_of_an_earlier_look_up_takes_nothing_back(task: WindowTask):
    early = task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()])
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    late = await judge_and_store(task, 2)
    case, verdicts = await case_of(task), await verdicts_of(late)

    assert await store_verdicts(early) == late
    await judge_events(task.chunks()[0].at(1))  # its twin, which still writes where the first look-up did
    assert await judge_and_store(task, 2) == late

    assert (await case_of(task), await verdicts_of(late)) == (case, verdicts)


async def test_two_analyses_of_a_window_that_store_at_once_end_with_what_both_know(task: WindowTask):
    await judge_all(task)
    early = task.judged_by([await judge_events(chunk.at(1)) for chunk in task.chunks()])
    await archive_events([received(event_body(await missing_id(task)), 9)])
    late = task.judged_by([await judge_events(chunk.at(2)) for chunk in task.chunks()])

    await asyncio.gather(*(store_verdicts(judged) for judged in (early, late, early, late)))

    case = await case_of(task)
    assert (case["bands"]["unresolved"], case["bands"]["low"]) == (0, 3)
    assert b"unresolved" not in await verdicts_of(await store_verdicts(early))


async def test_a_look_up_after_the_first_asks_for_missing_ids_only(task: WindowTask):
    await judge_all(task, 1)
    (chunk,) = task.chunks()
    judged = from_ndjson(await blobs.read_blob(await blobs.workflow_data(), chunk.at(1).path))
    marked = [msgspec.structs.replace(verdict, run_id="kept") for verdict in judged]
    await blobs.write_blob(await blobs.workflow_data(), chunk.at(1).path, to_ndjson(marked))

    await judge_all(task, 2)

    again = from_ndjson(await blobs.read_blob(await blobs.workflow_data(), chunk.at(2).path))
    assert [verdict.run_id for verdict in again] == ["kept", "kept", None]


async def test_a_fraud_behind_a_harmless_event_of_the_same_id_is_judged_and_the_id_counts_against_it():
    twice = uuid.uuid4().hex
    await archive_events([received(event_body(twice, discount=5), 1)])
    task = await save_window(SuspiciousWindow(3, (twice,), WINDOW_ENDING_1010))

    assert await judge_all(task) == [{"unresolved": 1}]
    assert [reason.rule for reason in (await chunk_verdicts(task))[0].reasons] == ["NOT_FLAGGED"]

    await archive_events([received(event_body(twice, price=9_999.99, qty=99), 2)])
    assert await judge_all(task) == [{"high": 1}]
    (verdict,) = await chunk_verdicts(task)
    assert verdict.event is not None
    assert verdict.event["price"] == 9_999.99
    assert "ID_REUSED" in {reason.rule for reason in verdict.reasons}


async def test_two_frauds_under_one_id_have_a_verdict_each_in_verdicts_case_and_a_restarted_analysis():
    twice = uuid.uuid4().hex
    await archive_events([received(event_body(twice, price=price), number) for number, price in enumerate((2.0, 1.0))])
    task = await save_window(SuspiciousWindow(3, unique_ids([twice, f"{twice}-x"]), WINDOW_ENDING_1010))

    summary = await judge_and_store(task, 1)

    verdicts = from_ndjson(await verdicts_of(summary))
    assert [(verdict.event or {}).get("price") for verdict in verdicts] == [1.0, 2.0, None]
    assert ["ID_REUSED" in {reason.rule for reason in verdict.reasons} for verdict in verdicts] == [True, True, False]
    assert (summary.suspicious, (await case_of(task))["bands"]["medium"]) == (3, summary.bands["medium"])
    await clear_work(task)
    assert await read_ids(task) == [twice, f"{twice}-x"]


async def test_a_fraud_that_is_archived_after_another_of_its_id_is_asked_for_if_the_window_named_the_id_twice():
    twice, once = (uuid.uuid4().hex for _ in range(2))
    await archive_events([received(event_body(event_id), n) for n, event_id in enumerate((twice, once))])
    window = SuspiciousWindow(3, unique_ids([twice, once]), WINDOW_ENDING_1010, repeated=(twice,))
    task = await save_window(window)
    first = await result_of(task, 1)

    await archive_events([received(event_body(twice, price=9_999.99), 2), received(event_body(once, price=9.9), 3)])
    second = await result_of(task, 2)

    assert (first.bands, first.may_be_more) == ({"low": 2}, 1)
    assert (second.bands, second.may_be_more) == ({"low": 1, "medium": 1, "high": 1}, 0)
    assert second.digest != first.digest


async def test_a_content_of_another_window_is_judged_and_the_windows_own_is_asked_for_again():
    reused = uuid.uuid4().hex
    await archive_events([received(event_body(reused), 400_000)])
    task = await save_window(SuspiciousWindow(3, (reused,), WINDOW_ENDING_1010))
    first = await result_of(task, 1)
    await archive_events([received(event_body(reused, price=9_999.99), 1)])

    second = await result_of(task, 2)

    assert (first.bands, first.may_be_more) == ({"low": 1}, 1)
    assert (second.bands, second.may_be_more) == ({"medium": 1, "high": 1}, 0)
