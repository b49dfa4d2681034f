"""Tasks in groups, races with timers, and what a generation leaves open."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, settled


@probe
async def groups_of_tasks(client: Client) -> Any:
    names = ("all_of_none", "any_that_fails", "groups_in_groups", "same_task_twice", "cancelled_before_it_is_awaited")
    return {name: await settled(client, name, name, None) for name in names}


@probe
async def two_waits_for_one_event(client: Client) -> Any:
    await client.start("two_waits_for_one_event", "pair")
    await client.waiting("pair")
    await client.raise_event("pair", "go", 1)
    between = await client.until("pair", lambda status: status["customStatus"] != "waiting")
    await client.raise_event("pair", "go", 2)
    return [between["customStatus"], end_of(await client.ended("pair"))]


@probe
async def an_event_against_a_timer_again_and_again(client: Client) -> Any:
    await client.start("event_against_a_timer_again_and_again", "against")
    await client.waiting("against", "waiting 1")
    await client.raise_event("against", "go", "event")
    return end_of(await client.ended("against"))


@probe
async def an_end_before_the_work(client: Client) -> Any:
    ended = await settled(client, "ends_before_its_work", "hasty", None)
    await asyncio.sleep(0.3 if client.engine == "local" else 4)
    child = await client.ask("GET", "/instances/hasty-child")
    full = await client.full_status("hasty")
    return [ended, child.status, [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_generation_with_open_work(client: Client) -> Any:
    await client.start("generations_with_open_work", "open", 0)
    await client.waiting("open")
    await asyncio.sleep(0.3 if client.engine == "local" else 3)
    await client.raise_event("open", "go", 7)
    full = await client.ended("open") and await client.full_status("open")
    return [end_of(full), [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_failure_behind_continue_as_new(client: Client) -> Any:
    return await settled(client, "continues_and_fails", "behind", 0)
