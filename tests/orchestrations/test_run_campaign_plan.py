import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from fraud.campaigns import STOP_EVENT
from fraud.load.plan import CampaignPlan
from fraud.load.planned import PlannedCampaign, TickSent
from local_azure.testing.running_hub import RunningHub
from orchestrations.contracts import RUN_CAMPAIGN_PLAN, SEND_TICK
from orchestrations.run_campaign_plan import ACTIVITIES_PER_GENERATION, run_campaign_plan
from tests.orchestrations.decisions import decisions_after
from tests.orchestrations.fake_activities import FakeActivities

CONSTANT = {"shape": "constant", "rate": 2, "for": "5m"}


def planned(*stages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    plan = msgspec.convert({"tick": "5s", "stages": list(stages or [CONSTANT]), **fields}, CampaignPlan)
    return msgspec.to_builtins(PlannedCampaign.of(plan, name="x", seed=42))


async def stop(hub: RunningHub, instance_id: str) -> None:
    (await hub.hub()).client.raise_event(instance_id, STOP_EVENT, "null")


@pytest.mark.parametrize("producers", [1, 3, 16])
async def test_every_event_of_the_plan_is_sent_once_whatever_the_producers(
    hub: RunningHub, steps: FakeActivities, producers: int
):
    hub.clock = RunningHub.clock_at_speed(6_000)
    stages = (CONSTANT, {**CONSTANT, "start": "1m"})

    status = await hub.run("run_campaign_plan", planned(*stages, producers=producers, tick="30s"))

    output = status["output"]
    assert (output["phase"], output["batches_sent"], output["batches"]) == ("completed", 12, 12)
    assert output["totals"]["sent"] == output["planned"] == output["due"] == 1_200
    sent = [(span.stage, n) for parts in steps.ticks.values() for part in parts for span in part.spans
            for n in range(span.first, span.end)]  # fmt: skip
    assert len(sent) == len(set(sent)) == 1_200
    assert max(map(len, steps.ticks.values())) == producers
    assert status["customStatus"] == output


async def test_ticks_without_events_are_passed_over(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(600)
    burst = {"shape": "burst", "rate": 1, "every": "1m", "lasts": "5s", "for": "3m"}

    status = await hub.run("run_campaign_plan", planned(burst))

    assert sorted(steps.ticks) == [0, 12, 24]
    assert (status["output"]["phase"], status["output"]["totals"]["sent"]) == ("completed", 15)


async def test_ticks_are_due_at_fixed_times_and_the_delay_is_told(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(600)
    steps.failures["send_tick"] = 3  # 90 s

    status = await hub.run("run_campaign_plan", planned({**CONSTANT, "for": "30m"}, tick="5m"))

    output = status["output"]
    started, updated = (datetime.fromisoformat(output[name]) for name in ("started", "updated"))
    assert {part.started for parts in steps.ticks.values() for part in parts} == {started}
    # A durable timer comes up to a second early, on Azure as here.
    assert timedelta(seconds=1_499) <= updated - started < timedelta(seconds=2_400)
    assert 0 <= output["behind_seconds"] <= output["most_behind_seconds"]


async def test_a_campaign_that_cannot_keep_up_says_how_far_it_is_behind(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(600)
    steps.failures["send_tick"] = 3  # 90 s, of which the next tick is 85 late

    status = await hub.run("run_campaign_plan", planned({**CONSTANT, "for": "20s"}))

    assert status["output"]["totals"]["sent"] == 40
    assert status["output"]["most_behind_seconds"] >= 80


async def test_the_history_stays_short_however_long_the_campaign(hub: RunningHub):
    hub.clock = RunningHub.clock_at_speed(600)
    instance_id = await hub.start("run_campaign_plan", planned({**CONSTANT, "for": "2m"}, producers=9))

    await hub.ended(instance_id, seconds=60)

    assert len(await hub.history(instance_id)) < 6 * ACTIVITIES_PER_GENERATION


async def test_an_activity_that_is_tried_again_sends_the_same(hub: RunningHub, steps: FakeActivities):
    steps.failures["send_tick"] = 3

    await hub.run("run_campaign_plan", planned({**CONSTANT, "for": "5s"}))

    tries = steps.ticks[0]
    assert len(tries) == 4
    assert all(attempt == tries[0] for attempt in tries)


async def test_a_campaign_that_waits_is_stopped_at_once(hub: RunningHub, steps: FakeActivities):
    burst = {"shape": "burst", "rate": 1, "every": "20h", "lasts": "5s", "for": "100h"}
    instance_id = await hub.start("run_campaign_plan", planned(burst))
    while not steps.ticks:
        await asyncio.sleep(0.005)

    await stop(hub, instance_id)
    status = await hub.ended(instance_id, seconds=60)

    assert (status["output"]["phase"], status["output"]["totals"]["sent"]) == ("stopped", 5)


async def test_a_campaign_that_sends_ends_after_the_tick_that_is_being_sent(hub: RunningHub, steps: FakeActivities):
    def stop_during(number: int) -> None:
        if number == 2:
            running.set()

    running = asyncio.Event()
    steps.before_batch = stop_during
    hub.clock = RunningHub.clock_at_speed(600)
    instance_id = await hub.start("run_campaign_plan", planned({**CONSTANT, "for": "40h"}, producers=2))

    await running.wait()
    await stop(hub, instance_id)
    output = (await hub.ended(instance_id))["output"]

    assert output["phase"] == "stopped"
    assert output["batches_sent"] == len(steps.ticks)
    assert output["totals"]["sent"] == output["due"] == 10 * len(steps.ticks)


async def test_a_hub_that_is_away_for_good_fails_the_campaign_and_says_why(hub: RunningHub, steps: FakeActivities):
    steps.failures["send_tick"] = 1_000

    status = await hub.run("run_campaign_plan", planned({**CONSTANT, "for": "5s"}))

    assert status["runtimeStatus"] == "Failed"
    assert "the service is away" in status["output"]


def decisions(now: str) -> list[Any]:
    """The decisions of a campaign once its first tick is acknowledged, at some time of ten o'clock."""
    asked = planned(tick="1m")
    return decisions_after(RUN_CAMPAIGN_PLAN, run_campaign_plan, asked, SEND_TICK, TickSent(), now=now)


def test_what_is_scheduled_next_does_not_depend_on_the_clock():
    """Microsoft's extension may take a decision again, at a later time, whose timer is already on its way."""
    assert decisions("00:10") == decisions("09:59")
