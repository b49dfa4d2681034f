"""Judging windows again, on the real engine."""

from typing import Any

import msgspec

from fraud.campaigns import STOP_EVENT
from fraud.reanalysis.messages import INSTANCE, ReanalysisState
from local_azure.testing.running_hub import RunningHub
from tests.orchestrations.fake_activities import FakeActivities
from tests.orchestrations.record import reanalysis

WINDOWS = [f"w{number}" for number in range(19)]
"""Ten pages: the count and the judging each go through several generations."""


def state_of(status: dict[str, Any]) -> ReanalysisState:
    return msgspec.convert(status["output"], ReanalysisState)


async def test_windows_are_counted_and_judged_again_page_by_page_in_several_generations(
    hub: RunningHub, steps: FakeActivities
):
    steps.windows = WINDOWS

    state = state_of(await hub.run("reanalyze", reanalysis(3 * len(WINDOWS))))

    assert (state.phase, state.counted.windows, state.counted.verdicts) == ("done", 19, 57)
    assert (state.done.windows, state.done.verdicts, state.done.changed) == (19, 57, 10)
    assert state.done.moved == {"low -> high": 10}
    assert sorted(steps.again) == sorted(WINDOWS)
    assert sorted(steps.told) == sorted(f"{name}-2" for name in WINDOWS[::2])
    assert steps.noted == [state]


async def test_what_is_not_confirmed_or_confirmed_with_another_count_judges_nothing(
    hub: RunningHub, steps: FakeActivities
):
    steps.windows = WINDOWS[:3]

    states = [state_of(await hub.run("reanalyze", reanalysis(confirm))) for confirm in (None, 8, 9)]

    assert [state.phase for state in states] == ["counted", "refused", "done"]
    assert [state.done.windows for state in states] == [0, 0, 3]
    assert [noted.phase for noted in steps.noted] == ["counted", "refused", "done"]


async def test_it_is_stopped_between_two_pages_and_what_was_judged_stays(hub: RunningHub, steps: FakeActivities):
    steps.windows = WINDOWS
    running = await hub.hub()

    def stop(judged: int) -> None:
        if judged == 3:
            running.client.raise_event(INSTANCE, STOP_EVENT, "null")

    steps.before_batch = stop
    await hub.start("reanalyze", reanalysis(57), INSTANCE)
    state = state_of(await hub.ended(INSTANCE))

    assert state.phase == "stopped"
    assert 0 < state.done.windows == len(steps.again) < len(WINDOWS)
    assert steps.noted == [state]


async def test_an_alert_that_nobody_takes_keeps_no_window_from_being_judged(hub: RunningHub, steps: FakeActivities):
    steps.windows = WINDOWS[:3]
    steps.failures["alert_fraud_team"] = 40

    state = state_of(await hub.run("reanalyze", reanalysis(9)))

    assert (state.phase, state.done.windows, state.done.untold) == ("done", 3, 1)
    assert steps.told == ["w2-2"]
