"""The custom status: its size, its absence, its end."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, ran


@probe
async def the_largest_custom_status_and_one_more(client: Client) -> Any:
    fits, too_large = await ran(client, "large_status", 8191), await ran(client, "large_status", 8192)
    return [fits[0], fits[1], too_large, await ran(client, "large_status", 20_000)]


@probe
async def a_custom_status_that_is_set_to_none(client: Client) -> Any:
    await client.start("status_then_none", "none")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    before = await client.status("none")
    await client.raise_event("none", "go", 1)
    return [before["customStatus"], end_of(await client.ended("none"))]


@probe
async def a_custom_status_before_a_failure(client: Client) -> Any:
    return [await ran(client, "status_then_raise"), await ran(client, "status_at_once_then_raise")]


@probe
async def a_custom_status_of_the_generation_before(client: Client) -> Any:
    await client.start("status_kept", "kept", 0)
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    between = await client.status("kept")
    await client.raise_event("kept", "go", 1)
    return [between["runtimeStatus"], between["customStatus"], between["input"], end_of(await client.ended("kept"))]


@probe
async def a_large_custom_status_after_work(client: Client) -> Any:
    befores = ("an activity", "a timer", "a child", "a signal", "a failure", "nothing")
    return {
        before: await ran(client, "large_status_after", before, f"large-{before.replace(' ', '-')}")
        for before in befores
    }


@probe
async def a_custom_status_of_changed_code(client: Client) -> Any:
    return await ran(client, "changed_with_a_status")
