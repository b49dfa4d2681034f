"""Instance ids and names of events with odd characters, and how answers show them."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, seen, settled

_IDS = (
    "k%C3%A4se-%F0%9F%98%80", "a.b", "a:b", "a%7Cb", "a%27b", "a%22b", "a%25b", "a%2525b", "a%2Bb", "a+b", "a%26b%3Dc",
    "a%3Fb", "a%5Cb", "a;b", "a,b", "%7Ba%7D", "-", ".hidden", "ends.", "a%20", "%C2%A0x", "a*b",
    "a%40b", "a%7Eb!(c)", "a%252Bb", "a$b",
)  # fmt: skip


@probe
async def ids_with_odd_characters(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for name in _IDS:
        started = await client.start("echo_input", name, 1)
        if started.status != 202:
            shown[name] = [started.status, started.body]
            continue
        status = await settled(client, None, name, None)
        asked = await client.ask("GET", f"/instances/{name}")
        body = asked.body
        links = seen(client, started)
        shown[name] = [status[0], body["instanceId"] if isinstance(body, dict) else asked.status, links["location"]]
        shown[name] += [links["body"]["id"], links["body"]["terminatePostUri"]]
    return shown


@probe
async def ids_with_control_characters(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for name in ("a%09b", "a%0Ab", "a%7Fb", "a%C2%85b"):
        started = await client.start("echo_input", name, 1)
        shown[name] = [started.status, await settled(client, None, name, None)]
    return shown


@probe
async def ids_of_children_with_odd_characters(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for number, name in enumerate(("c?d", "c\\d", "c\td", "c/d", "c+d", "c%d", "C#d", "x" * 300)):
        shown[name] = await settled(client, "child_of_a_given_id", f"odd-child-{number}", name)
    return shown


@probe
async def ids_in_two_cases(client: Client) -> Any:
    await client.run("echo_input", "two-cases", 1)
    await client.run("echo_input", "Two-Cases", 2)
    both = [(await client.status(name))["input"] for name in ("two-cases", "Two-Cases")]
    listed = (await client.ask("GET", "/instances?instanceIdPrefix=two-")).body
    return [both, (await client.ask("GET", "/instances/TWO-CASES")).status, [row["instanceId"] for row in listed]]


@probe
async def names_of_events_with_odd_characters(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for number, name in enumerate(("gr%C3%BC%C3%9Fe", "two%20words", "a%25b", "a+b", "a%2Fb", "a.b", "go%20")):
        await client.start("named_event", f"named-event-{number}")
        await client.waiting(f"named-event-{number}")
        raised = await client.ask("POST", f"/instances/named-event-{number}/raiseEvent/{name}", "1")
        await client.raise_event(f"named-event-{number}", "go", "end")
        await client.ended(f"named-event-{number}")
        full = await client.full_status(f"named-event-{number}")
        names = [event["Name"] for event in full["historyEvents"] if event["EventType"] == "EventRaised"]
        shown[name] = [raised.status, names]
    return shown


@probe
async def starts_on_ids_that_have_ended(client: Client) -> Any:
    seen_statuses: list[Any] = []
    await client.run("status_at_once_then_raise", "again")
    for value in (1, 2):
        answer = await client.start("echo_input", "again", value)
        await client.until("again", lambda status, value=value: status.get("output") == {"input": value})
        seen_statuses.append([answer.status, end_of(await client.ended("again"))])
    await client.start("echo_event", "again")
    await client.waiting("again")
    await client.ask("POST", "/instances/again/terminate?reason=x")
    await client.ended("again")
    answer = await client.start("echo_input", "again", 3)
    await client.until("again", lambda status: status.get("output") == {"input": 3})
    full = await client.full_status("again")
    return [*seen_statuses, answer.status, [event["EventType"] for event in full["historyEvents"]]]


@probe
async def paths_with_more_slashes_than_needed(client: Client) -> Any:
    await client.run("echo_input", "slashes", 1)
    asked = ("//instances/slashes", "/instances//slashes//", "/instances%2Fslashes%2F", "/instances/slashes%2Fx", "//x")
    seen_of: dict[str, Any] = {path: (await client.ask("GET", path)).status for path in asked}
    for number, path in enumerate(("raiseEvent/go%2F", "/raiseEvent%2F%2Fgo", "raiseEvent//go//", "raiseEvent/go%2Fx")):
        instance_id = f"slashes-{number}"
        await client.start("echo_event", instance_id)
        await client.waiting(instance_id)
        raised = await client.ask("POST", f"/instances/{instance_id}/{path}", "1")
        await asyncio.sleep(0.3 if client.engine == "local" else 2.5)
        seen_of[path] = [raised.status, (await client.status(instance_id))["runtimeStatus"]]
    return seen_of
