"""External events: names, order, early ones, and those that a continue-as-new loses."""

from datetime import timedelta

import pytest

from local_azure.testing.running_hub import Context, RunningHub, Steps


async def test_an_event_in_other_case_is_another_event(hub: RunningHub):
    @hub.orchestrator
    def wait(context: Context) -> Steps:
        answer = yield context.wait_for_external_event("Approval")
        return answer

    instance_id = await hub.start("wait")
    (await hub.hub()).client.raise_event(instance_id, "APPROVAL", '{"by": "nobody"}')
    (await hub.hub()).client.raise_event(instance_id, "Approval", '{"by": "me"}')

    assert (await hub.ended(instance_id))["output"] == {"by": "me"}


async def test_of_early_events_with_one_name_the_last_serves_every_wait_and_the_log_says_so(
    hub: RunningHub, caplog: pytest.LogCaptureFixture
):
    @hub.orchestrator
    def collect(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=6))
        got: list[int] = []
        for _ in range(3):
            number = yield context.wait_for_external_event("number")
            got.append(number)
        return got

    instance_id = await hub.start("collect")
    client = (await hub.hub()).client
    for number in range(3):
        client.raise_event(instance_id, "number", str(number))

    assert (await hub.ended(instance_id))["output"] == [2, 2, 2]
    assert "the SDK of 1.x gives the second one twice" in caplog.text


async def test_the_last_waiter_is_served_first(hub: RunningHub):
    @hub.orchestrator
    def collect(context: Context) -> Steps:
        first = context.wait_for_external_event("number")
        second = context.wait_for_external_event("number")
        results = yield context.task_all([first, second])
        return results

    instance_id = await hub.start("collect")
    client = (await hub.hub()).client
    client.raise_event(instance_id, "number", "1")
    client.raise_event(instance_id, "number", "2")

    assert (await hub.ended(instance_id))["output"] == [2, 1]


async def test_an_event_or_a_timer_whichever_is_first(hub: RunningHub):
    @hub.orchestrator
    def approve(context: Context) -> Steps:
        deadline = context.create_timer(context.current_utc_datetime + timedelta(seconds=context.get_input()))
        approval = context.wait_for_external_event("approval")
        winner = yield context.task_any([approval, deadline])
        if winner is approval:
            deadline.cancel()
            return approval.result
        return "escalated"

    approved = await hub.start("approve", 600)
    await hub.until(approved, runtimeStatus="Running")
    (await hub.hub()).client.raise_event(approved, "approval", '"yes"')

    assert (await hub.ended(approved))["output"] == "yes"
    assert (await hub.run("approve", 6))["output"] == "escalated"


async def test_an_event_behind_the_one_that_ends_a_generation_reaches_the_next(hub: RunningHub):
    @hub.orchestrator
    def drain(context: Context) -> Steps:
        total = context.get_input()
        number = yield context.wait_for_external_event("number")
        if number == 0:
            return total
        context.continue_as_new(total + number)

    instance_id = await hub.start("drain", 0)
    client = (await hub.hub()).client
    for number in (1, 2, 3, 0):
        client.raise_event(instance_id, "number", str(number))

    assert (await hub.ended(instance_id))["output"] == 6


async def test_an_event_before_the_one_that_ends_a_generation_is_lost_and_the_log_says_so(
    hub: RunningHub, caplog: pytest.LogCaptureFixture
):
    @hub.orchestrator
    def turn(context: Context) -> Steps:
        number = context.get_input()
        context.set_custom_status(f"waits for {number}")
        value = yield context.wait_for_external_event(f"number {number}")
        if number == 1:
            return value
        context.continue_as_new(number + 1)

    instance_id = await hub.start("turn", 0)
    client = (await hub.hub()).client
    await hub.until(instance_id, customStatus="waits for 0")
    client.raise_event(instance_id, "number 1", '"early"')
    client.raise_event(instance_id, "number 0", "0")
    await hub.until(instance_id, customStatus="waits for 1")
    client.raise_event(instance_id, "number 1", '"again"')

    assert (await hub.ended(instance_id))["output"] == "again"
    assert "continues as new without the events ['number 1']" in caplog.text


async def test_waiting_events_outlive_the_process(hub: RunningHub):
    @hub.orchestrator
    def wait(context: Context) -> Steps:
        yield context.wait_for_external_event("first")
        second = yield context.wait_for_external_event("second")
        return second

    instance_id = await hub.start("wait")
    (await hub.hub()).client.raise_event(instance_id, "second", "2")
    await hub.until(instance_id, runtimeStatus="Running")
    await hub.stop()
    (await hub.hub()).client.raise_event(instance_id, "first", "1")

    assert (await hub.ended(instance_id))["output"] == 2
