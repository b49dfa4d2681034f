"""Starting over an instance of the same id, suspending across a restart, and other turns of a life."""

import asyncio
import sqlite3

import pytest

from local_azure.durable.settings import HubSettings
from local_azure.testing.running_hub import Context, RunningHub, Steps
from local_azure.testing.sdk_worker import SdkWorker


class SlowWorker(SdkWorker):
    """Takes its time over a replay, so that something can happen meanwhile."""

    async def run_orchestrator(self, name: str, payload: str) -> str:
        answer = await super().run_orchestrator(name, payload)
        await asyncio.sleep(0.05)
        return answer


async def test_an_instance_replaced_in_the_middle_of_an_episode_leaves_no_trace(hub: RunningHub):
    hub.settings = HubSettings(replace_running=True)
    ran: list[str] = []

    @hub.orchestrator
    def work(context: Context) -> Steps:
        done = yield context.call_activity("note", context.get_input())
        return done

    @hub.activity
    def note(text: str) -> str:
        ran.append(text)
        return text

    hub.worker = SlowWorker(hub.app)
    await hub.start("work", "old", "same")
    await asyncio.sleep(0.02)
    await hub.start("work", "new", "same")

    assert (await hub.ended("same"))["output"] == "new"
    assert ran == ["new"]
    assert [event["EventType"] for event in await hub.history("same")] == [12, 0, 4, 13, 12, 5, 1, 13]


async def test_a_suspended_instance_stays_suspended_over_a_restart(hub: RunningHub):
    @hub.orchestrator
    def wait(context: Context) -> Steps:
        context.set_custom_status("waits")
        value = yield context.wait_for_external_event("go")
        return value

    instance_id = await hub.start("wait")
    await hub.until(instance_id, customStatus="waits")
    client = (await hub.hub()).client
    client.suspend(instance_id, "holiday")
    await hub.until(instance_id, runtimeStatus="Suspended")
    await hub.stop()
    client = (await hub.hub()).client
    client.raise_event(instance_id, "go", "1")
    await asyncio.sleep(0.05)
    suspended = (await hub.status(instance_id))["runtimeStatus"]
    client.resume(instance_id, "back")

    assert suspended == "Suspended"
    assert (await hub.ended(instance_id))["output"] == 1


async def test_results_that_come_while_suspended_count_after_the_resume(hub: RunningHub):
    proceed = asyncio.Event()

    @hub.orchestrator
    def work(context: Context) -> Steps:
        result = yield context.call_activity("slow", None)
        return result

    @hub.activity
    async def slow(nothing: object) -> str:
        await proceed.wait()
        return "done"

    instance_id = await hub.start("work")
    client = (await hub.hub()).client
    client.suspend(instance_id, "wait")
    await hub.until(instance_id, runtimeStatus="Suspended")
    proceed.set()
    await asyncio.sleep(0.05)
    suspended = (await hub.status(instance_id))["runtimeStatus"]
    client.resume(instance_id, "go")

    assert suspended == "Suspended"
    assert (await hub.ended(instance_id))["output"] == "done"


async def test_a_late_result_for_a_terminated_instance_is_dropped(hub: RunningHub):
    proceed = asyncio.Event()

    @hub.orchestrator
    def work(context: Context) -> Steps:
        yield context.call_activity("slow", None)

    @hub.activity
    async def slow(nothing: object) -> None:
        await proceed.wait()

    instance_id = await hub.start("work")
    await hub.until(instance_id, runtimeStatus="Running")
    task_hub = await hub.hub()
    task_hub.client.terminate(instance_id, "enough")
    ended = await hub.ended(instance_id)
    proceed.set()
    await asyncio.sleep(0.05)

    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "enough")
    assert task_hub.store.targets() == []


async def test_work_goes_on_once_a_full_disk_has_room_again(hub: RunningHub, monkeypatch: pytest.MonkeyPatch):
    @hub.orchestrator
    def work(context: Context) -> Steps:
        numbers = yield context.task_all([context.call_activity("same", n) for n in range(5)])
        return numbers

    @hub.activity
    async def same(number: int) -> int:
        await asyncio.sleep(0.05)
        return number

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    instance_id = await hub.start("work")
    await hub.until(instance_id, runtimeStatus="Running")
    with monkeypatch.context() as disk:
        disk.setattr((await hub.hub()).store, "transaction", full)
        await asyncio.sleep(0.2)

    assert (await hub.ended(instance_id))["output"] == [0, 1, 2, 3, 4]


async def test_an_orchestrator_that_continues_forever_lets_others_work(hub: RunningHub):
    @hub.orchestrator
    def forever(context: Context) -> Steps:
        context.continue_as_new(None)
        return None
        yield

    @hub.orchestrator
    def brief(context: Context) -> Steps:
        return "done"
        yield

    restless = await hub.start("forever")
    status = await hub.run("brief")
    (await hub.hub()).client.terminate(restless, "enough")

    assert status["output"] == "done"
    assert (await hub.ended(restless))["runtimeStatus"] == "Terminated"
