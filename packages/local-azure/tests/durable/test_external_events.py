"""External events: names, order, buffers, and what outlives continue-as-new."""

from datetime import timedelta

from local_azure.testing.running_hub import Context, RunningHub, Steps


async def test_names_do_not_depend_on_case(hub: RunningHub):
    @hub.orchestrator
    def wait(context: Context) -> Steps:
        answer = yield context.wait_for_external_event("Approval")
        return answer

    instance_id = await hub.start("wait")
    (await hub.hub()).client.raise_event(instance_id, "APPROVAL", '{"by": "me"}')

    assert (await hub.ended(instance_id))["output"] == {"by": "me"}


async def test_early_events_are_served_in_their_order(hub: RunningHub):
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

    assert (await hub.ended(instance_id))["output"] == [0, 1, 2]


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


async def test_events_that_nobody_took_are_carried_over_on_continue_as_new(hub: RunningHub):
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
