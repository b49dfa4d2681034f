"""Instances that are started again on their id."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import probe


async def _generation(client: Client, instance_id: str) -> Any:
    """The generation that the first event tells, once the instance has ended."""
    await client.ended(instance_id)
    first = (await client.full_status(instance_id))["historyEvents"][0]
    return first.get("Generation")


@probe
async def generations_of_an_id(client: Client) -> Any:
    told: list[Any] = []
    for _ in range(3):
        await client.start("echo_input", "counted", 1)
        told.append(await _generation(client, "counted"))
    await client.ask("POST", "/instances/counted/restart?restartWithNewInstanceId=false")
    told.append(await _generation(client, "counted"))
    await client.start("generations", "counted", 0)
    told.append(await _generation(client, "counted"))
    await client.start("echo_input", "counted", 1)
    told.append(await _generation(client, "counted"))
    await client.ask("DELETE", "/instances/counted")
    await client.start("echo_input", "counted", 1)
    told.append(await _generation(client, "counted"))
    return told


@probe
async def generations_of_a_childs_id(client: Client) -> Any:
    told: list[Any] = []
    for _ in range(2):
        await client.start("child_of_a_given_id", "counted-parent", "counted-child")
        told.append([await _generation(client, each) for each in ("counted-parent", "counted-child")])
        await client.start("echo_input", "counted-child", 1)
        told.append(await _generation(client, "counted-child"))
    return told


@probe
async def the_ids_of_a_restarted_instances_children(client: Client) -> Any:
    await client.run("three_children", "anew")
    before = (await client.full_status("anew"))["historyEvents"]
    await client.ask("POST", "/instances/anew/restart?restartWithNewInstanceId=false")
    await client.ended("anew")
    after = (await client.full_status("anew"))["historyEvents"]
    return [sorted(even(event["InstanceId"]) for event in each if "InstanceId" in event) for each in (before, after)]
