"""Durable timers, on a clock that runs sixty times as fast."""

import time
from datetime import UTC, datetime, timedelta

from local_azure.durable.settings import HubSettings
from local_azure.testing.running_hub import Context, RunningHub, Steps


async def test_a_timer_comes_up_to_a_second_early_as_on_azure(hub: RunningHub):
    hub.clock = hub.clock_at_speed(0.3)  # slow, so that a busy machine has time to be punctual

    @hub.orchestrator
    def sleep(context: Context) -> Steps:
        began = context.current_utc_datetime
        yield context.create_timer(began + timedelta(seconds=context.get_input()))
        return (context.current_utc_datetime - began).total_seconds()

    assert (await hub.run("sleep", 0.9))["output"] < 0.5
    assert 1 <= (await hub.run("sleep", 1.9))["output"] < 1.8


async def test_timers_within_one_second_come_in_an_order_of_their_own(hub: RunningHub):
    @hub.orchestrator
    def race(context: Context) -> Steps:
        timers = [context.create_timer(context.current_utc_datetime + timedelta(seconds=60 + n / 10)) for n in range(6)]
        order: list[int] = []
        left = list(timers)
        while left:
            first = yield context.task_any(left)
            left.remove(first)
            order.append(timers.index(first))
        return order

    early = (await hub.run("race"))["output"]
    await hub.stop()
    hub.settings = HubSettings(early_timers=False)
    in_order = (await hub.run("race"))["output"]

    assert sorted(early) == in_order == list(range(6))
    assert early != in_order


async def test_with_the_switch_off_a_timer_fires_when_azures_clock_has_reached_it(hub: RunningHub):
    hub.settings = HubSettings(early_timers=False)

    @hub.orchestrator
    def sleep(context: Context) -> Steps:
        began = context.current_utc_datetime
        yield context.create_timer(began + timedelta(seconds=30))
        return (context.current_utc_datetime - began).total_seconds()

    began = time.monotonic()
    status = await hub.run("sleep")

    assert 30 <= status["output"] < 600
    assert 0.5 <= time.monotonic() - began < 10


async def test_timers_in_the_past_fire_at_once(hub: RunningHub):
    @hub.orchestrator
    def sleep(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime - timedelta(days=1))
        # The SDK writes this year as a 1 without zeros.
        yield context.create_timer(datetime(1, 1, 1, 2, tzinfo=UTC))
        return "awake"

    assert (await hub.run("sleep"))["output"] == "awake"


async def test_a_timer_beyond_six_days_is_slept_in_pieces_of_three(hub: RunningHub):
    hub.clock = hub.clock_at_speed(2_000_000)

    @hub.orchestrator
    def hibernate(context: Context) -> Steps:
        began = context.current_utc_datetime
        yield context.create_timer(began + timedelta(days=10))
        yield context.call_activity("look", None)
        return (context.current_utc_datetime - began) >= timedelta(days=10)

    @hub.activity
    def look(nothing: object) -> None:
        pass

    status = await hub.run("hibernate", instance_id="h")

    history = await hub.history("h")
    began, *again = [datetime.fromisoformat(event["Timestamp"]) for event in history if event["EventType"] == 12]
    pieces = [datetime.fromisoformat(event["FireAt"]) for event in history if event["EventType"] == 10]
    due, three = began + timedelta(days=10), timedelta(days=3)
    assert status["output"] is True
    # 3 and 3 days, then the 4 that are left; a machine that stands still meanwhile leaves less, a day in 43 ms.
    for start, fires in zip([began, *again], pieces, strict=False):
        assert fires == (start + three if due - start > 2 * three else due)
    assert pieces[0] == began + three


async def test_an_uncancelled_timer_keeps_the_instance_running_and_a_cancelled_one_does_not(hub: RunningHub):
    @hub.orchestrator
    def race(context: Context) -> Steps:
        seconds = context.get_input()
        deadline = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
        work = context.call_activity("work", None)
        winner = yield context.task_any([work, deadline])
        if seconds > 240:
            deadline.cancel()
        return winner is work

    @hub.activity
    def work(nothing: object) -> None:
        pass

    cancelled = await hub.run("race", 86_400)  # 24 min, for which no test waits
    began = time.monotonic()
    careless = await hub.run("race", 240)
    careless_after = time.monotonic() - began

    assert cancelled["output"] is True
    assert careless["output"] is True
    assert careless_after > 4.0 - 1 / 60  # a timer may be up to a second of Azure's clock early


async def test_a_timer_outlives_the_process(hub: RunningHub):
    @hub.orchestrator
    def sleep(context: Context) -> Steps:
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=20))
        return "awake"

    instance_id = await hub.start("sleep")
    await hub.until(instance_id, runtimeStatus="Running")
    await hub.stop()

    assert (await hub.ended(instance_id))["output"] == "awake"


async def test_a_timer_that_was_cancelled_fires_after_a_restart_and_lets_go_on_who_waits_for_it(hub: RunningHub):
    hub.clock = hub.clock_at_speed(1)

    @hub.orchestrator
    def waits(context: Context) -> Steps:
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=3))
        yield context.task_any([timer, context.wait_for_external_event("go")])
        timer.cancel()
        context.set_custom_status("cancelled")
        yield timer
        return "fired"

    instance_id = await hub.start("waits")
    client = (await hub.hub()).client
    client.raise_event(instance_id, "go", "1")
    await hub.eventually(lambda: client.status(instance_id).custom_status == '"cancelled"')
    await hub.stop()

    assert (await hub.ended(instance_id))["output"] == "fired"
