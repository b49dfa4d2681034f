"""Waits that race with one another and with activities, and names in other cases."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import each_foreign, end_of, probe, ran


@probe
async def foreign_keys_in_what_is_given_to_children_and_activities(client: Client) -> Any:
    given = [await each_foreign(client, name) for name in ("foreign_child_input", "foreign_activity_input")]
    return [
        *given,
        await ran(client, "foreign_entity"),
        await ran(client, "foreign_generation", {"kind": "ref_alone"}, "given"),
    ]


@probe
async def three_events_for_three_waits(client: Client) -> Any:
    await client.start("two_waits", "waits")
    await client.waiting("waits")
    for n in range(3):
        await client.raise_event("waits", "item", n)
        await asyncio.sleep(0.1 if client.engine == "local" else 1.5)
    return end_of(await client.ended("waits"))


@probe
async def an_event_and_work(client: Client) -> Any:
    await client.start("event_and_work", "event-and-work")
    await client.waiting("event-and-work")
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.raise_event("event-and-work", "go", 5)
    await client.start("any_of_two_events", "any")
    await client.waiting("any")
    await client.raise_event("any", "b", 5)
    return [end_of(await client.ended("event-and-work")), end_of(await client.ended("any"))]


@probe
async def reasons_of_a_termination(client: Client) -> Any:
    ends: list[Any] = []
    for name, query in (("bare", ""), ("number", "?reason=12"), ("json", "?reason=%7B%22a%22%3A1%7D")):
        await client.start("echo_event", f"ends-{name}")
        await client.waiting(f"ends-{name}")
        await client.ask("POST", f"/instances/ends-{name}/terminate{query}")
        ends.append(end_of(await client.ended(f"ends-{name}")))
    return ends


@probe
async def an_instance_that_waits_for_a_child(client: Client) -> Any:
    await client.start("waiting_parent", "waiting-parent")
    await client.waiting("waiting-child")
    full = await client.full_status("waiting-parent")
    await client.raise_event("waiting-child", "go", 1)
    return [even(full), end_of(await client.ended("waiting-parent"))]


@probe
async def timers_of_the_past_and_timers_left_open(client: Client) -> Any:
    return [await ran(client, name) for name in ("past_timer", "losing_timer_left_open")]


@probe
async def names_of_functions_in_other_case(client: Client) -> Any:
    return [await ran(client, name) for name in ("names_in_other_case", "no_generator", "swallowed")]


@probe
async def a_fan_out_of_forty(client: Client) -> Any:
    return await ran(client, "fan", 40)


@probe
async def work_and_events_over_generations(client: Client) -> Any:
    await client.start("working_generations", "working", 0)
    for n in range(2):
        await client.waiting("working", f"at {n}")
        await asyncio.sleep(0.1 if client.engine == "local" else 2)
        await client.raise_event("working", "go", n)
    ended = end_of(await client.ended("working"))
    calls = [call["context"] for call in client.episodes() if call["context"].get("instanceId") == "working"]
    return [ended, [[[e["EventType"], e["IsPlayed"], e["EventId"]] for e in call["history"]] for call in calls]]
