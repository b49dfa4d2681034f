"""Contract: the first look-up of a small window is one activity, which may be killed anywhere and run again."""

import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.clear_work import clear_work
from activities.judge_events import judge_events
from activities.judge_small_window import judge_small_window
from activities.store_verdicts import store_verdicts
from activities.window_ids import save_window
from fraud.analysis import SMALL_BYTES, WindowTask
from fraud.verdicts import from_ndjson, time_path
from fraud.windows import SuspiciousWindow, unique_ids
from services import blobs, names
from services.settings import settings
from tests.activities.rule_sets import judging_by
from tests.activities.window_activities import case_of, verdicts_of
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest.fixture(params=["seed", "context"], autouse=True)
def judged_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """The set that judges windows."""
    with judging_by(request.param):
        yield


async def found(**changes: Any) -> WindowTask:
    """A window of two archived events."""
    ids = unique_ids(uuid.uuid4().hex for _ in range(2))
    await archive(*ids, **changes)
    return await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))


async def archive(*ids: str, **changes: Any) -> None:
    await archive_events([received(event_body(event_id, **changes), number) for number, event_id in enumerate(ids)])


async def with_late_event() -> tuple[WindowTask, str]:
    """A window of an archived event and one that has not come yet."""
    early, late = uuid.uuid4().hex, uuid.uuid4().hex
    await archive(early)
    return await save_window(SuspiciousWindow(3, unique_ids([early, late]), WINDOW_ENDING_1010)), late


async def work_of(task: WindowTask) -> set[str]:
    container = await blobs.workflow_data()
    return {blob.name async for blob in container.list_blobs(name_starts_with=f"{task.work_folder}/")}


async def alerts_of(task: WindowTask) -> list[str]:
    folder = f"alerts/{time_path(task.window_end)}/"
    reports = await blobs.warehouse(names.REPORTS)
    listed = [blob.name async for blob in reports.list_blobs(name_starts_with=f"{folder}{task.name}")]
    return [name.removeprefix(f"{folder}{task.name}") for name in listed]


async def test_a_window_whose_events_are_all_there_leaves_verdicts_case_and_alert_and_no_work():
    task = await found()

    judged = await judge_small_window(task)

    assert (judged.result.is_open(2), judged.told, judged.summary.revision) == (False, True, 1)
    assert [verdict.event_id for verdict in from_ndjson(await verdicts_of(judged.summary))] == list(task.ids)
    assert ((await case_of(task))["suspicious"], await alerts_of(task), await work_of(task)) == (2, [".json"], set())


async def test_its_verdicts_are_those_that_activity_by_activity_judges_and_stores():
    task = await found()
    at_once = await judge_small_window(task)
    verdicts = await verdicts_of(at_once.summary)

    result = await judge_events(task.chunks()[0].at(1))
    stored = await store_verdicts(task.judged_by([result]))

    assert (result, stored, await verdicts_of(stored)) == (at_once.result, at_once.summary, verdicts)


async def test_running_it_again_changes_nothing():
    task = await found()
    first = await judge_small_window(task)
    case, verdicts = await case_of(task), await verdicts_of(first.summary)
    await blobs.write_blob(await blobs.workflow_data(), task.ids_path, b"left by a run that saw less")

    again = await judge_small_window(task)

    assert again == first
    assert (await case_of(task), await verdicts_of(first.summary)) == (case, verdicts)
    assert (await alerts_of(task), await work_of(task)) == ([".json"], set())


async def test_what_is_missing_is_left_to_the_next_look_up_with_the_work_that_it_reads():
    task, late = await with_late_event()

    judged = await judge_small_window(task)

    (chunk,) = task.chunks()
    assert judged.result.is_open(2)
    assert await work_of(task) == {task.ids_path, chunk.at(1).path, chunk.at(1).open_path}
    await archive(late)
    second = task.judged_by([await judge_events(chunk.at(2))])
    await alert_fraud_team(await store_verdicts(second))
    await clear_work(second)
    assert (await case_of(task))["revision"] == 2
    assert (await alerts_of(task), await work_of(task)) == (["-2.json", ".json"], set())


async def test_an_event_that_comes_between_a_killed_run_and_the_next_is_judged_by_the_next_look_up_and_told_apart():
    task, late = await with_late_event()
    killed = await judge_small_window(task)
    verdicts = await verdicts_of(killed.summary)
    await archive(late)

    again = await judge_small_window(task)
    second = await store_verdicts(task.judged_by([await judge_events(task.chunks()[0].at(2))]))

    assert (again.summary, again.result.bands, again.result.is_open(2)) == (killed.summary, killed.result.bands, True)
    assert (second.revision, second.bands["unresolved"]) == (2, 0)
    assert await verdicts_of(second) != verdicts


async def test_a_second_content_that_comes_between_a_killed_run_and_the_next_is_judged_by_the_next_look_up():
    task = await found()
    killed = await judge_small_window(task)
    await archive(task.ids[0], price=9_999.99)

    again = await judge_small_window(task)
    second = await store_verdicts(task.judged_by([await judge_events(task.chunks()[0].at(2))]))

    assert (again.summary, again.result.may_be_more, again.result.is_open(2)) == (killed.summary, 1, True)
    assert (second.revision, second.suspicious) == (2, 3)


async def test_a_receiver_that_is_away_delays_no_verdict(monkeypatch: pytest.MonkeyPatch):
    task = await found()
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "http://127.0.0.1:9/")
    settings.cache_clear()

    judged = await judge_small_window(task)

    assert (judged.told, (await case_of(task))["suspicious"], await alerts_of(task)) == (False, 2, [])


async def test_ids_that_are_many_are_in_a_blob_and_those_of_a_small_window_in_the_task():
    few = await found()
    ids = unique_ids("x" * 40 + f"{number}" for number in range(SMALL_BYTES // 40))
    many = await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))

    assert (len(few.ids), await work_of(few)) == (2, set())
    assert (many.ids, await work_of(many)) == ((), {many.ids_path})
    assert msgspec.convert(msgspec.to_builtins(few), WindowTask) == few
