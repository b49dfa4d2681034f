"""Values, and keys that mean something to JSON readers of .NET."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import each_foreign, end_of, probe, ran


@probe
async def values_of_every_kind(client: Client) -> Any:
    return await ran(client, "all_values")


@probe
async def foreign_keys_in_what_an_activity_returns(client: Client) -> Any:
    return await each_foreign(client, "one_foreign")


@probe
async def foreign_keys_in_what_an_orchestrator_returns(client: Client) -> Any:
    return await each_foreign(client, "foreign_output")


@probe
async def foreign_keys_in_what_a_child_returns(client: Client) -> Any:
    return await each_foreign(client, "foreign_child")


@probe
async def foreign_keys_in_a_custom_status(client: Client) -> Any:
    return await ran(client, "foreign_status")


@probe
async def foreign_keys_in_inputs(client: Client) -> Any:
    answer = await client.start("foreign_input", "foreign_input", {"$id": "7", "$type": "x", "a": {"$ref": "7"}})
    assert answer.status == 202
    return end_of(await client.ended("foreign_input"))


@probe
async def foreign_keys_in_an_event(client: Client) -> Any:
    await client.start("echo_event", "foreign-event")
    await client.waiting("foreign-event")
    await client.ask("POST", "/instances/foreign-event/raiseEvent/go", '{"$id": "7", "$type": "x", "a": {"$ref": "7"}}')
    return end_of(await client.ended("foreign-event"))


@probe
async def input_as_an_object(client: Client) -> Any:
    answer = await client.ask("POST", "/orchestrators/echo_input/object-input", '{"a": 1}')
    assert answer.status == 202
    status = await client.ended("object-input")
    return [status["input"], end_of(status)]


@probe
async def numbers_as_they_are_written(client: Client) -> Any:
    """The text of an output: readers of JSON take each for the same number."""
    numbers = [1e20, 1e16, 1e15, 123456789012345.0, 1e-4, 1e-5, 1.5e-7, 0.1, -1e20, 1.0]
    await client.run("echo_input", "written", numbers)
    text = (await client.ask("GET", "/instances/written")).text
    return text.partition('"output":{"input":[')[2].partition("]")[0].split(",")
