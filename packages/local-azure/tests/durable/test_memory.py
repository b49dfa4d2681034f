"""The engine's memory is bounded, and only a cache; its file has one owner."""

import asyncio

import pytest

from local_azure.core.process import CannotStartError
from local_azure.durable.settings import HubSettings
from local_azure.durable.store import Store
from local_azure.testing.running_hub import Context, RunningHub, Steps


def register(hub: RunningHub) -> None:
    @hub.orchestrator
    def remember(context: Context) -> Steps:
        text = yield context.call_activity("write", context.get_input())
        context.set_custom_status("written")
        yield context.wait_for_external_event("go")
        return len(text)

    @hub.activity
    def write(length: int) -> str:
        return "x" * length


async def test_histories_beyond_the_bound_are_read_again_when_they_are_needed(hub: RunningHub):
    hub.settings = HubSettings(history_cache_bytes=250_000)
    register(hub)
    ids = [await hub.start("remember", 100_000, f"r-{n}") for n in range(6)]
    for instance_id in ids:
        await hub.until(instance_id, customStatus="written")
    task_hub = await hub.hub()
    await hub.eventually(lambda: sum(task_hub.sessions.get(instance_id) is not None for instance_id in ids) <= 2)
    for instance_id in ids:
        task_hub.client.raise_event(instance_id, "go", "1")

    assert [(await hub.ended(instance_id))["output"] for instance_id in ids] == [100_000] * 6
    # Ended instances take no memory.
    await hub.eventually(lambda: all(task_hub.sessions.get(instance_id) is None for instance_id in ids))


async def test_the_history_of_an_instance_that_waits_leaves_the_memory_and_is_read_again_when_it_goes_on(
    hub: RunningHub,
):
    hub.settings = HubSettings(history_cache_seconds=0.05)
    register(hub)
    waiting = await hub.start("remember", 3, "waiting")
    await hub.until(waiting, customStatus="written")
    await asyncio.sleep(0.1)
    other = await hub.start("remember", 4, "other")
    await hub.until(other, customStatus="written")
    task_hub = await hub.hub()
    await hub.eventually(lambda: task_hub.sessions.get(waiting) is None)
    assert task_hub.sessions.get(other) is not None

    for instance_id in (waiting, other):
        task_hub.client.raise_event(instance_id, "go", "1")

    assert [(await hub.ended(instance_id))["output"] for instance_id in (waiting, other)] == [3, 4]


@pytest.mark.slow
async def test_a_hub_belongs_to_one_engine_at_a_time(hub: RunningHub):
    await hub.hub()

    with pytest.raises(CannotStartError, match="another process works on"):
        Store(hub.database)
