"""Sub-orchestrations."""

import asyncio

import azure.durable_functions as df

from local_azure.durable.queries import InstanceFilter
from local_azure.testing.running_hub import Context, RunningHub, Steps

RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=1000, max_number_of_attempts=3)


def register_child(hub: RunningHub) -> None:
    @hub.orchestrator
    def child(context: Context) -> Steps:
        doubled = yield context.call_activity("double", context.get_input())
        return {"parent": context.parent_instance_id, "doubled": doubled, "id": context.instance_id}

    @hub.activity
    def double(number: int) -> int:
        return 2 * number


async def test_a_child_knows_its_parent_and_gives_it_its_output(hub: RunningHub):
    register_child(hub)

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        result = yield context.call_sub_orchestrator("child", 21, "kid")
        return result

    status = await hub.run("parent", instance_id="mother")

    assert status["output"] == {"parent": "mother", "doubled": 42, "id": "kid"}
    assert (await hub.status("kid"))["runtimeStatus"] == "Completed"


async def test_children_without_an_id_get_one_of_their_own(hub: RunningHub):
    register_child(hub)

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        results = yield context.task_all([context.call_sub_orchestrator("child", n) for n in range(5)])
        return [result["id"] for result in results]

    status = await hub.run("parent")

    assert len(set(status["output"])) == 5


async def test_a_failing_child_can_be_caught_and_retried(hub: RunningHub):
    runs: list[str] = []

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        message = "no failure"
        try:
            yield context.call_sub_orchestrator("fragile", None)
        except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
            message = str(error)
        result = yield context.call_sub_orchestrator_with_retry("fragile", RETRY, None, "fixed-id")
        return [message, result]

    @hub.orchestrator
    def fragile(context: Context) -> Steps:
        yield context.call_activity("count", context.instance_id)
        if len(runs) < 3:
            raise ValueError(f"run {len(runs)} of it")
        return "done"

    @hub.activity
    def count(instance_id: str) -> None:
        runs.append(instance_id)

    message, result = (await hub.run("parent"))["output"]

    assert "Orchestrator function 'fragile' failed: run 1 of it" in message
    assert result == "done"
    assert runs[1:] == ["fixed-id", "fixed-id"]


async def test_a_child_under_the_id_of_a_running_instance_fails_instead_of_hanging(hub: RunningHub):
    register_child(hub)

    @hub.orchestrator
    def wait(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator("child", 1, "taken")

    await hub.start("wait", instance_id="taken")
    status = await hub.run("parent")

    assert status["runtimeStatus"] == "Failed"
    assert "'taken' is already running" in status["output"]
    assert (await hub.status("taken"))["name"] == "wait"


async def test_an_orchestration_cannot_be_its_own_child(hub: RunningHub):
    @hub.orchestrator
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator("parent", 1, context.instance_id)

    status = await hub.run("parent")

    assert status["runtimeStatus"] == "Failed"
    assert "another instance id" in status["output"]


async def test_terminating_a_child_fails_its_call_and_terminating_a_parent_leaves_its_children(hub: RunningHub):
    @hub.orchestrator
    def wait(context: Context) -> Steps:
        yield context.wait_for_external_event("go")

    @hub.orchestrator
    def parent(context: Context) -> Steps:
        yield context.call_sub_orchestrator("wait", None, context.get_input())

    hub_now = await hub.hub()
    first = await hub.start("parent", "kid-1")
    second = await hub.start("parent", "kid-2")
    async with asyncio.timeout(30):
        while len(hub_now.client.instances(_kids(), 10, None)[0]) < 2:
            await asyncio.sleep(0.01)
    hub_now.client.terminate("kid-1", "enough")
    hub_now.client.terminate(second, "enough")

    assert "failed: enough \n None" in (await hub.ended(first))["output"]
    assert (await hub.ended(second))["runtimeStatus"] == "Terminated"
    assert (await hub.status("kid-2"))["runtimeStatus"] in {"Running", "Pending"}


def _kids() -> InstanceFilter:
    return InstanceFilter(prefix="kid-")
