"""External events: early, late, of other names, without a body."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, seen


@probe
async def two_early_events_of_one_name(client: Client) -> Any:
    await client.start("two_events", "early")
    await client.waiting("early")
    await client.raise_event("early", "item", "first")
    await client.raise_event("early", "item", "second")
    await asyncio.sleep(0 if client.engine == "local" else 2)
    await client.raise_event("early", "start", 1)
    return end_of(await client.ended("early"))


@probe
async def an_early_event_of_another_name(client: Client) -> Any:
    await client.start("two_names", "names")
    await client.waiting("names")
    await client.raise_event("names", "two", {"n": 2})
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.raise_event("names", "one", [1])
    return end_of(await client.ended("names"))


@probe
async def an_event_in_other_case(client: Client) -> Any:
    await client.start("echo_event", "case")
    await client.waiting("case")
    raised = await client.raise_event("case", "gO", 1)
    await asyncio.sleep(0.3 if client.engine == "local" else 3)
    between = (await client.status("case"))["runtimeStatus"]
    await client.raise_event("case", "go", 2)
    return [raised.status, between, end_of(await client.ended("case"))]


@probe
async def an_event_that_is_text(client: Client) -> Any:
    await client.start("echo_event", "text")
    await client.waiting("text")
    await client.raise_event("text", "go", '{"n": 1}')
    return end_of(await client.ended("text"))


@probe
async def events_awaited_one_by_one_over_generations(client: Client) -> Any:
    await client.start("collector", "collector", [])
    for n in range(3):
        await client.waiting("collector", f"waiting {n}")
        await client.raise_event("collector", "item", n)
    return end_of(await client.ended("collector"))


@probe
async def an_event_without_a_body(client: Client) -> Any:
    await client.start("echo_event", "no-body")
    await client.waiting("no-body")
    bare = await client.ask("POST", "/instances/no-body/raiseEvent/go")
    empty = await client.ask("POST", "/instances/no-body/raiseEvent/go", "")
    broken = await client.ask("POST", "/instances/no-body/raiseEvent/go", "{")
    text = await client.ask("POST", "/instances/no-body/raiseEvent/go", "x", content_type="text/plain")
    return [seen(client, each) for each in (bare, empty, broken, text)]
