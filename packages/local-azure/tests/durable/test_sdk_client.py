"""The SDK's own client against the RPC endpoint."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df
import pytest
import pytest_asyncio
from aiohttp import web
from azure.durable_functions.models.utils import http_utils

from local_azure.durable.http_api import add_routes
from local_azure.testing.running_hub import Context, RunningHub, Steps
from local_azure.testing.web import serving

Client = Any
"""The SDK's client; its statuses are not typed."""
Status = df.OrchestrationRuntimeStatus


@pytest_asyncio.fixture
async def client(hub: RunningHub) -> AsyncIterator[Client]:
    """The SDK's client for a hub with three orchestrators and an entity, behind a real server."""

    @hub.orchestrator
    def echo(context: Context) -> Steps:
        said = yield context.call_activity("say", context.get_input())
        return said

    @hub.activity
    def say(text: object) -> object:
        return text

    @hub.orchestrator
    def wait(context: Context) -> Steps:
        context.set_custom_status({"waits": "for approval"})
        answer = yield context.wait_for_external_event("Approval")
        return answer

    @hub.orchestrator
    def fail(context: Context) -> Steps:
        yield context.call_activity("say", 1)
        raise ValueError("broken on purpose")

    @hub.entity
    def counter(context: Context) -> None:
        total = context.get_state(lambda: 0)
        if context.operation_name == "add":
            total += context.get_input()
            context.set_state(total)
        context.set_result(total)

    app = web.Application()
    task_hub = await hub.hub()
    add_routes(app, task_hub)
    async with serving(app) as address:
        yield df.DurableOrchestrationClient(task_hub.client_binding(address))
        # The SDK keeps one session a process, bound to the loop that made it.
        await http_utils._close_session()  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]


async def ended(client: Client, instance_id: str) -> Any:
    """The status of an instance once it has ended."""
    async with asyncio.timeout(10):
        while True:
            status = await client.get_status(instance_id, show_input=True)
            if status.runtime_status in {Status.Completed, Status.Failed, Status.Terminated}:
                return status
            await asyncio.sleep(0.01)


async def test_the_status_of_a_started_instance_is_found(client: Client):
    instance_id = await client.start_new("echo", client_input={"a": [1, "ü"]})

    status = await ended(client, instance_id)

    assert (status.name, status.instance_id, status.output) == ("echo", instance_id, {"a": [1, "ü"]})
    assert status.runtime_status is Status.Completed
    assert status.input_ == '{"a": [1, "\\u00fc"]}'
    assert status.created_time is not None


async def test_an_instance_of_an_unknown_orchestrator_fails_with_its_name(client: Client):
    instance_id = await client.start_new("nobody")

    assert "The function 'nobody' doesn't exist" in str((await ended(client, instance_id)).output)


async def test_a_running_instance_is_not_replaced_and_a_finished_one_is(client: Client):
    await client.start_new("wait", "one")
    with pytest.raises(Exception, match="already exists"):
        await client.start_new("wait", "one")

    await client.terminate("one", "enough")
    await ended(client, "one")
    await client.start_new("echo", "one", client_input=2)

    assert (await ended(client, "one")).output == 2


async def test_events_custom_status_and_their_ends(client: Client):
    instance_id = await client.start_new("wait")
    await client.raise_event(instance_id, "Approval", {"by": "me"})

    status = await ended(client, instance_id)

    # raise_event encodes twice; that is the SDK's way.
    assert (status.output, status.custom_status) == ('{"by": "me"}', {"waits": "for approval"})
    with pytest.raises(Exception, match="is gone"):
        await client.raise_event(instance_id, "Approval", 1)
    with pytest.raises(Exception, match="No instance with ID nobody found"):
        await client.raise_event("nobody", "Approval", 1)


async def test_an_unknown_instance_has_an_empty_status(client: Client):
    assert not await client.get_status("nobody")


async def test_terminate_gives_the_reason(client: Client):
    instance_id = await client.start_new("wait")
    await client.terminate(instance_id, "not needed & more")

    status = await ended(client, instance_id)

    assert (status.runtime_status, status.output) == (Status.Terminated, "not needed & more")
    await client.terminate(instance_id, "again")
    with pytest.raises(Exception, match="No instance with ID 'nobody' found"):
        await client.terminate("nobody", "why")


