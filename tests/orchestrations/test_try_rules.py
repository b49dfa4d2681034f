"""Trying rules over windows, on the real engine."""

from typing import Any

import msgspec

from fraud.campaigns import STOP_EVENT
from fraud.reanalysis.samples import Sampled
from fraud.reanalysis.trial import INSTANCE, MOST_RULES, TrialState, Tried, TriedExample
from local_azure.testing.running_hub import RunningHub
from tests.fraud.builders import ENQUEUED
from tests.orchestrations.fake_activities import FakeActivities
from tests.orchestrations.record import trial

WINDOWS = [f"w{number}" for number in range(11)]


def state_of(status: dict[str, Any]) -> TrialState:
    return msgspec.convert(status["output"], TrialState)


async def test_windows_are_tried_page_by_page_in_several_generations(hub: RunningHub, steps: FakeActivities):
    steps.windows = WINDOWS

    state = state_of(await hub.run("try_rules", trial()))

    assert (state.phase, state.windows, state.tried.verdicts, state.tried.kept) == ("done", 11, 33, 33)
    assert state.tried.moved == {"low -> high": 11}
    assert sorted(steps.again) == sorted(WINDOWS)
    assert steps.told == []


async def test_samples_of_former_trials_are_deleted_once_and_only_before_a_trial_that_writes_its_own(
    hub: RunningHub, steps: FakeActivities
):
    steps.windows = [f"w{number}" for number in range(11)]

    sampled = state_of(await hub.run("try_rules", trial(samples="all")))
    plain = await hub.run("try_rules", trial())

    assert sampled.tried.sampled == Sampled(verdicts=22, fraud=11)
    assert (steps.journal[0], steps.journal.count("clear_samples")) == ("clear_samples", 1)
    assert "sampled" not in plain["output"]["tried"], "the result is that of earlier versions"


async def test_a_trial_is_stopped_with_what_it_has_seen(hub: RunningHub, steps: FakeActivities):
    steps.windows = WINDOWS
    running = await hub.hub()

    def stop(tried: int) -> None:
        if tried == 3:
            running.client.raise_event(INSTANCE, STOP_EVENT, "null")

    steps.before_batch = stop
    await hub.start("try_rules", trial(), INSTANCE)
    state = state_of(await hub.ended(INSTANCE))

    assert state.phase == "stopped"
    assert 0 < state.windows < len(WINDOWS)


def test_however_many_rules_and_examples_there_are_a_trial_tells_the_largest():
    def tried(number: int) -> Tried:
        example = TriedExample(
            id=str(number), case_id="c", window_end=ENQUEUED, before="low 1", after="high 9", by=number, rules=()
        )
        return Tried(rules_after={f"R{number}": number, "ALWAYS": 1}, examples=(example,))

    whole = sum((tried(number) for number in range(1, 300)), Tried())

    assert [example.by for example in whole.examples] == [299, 298, 297, 296, 295]
    assert len(whole.rules_after) == MOST_RULES
    assert whole.rules_after["ALWAYS"] == 299
