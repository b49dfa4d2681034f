"""Failures of activities, orchestrators and children."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import probe, ran


@probe
async def an_output_that_is_not_json(client: Client) -> Any:
    return await ran(client, "output_not_json")


@probe
async def an_activity_whose_result_is_not_json(client: Client) -> Any:
    return await ran(client, "activity_not_json")


@probe
async def a_failing_child_as_its_parent_sees_it(client: Client) -> Any:
    return [await ran(client, "parent_of_bad", name) for name in ("bad_child", "raising_child")]


@probe
async def retries_until_none_is_left(client: Client) -> Any:
    return [await ran(client, "retries"), await ran(client, "child_retries")]


@probe
async def the_first_failure_of_many(client: Client) -> Any:
    return await ran(client, "failing_all")


@probe
async def code_that_was_changed_under_an_instance(client: Client) -> Any:
    names = ("changed_activity", "changed_to_fewer", "changed_to_child", "changed_from_timer")
    return {name: await ran(client, name) for name in names}


@probe
async def an_orchestrator_that_the_app_does_not_have(client: Client) -> Any:
    answer = await client.start("nobody", "nobody", 1)
    status = await client.ended("nobody")
    names = status["output"].partition("functions: ")
    return [answer.status, status["name"], names[0], "'" in names[2], status["input"], status["customStatus"]]


@probe
async def an_activity_started_as_an_orchestrator(client: Client) -> Any:
    answer = await client.start("echo", "an-activity", 1)
    status = await client.ended("an-activity")
    return [answer.status, status["runtimeStatus"], status["output"].partition("functions: ")[0]]


@probe
async def a_child_of_changed_code_as_its_parent_sees_it(client: Client) -> Any:
    return await ran(client, "parent_of_changed_code")
