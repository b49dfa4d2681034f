from typing import Any

import msgspec
import pytest

from fraud.analysis import IDS_PER_CHUNK, LOOKUPS, LOOKUPS_FOR_MORE, WindowTask
from local_azure.testing.running_hub import RunningHub
from tests.fraud.builders import WINDOW_ENDING_1010
from tests.orchestrations.fake_activities import FakeActivities
from tests.orchestrations.record import small_window

STORE_AND_TELL = ["store_verdicts", "alert_fraud_team"]
FINISH = [*STORE_AND_TELL, "clear_work"]


def window(ids: int = 3) -> dict[str, Any]:
    task = WindowTask(
        name="window-3-x",
        store_id=3,
        window_start=WINDOW_ENDING_1010.start,
        window_end=WINDOW_ENDING_1010.end,
        count=ids,
        version=2,
    )
    return msgspec.to_builtins(task)


async def test_a_window_is_judged_stored_told_and_cleared(hub: RunningHub, steps: FakeActivities):
    status = await hub.run("analyze_window", window())

    assert status["runtimeStatus"] == "Completed"
    assert status["output"]["suspicious"] == 3
    assert steps.journal == ["judge_events 0", *FINISH]


async def test_a_small_window_is_judged_stored_and_told_by_one_step_and_leaves_nothing_to_clear(
    hub: RunningHub, steps: FakeActivities
):
    status = await hub.run("analyze_window", small_window("a", "b", "c"))

    assert (status["runtimeStatus"], status["output"]["suspicious"]) == ("Completed", 3)
    assert status["customStatus"] == {"phase": "verdicts stored", "ids": 3, "unresolved": 0}
    assert (steps.journal, steps.told) == (["judge_small_window"], ["window-3-x"])


async def test_what_comes_late_in_a_small_window_amends_it_and_its_work_is_cleared(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing[0] = 2

    status = await hub.run("analyze_window", small_window("a", "b", "c"))

    assert steps.journal == ["judge_small_window", "judge_events 0", "judge_events 0", *FINISH]
    assert (steps.stored, steps.told) == ([(1,), (3,)], ["window-3-x", "window-3-x-2"])
    assert status["output"]["revision"] == 2


async def test_ids_of_a_small_window_under_which_another_content_may_come_are_asked_for_a_few_times(
    hub: RunningHub, steps: FakeActivities
):
    steps.may_be_more[0] = 1

    await hub.run("analyze_window", small_window("a", "b", "c"))

    assert steps.journal == ["judge_small_window", *["judge_events 0"] * (LOOKUPS_FOR_MORE - 1), "clear_work"]


async def test_an_alert_of_a_small_window_that_nobody_took_is_told_later_and_keeps_no_late_event_waiting(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing[0] = 2
    steps.failures["alert_fraud_team"] = 45

    status = await hub.run("analyze_window", small_window("a", "b", "c"))

    assert status["runtimeStatus"] == "Completed"
    assert (steps.stored, steps.told) == ([(1,), (3,)], ["window-3-x-2", "window-3-x"])


async def test_every_chunk_of_a_large_window_is_judged_once(hub: RunningHub, steps: FakeActivities):
    await hub.run("analyze_window", window(ids=3 * IDS_PER_CHUNK + 1))

    assert sorted(steps.journal[:-3]) == [f"judge_events {number}" for number in range(4)]
    assert steps.journal[-3:] == FINISH


async def test_only_the_chunks_with_missing_events_are_judged_again(hub: RunningHub, steps: FakeActivities):
    steps.missing[1] = 2

    await hub.run("analyze_window", window(ids=3 * IDS_PER_CHUNK))

    judged = [entry for entry in steps.journal if entry.startswith("judge_events")]
    assert sorted(judged[:3]) == ["judge_events 0", "judge_events 1", "judge_events 2"]
    assert judged[3:] == ["judge_events 1", "judge_events 1"]


async def test_what_is_found_is_stored_and_told_at_once_and_what_comes_late_amends_it(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing.update({0: 1, 1: 3})

    status = await hub.run("analyze_window", window(ids=3 * IDS_PER_CHUNK))

    assert sorted(steps.journal[:3]) == ["judge_events 0", "judge_events 1", "judge_events 2"]
    assert steps.journal[3:5] == STORE_AND_TELL
    assert sorted(steps.journal[5:7]) == ["judge_events 0", "judge_events 1"]
    assert steps.journal[7:] == [*STORE_AND_TELL, "judge_events 1", "judge_events 1", *FINISH]
    assert steps.stored == [(1, 1, 1), (2, 2, 1), (2, 4, 1)]
    assert steps.told == ["window-3-x", "window-3-x-2", "window-3-x-3"]
    assert status["output"]["revision"] == 3


async def test_ids_under_which_another_content_may_come_are_asked_for_a_few_times_and_hold_nothing_up(
    hub: RunningHub, steps: FakeActivities
):
    steps.may_be_more[1] = 2

    status = await hub.run("analyze_window", window(ids=2 * IDS_PER_CHUNK))

    assert sorted(steps.journal[:2]) == ["judge_events 0", "judge_events 1"]
    again = ["judge_events 1"] * (LOOKUPS_FOR_MORE - 1)
    assert steps.journal[2:] == [*STORE_AND_TELL, *again, "clear_work"]
    assert status["runtimeStatus"] == "Completed"


async def test_a_webhook_that_is_away_for_long_keeps_no_late_event_from_being_stored(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing[0] = 2
    steps.failures["alert_fraud_team"] = 45

    status = await hub.run("analyze_window", window())

    assert status["runtimeStatus"] == "Completed"
    assert steps.stored == [(1,), (3,)]
    assert steps.told == ["window-3-x-2", "window-3-x"]


async def test_an_alert_that_nobody_takes_fails_the_instance_after_all_is_stored(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing[0] = 2
    steps.failures["alert_fraud_team"] = 1_000

    status = await hub.run("analyze_window", window())

    assert status["runtimeStatus"] == "Failed"
    assert "the service is away" in str(status["output"])
    assert steps.stored == [(1,), (3,)]


async def test_an_event_that_never_arrives_ends_as_unresolved_and_does_not_hold_the_window(
    hub: RunningHub, steps: FakeActivities
):
    steps.missing[0] = 1_000

    started = hub.clock.timestamp()
    status = await hub.run("analyze_window", window())

    assert status["runtimeStatus"] == "Completed"
    assert steps.journal == ["judge_events 0", *STORE_AND_TELL, *["judge_events 0"] * (LOOKUPS - 1), "clear_work"]
    assert status["customStatus"] == {"phase": "verdicts stored", "ids": 3, "unresolved": 1}
    assert hub.clock.timestamp() - started > 75 * 60


@pytest.mark.parametrize("step", ["judge_events", "store_verdicts", "alert_fraud_team", "clear_work"])
async def test_a_step_whose_service_is_away_for_ten_minutes_is_tried_until_it_works(
    hub: RunningHub, steps: FakeActivities, step: str
):
    steps.failures[step] = 20

    status = await hub.run("analyze_window", window())

    assert status["runtimeStatus"] == "Completed"
    assert [entry.partition(" ")[0] for entry in steps.journal].count(step) == 21
