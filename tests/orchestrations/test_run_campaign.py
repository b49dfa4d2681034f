import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fraud.campaigns import STOP_EVENT, Campaign, CampaignRequest
from fraud.generation import BatchTotals
from local_azure.testing.running_hub import RunningHub
from orchestrations.contracts import RUN_CAMPAIGN, SEND_BATCH
from orchestrations.run_campaign import BATCHES_PER_GENERATION, run_campaign
from tests.orchestrations.decisions import decisions_after
from tests.orchestrations.fake_activities import FakeActivities


def campaign(**order: Any) -> dict[str, Any]:
    return msgspec.to_builtins(Campaign.of(CampaignRequest(**order), name="x", seed=42))


async def stop(hub: RunningHub, instance_id: str) -> None:
    (await hub.hub()).client.raise_event(instance_id, STOP_EVENT, "null")


async def test_totals_add_up_over_generations(hub: RunningHub, steps: FakeActivities):
    batches = 2 * BATCHES_PER_GENERATION + 3

    status = await hub.run("run_campaign", campaign(batches=batches, events_per_batch=10, interval_seconds=0))

    output = status["output"]
    assert (output["phase"], output["batches_sent"]) == ("completed", batches)
    assert output["totals"]["sent"] == 10 * batches
    assert output["totals"]["expected_suspicious"] == batches
    assert list(steps.batches) == list(range(batches))
    assert status["customStatus"] == output


async def test_the_history_stays_short_however_long_the_campaign(hub: RunningHub):
    instance_id = await hub.start("run_campaign", campaign(batches=2 * BATCHES_PER_GENERATION, interval_seconds=1))

    await hub.ended(instance_id, seconds=30)

    assert len(await hub.history(instance_id)) < 12 * BATCHES_PER_GENERATION


async def test_batches_are_due_at_fixed_times_although_each_is_late(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(600)

    status = await hub.run("run_campaign", campaign(batches=3, interval_seconds=600))

    started, updated = (datetime.fromisoformat(status["output"][name]) for name in ("started", "updated"))
    stamps = [datetime.fromisoformat(batch.ts) - started for (batch,) in steps.batches.values()]
    assert stamps == [timedelta(seconds=600 * number) for number in range(3)]
    # A durable timer comes up to a second early, on Azure as here.
    assert timedelta(seconds=1_199) <= updated - started < timedelta(seconds=1_800)


def decisions(now: str) -> list[Any]:
    """The decisions of a campaign once its first batch is acknowledged, at some time of ten o'clock."""
    asked = campaign(batches=3, interval_seconds=60)
    return decisions_after(RUN_CAMPAIGN, run_campaign, asked, SEND_BATCH, BatchTotals(sent=30), now=now)


def test_what_is_scheduled_next_does_not_depend_on_the_clock():
    """Microsoft's extension may take a decision again, at a later time, whose timer is already on its way."""
    assert decisions("00:10") == decisions("09:59")


async def test_a_batch_that_is_tried_again_is_the_same_batch(hub: RunningHub, steps: FakeActivities):
    steps.failures["send_batch"] = 3

    await hub.run("run_campaign", campaign(batches=1))

    tries = steps.batches[0]
    assert len(tries) == 4
    assert all(attempt == tries[0] for attempt in tries)


async def test_a_campaign_that_waits_is_stopped_at_once_and_leaves_no_open_timer(
    hub: RunningHub, steps: FakeActivities
):
    instance_id = await hub.start("run_campaign", campaign(batches=10, interval_seconds=86_400))
    while not steps.batches:
        await asyncio.sleep(0.005)

    await stop(hub, instance_id)
    status = await hub.ended(instance_id, seconds=60)

    assert (status["output"]["phase"], status["output"]["batches_sent"]) == ("stopped", 1)


async def test_a_campaign_that_sends_counts_the_batch_that_was_on_its_way(hub: RunningHub, steps: FakeActivities):
    def stop_during(number: int) -> None:
        if number == 2:
            running.set()

    running = asyncio.Event()
    steps.before_batch = stop_during
    instance_id = await hub.start("run_campaign", campaign(batches=100_000, interval_seconds=0))

    await running.wait()
    await stop(hub, instance_id)
    status = await hub.ended(instance_id)

    output = status["output"]
    assert output["phase"] == "stopped"
    assert output["batches_sent"] == len(steps.batches) >= 3
    assert output["totals"]["sent"] == 30 * len(steps.batches)


async def test_a_stop_between_two_generations_is_not_lost(hub: RunningHub, steps: FakeActivities):
    loop = asyncio.get_running_loop()
    instance_id = "campaign-x"

    def stop_at_the_last_batch_of_a_generation(number: int) -> None:
        if number == BATCHES_PER_GENERATION - 1:
            stopping.append(loop.create_task(stop(hub, instance_id)))

    stopping: list[asyncio.Task[None]] = []
    steps.before_batch = stop_at_the_last_batch_of_a_generation
    await hub.start("run_campaign", campaign(batches=1_000, interval_seconds=0), instance_id)

    status = await hub.ended(instance_id)

    assert stopping
    assert status["output"]["phase"] == "stopped"
    assert BATCHES_PER_GENERATION <= status["output"]["batches_sent"] < 2 * BATCHES_PER_GENERATION


async def test_a_hub_that_is_away_for_good_fails_the_campaign_and_says_why(hub: RunningHub, steps: FakeActivities):
    steps.failures["send_batch"] = 1_000

    status = await hub.run("run_campaign", campaign(batches=1))

    assert status["runtimeStatus"] == "Failed"
    assert "the service is away" in status["output"]


async def test_a_campaign_shows_that_it_has_the_stop_while_its_batch_is_still_being_sent(
    hub: RunningHub, steps: FakeActivities
):
    steps.failures["send_batch"] = 2
    hub.clock = RunningHub.clock_at_speed(20)
    instance_id = await hub.start("run_campaign", campaign(batches=10, interval_seconds=0))
    while not steps.batches:
        await asyncio.sleep(0.005)

    await stop(hub, instance_id)
    await stop(hub, instance_id)
    async with asyncio.timeout(10):
        while "stopping" not in str((await hub.status(instance_id))["customStatus"]):
            await asyncio.sleep(0.005)
    status = await hub.ended(instance_id)

    assert (status["output"]["phase"], status["output"]["batches_sent"]) == ("stopped", 1)
