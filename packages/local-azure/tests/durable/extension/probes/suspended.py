"""A suspended instance ends if what it waits for is cancelled: its events are held, its user code is not."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import probe

_CASES = ("nothing", "an activity", "a signal", "a failure", "a generation", "an event", "the timer kept")


@probe
async def a_suspended_instance_whose_race_is_won(client: Client) -> Any:
    ids = {what: f"won-{what.replace(' ', '-')}" for what in _CASES}
    for what, instance_id in ids.items():
        await client.start("after_a_race", instance_id, what)
    for instance_id in ids.values():
        await client.waiting(instance_id)
        await client.ask("POST", f"/instances/{instance_id}/suspend?reason=lunch")
    for instance_id in ids.values():
        await client.until(instance_id, lambda status: status["runtimeStatus"] == "Suspended")
        await client.raise_event(instance_id, "go", 1)
    await asyncio.sleep(0.5 if client.engine == "local" else 5)
    during = {what: await _seen(client, instance_id) for what, instance_id in ids.items()}
    await client.ask("POST", f"/instances/{ids['the timer kept']}/terminate")
    for instance_id in ids.values():
        await client.ask("POST", f"/instances/{instance_id}/resume?reason=back")
    await client.ended(ids["an activity"])
    for what in ("a generation", "an event"):
        await client.raise_event(ids[what], "more", 1)
    for instance_id in ids.values():
        await client.ended(instance_id)
    return [during, {what: await _seen(client, instance_id) for what, instance_id in ids.items()}]


async def _seen(client: Client, instance_id: str) -> list[Any]:
    full = await client.full_status(instance_id)
    events = [event["EventType"] for event in full["historyEvents"]]
    return [full["runtimeStatus"], full["output"], full["customStatus"], events]
