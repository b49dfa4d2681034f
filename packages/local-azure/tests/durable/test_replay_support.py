"""The replay helper itself, on histories that the engine has just recorded."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import azure.durable_functions as df
import pytest

from local_azure.durable.non_determinism import NonDeterminismError
from local_azure.testing.recording import record
from local_azure.testing.replay import Recording, assert_order_does_not_matter, assert_replays
from local_azure.testing.running_hub import Context, RunningHub, Steps

RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=3)


def everything(context: Context) -> Steps:
    """A little of all that can be scheduled."""
    doubled = yield context.task_all([context.call_activity("double", n) for n in range(10)])
    context.signal_entity(df.EntityId("counter", "1"), "add", 5)
    total = yield context.call_entity(df.EntityId("counter", "1"), "add", 1)
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    flaky = yield context.task_all([context.call_activity_with_retry("flaky", RETRY, n) for n in range(4)])
    child = yield context.call_sub_orchestrator("child", 3)
    event = yield context.wait_for_external_event("go")
    return [sum(doubled), total, flaky, child, event]


async def recorded(hub: RunningHub) -> Recording:
    hub.orchestrator(everything)
    failed: set[int] = set()

    @hub.activity
    def double(number: int) -> int:
        return 2 * number

    @hub.activity
    def flaky(number: int) -> int:
        if number % 2 and number not in failed:
            failed.add(number)
            raise ValueError("not yet")
        return number

    @hub.orchestrator
    def child(context: Context) -> Steps:
        result = yield context.call_activity("double", context.get_input())
        return result

    @hub.entity
    def counter(context: Context) -> None:
        context.set_state(context.get_state(lambda: 0) + context.get_input())
        context.set_result(context.get_state())

    instance_id = await hub.start("everything")
    task_hub = await hub.hub()
    task_hub.client.raise_event(instance_id, "go", '"on"')
    await hub.ended(instance_id)
    return Recording.of(task_hub.export_history(instance_id))


async def test_a_recording_replays_without_a_difference_also_from_a_file(hub: RunningHub, tmp_path: Path):
    recording = await recorded(hub)
    recording.save(tmp_path / "everything.json")

    assert json.loads(recording.output or "") == [90, 6, [0, 1, 2, 3], 6, "on"]
    assert_replays(everything, recording)
    assert_replays(everything, Recording.load(tmp_path / "everything.json"))


async def test_other_orders_end_the_same(hub: RunningHub):
    assert_order_does_not_matter(everything, await recorded(hub))


def changed_input(context: Context) -> Steps:
    yield context.task_all([context.call_activity("double", n + 1) for n in range(10)])


def changed_name(context: Context) -> Steps:
    yield context.task_all([context.call_activity("triple", n) for n in range(10)])


@pytest.mark.parametrize("changed", [changed_input, changed_name])
async def test_changed_code_is_told(hub: RunningHub, changed: Callable[[Context], Steps]):
    recording = await recorded(hub)

    with pytest.raises((AssertionError, NonDeterminismError)):
        assert_replays(changed, recording)
    with pytest.raises(AssertionError, match="no outcome"):
        assert_order_does_not_matter(changed, recording, orders=1)


async def test_code_whose_result_depends_on_the_order_is_told(hub: RunningHub):
    @hub.activity
    def same(number: int) -> int:
        return number

    def first_come(context: Context) -> Steps:
        pending = [context.call_activity("same", n) for n in range(4)]
        got: list[int] = []
        while pending:
            done = yield context.task_any(pending)
            pending.remove(done)
            got.append(done.result)
        return got

    hub.orchestrator(first_come)
    await hub.run("first_come", instance_id="f")
    recording = Recording.of((await hub.hub()).export_history("f"))

    assert_replays(first_come, recording)
    with pytest.raises(AssertionError, match="ends with"):
        assert_order_does_not_matter(first_come, recording)


async def test_an_orchestrator_is_recorded_with_activities_made_up_for_it(tmp_path: Path):
    hub = RunningHub(tmp_path / "unused", df.DFApp())

    @hub.orchestrator
    def approve(context: Context) -> Steps:
        price = yield context.call_activity("price_of", context.get_input())
        yield context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        approved = yield context.wait_for_external_event("approved")
        return [price, approved]

    @hub.activity
    def price_of(name: str) -> int:
        return len(name)

    recording = await record(hub.app, "approve", "book", tmp_path, events={"approved": "true"}, speed=20_000)

    assert json.loads(recording.output or "") == [4, True]
    assert_replays(approve, recording)
    assert_order_does_not_matter(approve, recording)
