"""Entities: state, calls, signals, failures."""

import json

import azure.durable_functions as df

from local_azure.durable.entity_messages import EntityOperation, encode_operation
from local_azure.durable.store import MessageKind, StoredMessage, put_message
from local_azure.testing.running_hub import Context, RunningHub, Steps


def register_counter(hub: RunningHub) -> None:
    @hub.entity
    def counter(context: Context) -> None:
        total = context.get_state(lambda: 0)
        match context.operation_name:
            case "add":
                total += context.get_input()
                context.set_state(total)
            case "forget":
                context.destruct_on_exit()
                return
            case "fail":
                raise ValueError("not today")
            case _:
                pass
        context.set_result({"total": total, "key": context.entity_key})


async def test_calls_change_state_and_return_results(hub: RunningHub):
    register_counter(hub)

    @hub.orchestrator
    def count(context: Context) -> Steps:
        entity = df.EntityId("Counter", "Shop")
        yield context.call_entity(entity, "add", 2)
        result = yield context.call_entity(entity, "add", 3)
        return result

    assert (await hub.run("count"))["output"] == {"total": 5, "key": "Shop"}
    assert (await hub.hub()).client.entity_state("counter", "Shop") == "5"


async def test_signals_and_calls_of_one_orchestration_arrive_in_order(hub: RunningHub):
    register_counter(hub)

    @hub.orchestrator
    def count(context: Context) -> Steps:
        entity = df.EntityId("counter", "1")
        for _ in range(10):
            context.signal_entity(entity, "add", 1)
        result = yield context.call_entity(entity, "get")
        doubled = yield context.call_activity("double", result["total"])
        return doubled

    @hub.activity
    def double(number: int) -> int:
        return 2 * number

    assert (await hub.run("count"))["output"] == 20


async def test_a_failing_operation_fails_its_call_and_keeps_the_state(hub: RunningHub):
    register_counter(hub)

    @hub.orchestrator
    def careful(context: Context) -> Steps:
        entity = df.EntityId("counter", "1")
        yield context.call_entity(entity, "add", 7)
        message = "no failure"
        try:
            yield context.call_entity(entity, "fail")
        except Exception as error:  # noqa: BLE001 - the SDK raises no narrower type
            message = str(error)
        result = yield context.call_entity(entity, "get")
        return [message, result["total"]]

    assert (await hub.run("careful"))["output"] == ["not today", 7]


async def test_an_entity_that_ends_itself_exists_no_more(hub: RunningHub):
    register_counter(hub)

    @hub.orchestrator
    def brief(context: Context) -> Steps:
        entity = df.EntityId("counter", "1")
        yield context.call_entity(entity, "add", 7)
        yield context.call_entity(entity, "forget")
        result = yield context.call_entity(entity, "get")
        return result["total"]

    assert (await hub.run("brief"))["output"] == 0


async def test_calling_an_entity_that_the_app_does_not_have_fails_the_instance(hub: RunningHub):
    @hub.orchestrator
    def mistaken(context: Context) -> Steps:
        yield context.call_entity(df.EntityId("nobody", "1"), "get")

    status = await hub.run("mistaken")

    assert status["runtimeStatus"] == "Failed"
    assert "The function 'nobody' doesn't exist" in status["output"]


async def test_many_signals_are_run_in_batches(hub: RunningHub):
    register_counter(hub)
    task_hub = await hub.hub()
    for _ in range(200):
        task_hub.client.signal_entity("counter", "1", "add", json.dumps(json.dumps(1)))

    await hub.eventually(lambda: task_hub.client.entity_state("counter", "1") == "200")
    assert hub.worker is not None
    assert hub.worker.calls["counter"] <= 20


async def test_operations_that_wait_outlive_the_process(hub: RunningHub):
    register_counter(hub)
    task_hub = await hub.hub()
    operation = EntityOperation(id="", op="add", signal=True, input=json.dumps(json.dumps(4)))
    with task_hub.store.transaction() as database:
        put_message(database, StoredMessage("@counter@1", MessageKind.OPERATION, encode_operation(operation)))
    await hub.stop()
    task_hub = await hub.hub()

    await hub.eventually(lambda: task_hub.client.entity_state("counter", "1") == "4")
