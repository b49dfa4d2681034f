"""The steps that each recorded app is taken through. Each gives the statuses in between that were recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.durable.extension.client import Client

Scenario = Callable[[Client, str], Awaitable[dict[str, Any]]]
SCENARIOS: dict[str, Scenario] = {}


def scenario(function: Scenario) -> Scenario:
    """Register a scenario under its name."""
    SCENARIOS[function.__name__] = function
    return function


async def pause(client: Client) -> None:
    """Let the engine take in what it was sent."""
    await asyncio.sleep(0.2 if client.engine == "local" else 3)


async def start(client: Client, instance_id: str, value: Any = None) -> None:
    """Start the app's orchestrator."""
    answer = await client.start("main", instance_id, value)
    assert answer.status == 202, answer.text


async def run(client: Client, instance_id: str) -> dict[str, Any]:
    """Start without an input and wait for the end."""
    await start(client, instance_id)
    await client.ended(instance_id)
    return {}


for plain in (
    *("activity_fails", "changed_code", "custom_status", "entity", "failure_caught", "fan_out", "raises", "retry"),
    *("sub_orchestration", "sub_orchestration_fails", "timer"),
):
    SCENARIOS[plain] = run


@scenario
async def chain(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id, {"n": 1})
    await client.ended(instance_id)
    return {}


@scenario
async def continue_as_new(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id, {"n": 0})
    for n, value in enumerate("abc"):
        await client.until(instance_id, lambda status, n=n: f'"n": {n}' in str(status["input"]) and awaits(status))
        await client.raise_event(instance_id, f"item{n}", value)
    await client.ended(instance_id)
    return {}


@scenario
async def continue_as_new_early_event(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id, {"n": 0})
    await client.waiting(instance_id)
    await client.raise_event(instance_id, "item1", "too early")
    await pause(client)
    await client.raise_event(instance_id, "item0", "a")
    await client.until(instance_id, lambda status: '"n": 1' in str(status["input"]))
    await pause(client)
    stuck = await client.status(instance_id, "?showHistory=true&showHistoryOutput=true&showInput=true")
    await client.raise_event(instance_id, "item1", "again")
    await client.ended(instance_id)
    return {"status_stuck": stuck}


@scenario
async def event(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id)
    await client.waiting(instance_id)
    await client.raise_event(instance_id, "go", {"n": [1, "ü"]})
    await client.ended(instance_id)
    return {}


@scenario
async def event_or_timer(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id)
    await client.waiting(instance_id)
    await client.raise_event(instance_id, "go", 1)
    await client.ended(instance_id)
    return {}


@scenario
async def rewind(client: Client, instance_id: str) -> dict[str, Any]:
    await run(client, instance_id)
    before = await client.full_status(instance_id)
    await client.ask("POST", f"/instances/{instance_id}/rewind?reason=repaired")
    await client.until(instance_id, lambda status: status["runtimeStatus"] == "Completed")
    return {"status_before": before}


@scenario
async def suspend_resume(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id)
    await client.waiting(instance_id)
    await client.ask("POST", f"/instances/{instance_id}/suspend?reason=lunch")
    await client.until(instance_id, lambda status: status["runtimeStatus"] == "Suspended")
    await client.raise_event(instance_id, "go", "kept")
    await pause(client)
    await client.ask("POST", f"/instances/{instance_id}/resume?reason=back")
    await client.ended(instance_id)
    return {}


@scenario
async def terminate(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id)
    await client.waiting(instance_id)
    await client.ask("POST", f"/instances/{instance_id}/terminate?reason=enough")
    await client.ended(instance_id)
    return {}


@scenario
async def unknown_activity(client: Client, instance_id: str) -> dict[str, Any]:
    await start(client, instance_id)
    await client.until(instance_id, lambda status: status["runtimeStatus"] != "Pending")
    await pause(client)
    return {}


def awaits(status: dict[str, Any]) -> bool:
    """True if the instance shows that it waits."""
    return status["customStatus"] == "waiting" and status["runtimeStatus"] == "Running"
