"""Waiting for the decision of a case, on the real engine."""

import asyncio

import pytest

from fraud.desk.waiting import DECIDED_EVENT, review_id
from local_azure.testing.running_hub import RunningHub
from tests.orchestrations.fake_activities import FakeActivities
from tests.orchestrations.record import review

INSTANCE = review_id("window-3-x")


async def decided(hub: RunningHub) -> None:
    (await hub.hub()).client.raise_event(INSTANCE, DECIDED_EVENT, "null")


async def entered(steps: FakeActivities, count: int) -> None:
    async with asyncio.timeout(10):
        while len(steps.journal) < count:
            await asyncio.sleep(0.005)


def taken(steps: FakeActivities) -> list[str]:
    return [entry.split()[1] for entry in steps.journal]


async def test_a_case_that_nobody_decides_is_reminded_of_escalated_and_expired(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(200_000)

    status = await hub.run("review_case", review())

    assert taken(steps) == ["opened", "reminded", "escalated", "expired"]
    assert status["output"] == {"state": "expired"}


async def test_no_timer_is_longer_than_three_days(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(1_000_000)
    instance_id = await hub.start("review_case", review(remind=0, escalate=0, expire=300), INSTANCE)

    await hub.ended(instance_id)

    timers = [event for event in await hub.history(instance_id) if "FireAt" in event and "TimerId" not in event]
    assert taken(steps) == ["opened", "expired"]
    assert len(timers) == 5


async def test_a_decision_ends_the_waiting_at_once_and_leaves_no_open_timer(hub: RunningHub, steps: FakeActivities):
    await hub.start("review_case", review(), INSTANCE)
    await entered(steps, 1)

    steps.review = "dismissed"
    await decided(hub)
    status = await hub.ended(INSTANCE, seconds=60)

    assert taken(steps) == ["opened", "None"]
    assert status["output"] == {"state": "dismissed"}


async def test_an_event_without_a_decision_changes_nothing(hub: RunningHub, steps: FakeActivities):
    await hub.start("review_case", review(), INSTANCE)
    await entered(steps, 1)

    for count in (2, 3):
        await decided(hub)
        await entered(steps, count)
    steps.review = "confirmed"
    await decided(hub)
    status = await hub.ended(INSTANCE, seconds=60)

    assert taken(steps) == ["opened", "None", "None", "None"]
    assert status["output"] == {"state": "confirmed"}


async def test_a_decision_whose_event_is_lost_is_seen_at_the_next_step(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(200_000)
    await hub.start("review_case", review(), INSTANCE)
    await entered(steps, 1)

    steps.review = "confirmed"
    await hub.ended(INSTANCE, seconds=60)

    assert taken(steps) == ["opened", "reminded"]


@pytest.mark.parametrize("state", ["confirmed", "dismissed", "expired", None])
async def test_a_case_that_is_decided_before_or_gone_is_not_waited_for(
    hub: RunningHub, steps: FakeActivities, state: str | None
):
    steps.review = state  # type: ignore[assignment]

    status = await hub.run("review_case", review())

    assert taken(steps) == ["opened"]
    assert status["output"] == {"state": state}


async def test_a_case_without_an_expiry_stays_escalated_and_ends_the_waiting(hub: RunningHub, steps: FakeActivities):
    hub.clock = RunningHub.clock_at_speed(200_000)

    status = await hub.run("review_case", review(expire=0))

    assert taken(steps) == ["opened", "reminded", "escalated"]
    assert status["output"] == {"state": "escalated"}


async def test_a_case_is_escalated_and_expires_though_no_receiver_has_taken_its_reminder(
    hub: RunningHub, steps: FakeActivities
):
    hub.clock = RunningHub.clock_at_speed(100_000)
    await hub.start("review_case", review(expire=72), INSTANCE)
    await entered(steps, 1)

    steps.failures["take_review_step"] = 40
    status = await hub.ended(INSTANCE, seconds=60)

    assert taken(steps) == ["opened", *["reminded"] * 40, "None", "escalated", "expired"]
    assert status["output"] == {"state": "expired"}