async def test_suspended_instances_take_in_events_only_after_they_are_resumed(client: Client):
    instance_id = await client.start_new("wait")
    await client.suspend(instance_id, "holiday")
    await client.raise_event(instance_id, "Approval", 1)
    await asyncio.sleep(0.1)
    suspended = await client.get_status(instance_id)
    await client.resume(instance_id, "back")

    assert suspended.runtime_status is Status.Suspended
    assert (await ended(client, instance_id)).output == "1"


async def test_a_failed_instance_can_be_rewound_only_once_it_failed(client: Client):
    instance_id = await client.start_new("fail")
    failed = await ended(client, instance_id)
    await client.rewind(instance_id, "try again")

    assert failed.runtime_status is Status.Failed
    assert failed.output == "Orchestrator function 'fail' failed: broken on purpose"
    assert (await ended(client, instance_id)).runtime_status is Status.Failed
    done = await client.start_new("echo")
    await ended(client, done)
    with pytest.raises(Exception, match='only orchestrations in the "Failed" state can be rewound'):
        await client.rewind(done, "why")


async def test_restart_runs_the_same_input_again(client: Client):
    first = await client.start_new("echo", client_input="hello")
    await ended(client, first)
    again = await client.restart(first)
    same = await client.restart(first, restart_with_new_instance_id=False)

    assert (await ended(client, again["id"])).output == "hello"
    assert same["id"] == first


async def test_histories_are_purged_one_by_one_or_by_filter(client: Client):
    ids = [await client.start_new("echo", f"echo-{n}", n) for n in range(3)]
    for instance_id in ids:
        await ended(client, instance_id)
    long_ago = datetime.now(UTC) - timedelta(days=365 * 60)

    assert (await client.purge_instance_history(ids[0])).instances_deleted == 1
    assert (await client.purge_instance_history(ids[0])).instances_deleted == 0
    assert (await client.purge_instance_history_by(long_ago, runtime_status=[Status.Failed])).instances_deleted == 0
    assert (await client.purge_instance_history_by(long_ago, runtime_status=[Status.Completed])).instances_deleted == 2
    assert await client.get_status_all() == []


async def test_instances_are_found_by_status_prefix_and_time(client: Client):
    await client.start_new("wait", "wait-1")
    await client.start_new("echo", "echo-1")
    await ended(client, "echo-1")
    running = await client.get_status_by(runtime_status=[Status.Running, Status.Pending])
    prefixed = await client.get_status_by(instance_id_prefix="echo-")
    future = await client.get_status_by(created_time_from=datetime(2100, 1, 1, tzinfo=UTC))

    assert [status.instance_id for status in running] == ["wait-1"]
    assert [status.instance_id for status in prefixed] == ["echo-1"]
    assert future == []
    assert len(await client.get_status_all()) == 2


async def test_history_is_shown_as_people_read_it(client: Client):
    instance_id = await client.start_new("echo", client_input="hi")
    await ended(client, instance_id)
    plain = await client.get_status(instance_id, show_history=True)
    full = await client.get_status(instance_id, show_history=True, show_history_output=True)

    # The SDK puts the payload's historyEvents under that name beside its own `history`.
    kinds = [event["EventType"] for event in plain.historyEvents]
    assert kinds == ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"]
    completed = full.historyEvents[1]
    assert completed["FunctionName"] == "say"
    assert completed["Result"] == "hi"
    assert "Result" not in plain.historyEvents[1]


async def test_entities_are_signalled_and_read(client: Client):
    entity = df.EntityId("Counter", "shop 1")
    assert not (await client.read_entity_state(entity)).entity_exists
    await client.signal_entity(entity, "add", 2)
    await client.signal_entity(entity, "add", 3)
    async with asyncio.timeout(30):
        while (state := await client.read_entity_state(entity)).entity_state != 5:
            await asyncio.sleep(0.01)

    assert state.entity_exists
    assert not (await client.read_entity_state(df.EntityId("nobody", "1"))).entity_exists
