"""A timer that was cancelled fires, if the instance is still there: the storage provider cannot take it back."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe

_CASES = (
    "cancels_and_waits",
    "cancels_at_once_and_waits",
    "awaits_what_it_has_cancelled",
    "cancels_and_continues_as_new",
)


@probe
async def timers_that_fire_though_they_are_cancelled(client: Client) -> Any:
    for name in _CASES:
        await client.start(name, name.replace("_", "-"), 0)
    await asyncio.sleep(4.2 if client.engine == "local" else 9)
    return {name: await _seen(client, name) for name in _CASES}


@probe
async def a_cancelled_timer_that_is_due_while_suspended(client: Client) -> Any:
    await client.start("cancels_and_waits", "cancels-suspended", 0)
    await asyncio.sleep(0.3 if client.engine == "local" else 1.5)
    await client.ask("POST", "/instances/cancels-suspended/suspend")
    await asyncio.sleep(4.2 if client.engine == "local" else 8)
    await client.ask("POST", "/instances/cancels-suspended/resume")
    await client.until("cancels-suspended", lambda status: status["runtimeStatus"] == "Running")
    return await _seen(client, "cancels_suspended")


async def _seen(client: Client, name: str) -> list[Any]:
    instance_id = name.replace("_", "-")
    await client.raise_event(instance_id, "go", "end")
    end = end_of(await client.ended(instance_id))
    full = await client.full_status(instance_id)
    return [end, [event["EventType"] for event in full["historyEvents"]]]
