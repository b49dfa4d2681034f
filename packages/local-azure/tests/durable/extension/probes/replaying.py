"""Children, replay, timers and generations."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, ran


@probe
async def ids_of_children(client: Client) -> Any:
    return await ran(client, "three_children")


@probe
async def what_is_replaying(client: Client) -> Any:
    return await ran(client, "replaying")


@probe
async def a_timer_of_half_a_second(client: Client) -> Any:
    return await ran(client, "half_second")


@probe
async def a_cancelled_timer(client: Client) -> Any:
    status = await client.run("race", "race")
    full = await client.full_status("race")
    return [end_of(status), [event["EventType"] for event in full["historyEvents"]]]


@probe
async def generations_and_what_is_kept(client: Client) -> Any:
    await client.start("generations", "generations", 0)
    await client.ended("generations")
    return even(await client.full_status("generations"))
