"""Parents, children and grandchildren: their ids, failures, ends and generations."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, ran, seen, settled


@probe
async def failures_of_grandchildren(client: Client) -> Any:
    names = ("uncaught_grandchild", "child_whose_failure_is_told_again")
    return {name: await settled(client, name, name.replace("_", "-"), None) for name in names}


@probe
async def children_over_generations(client: Client) -> Any:
    await client.start("generations_with_children", "brood", [])
    ended = end_of(await client.ended("brood"))
    fixed = await client.full_status("brood-fixed")
    parent = await ran(client, "parent_of_generations", None, "tribe")
    child = await client.full_status("tribe-child")
    return [ended, even(fixed), parent, even(child)]


@probe
async def two_children_of_one_id(client: Client) -> Any:
    return await settled(client, "two_children_of_one_id", "twins", None)


@probe
async def a_child_of_an_id_that_is_taken(client: Client) -> Any:
    """Of an ended instance, and of one that waits for an event."""
    await client.run("echo_input", "taken-ended", 1)
    of_ended = await settled(client, "child_of_a_taken_id", "of-ended", "taken-ended")
    renewed = await client.full_status("taken-ended")
    await client.start("echo_event", "taken-waiting", 1)
    await client.waiting("taken-waiting")
    await client.start("child_of_a_taken_id", "of-waiting", "taken-waiting")
    await asyncio.sleep(0.5 if client.engine == "local" else 5)
    between = [(await client.status(name)) for name in ("of-waiting", "taken-waiting")]
    await client.raise_event("taken-waiting", "go", "event")
    return [
        of_ended, renewed["name"], renewed["runtimeStatus"], end_of(renewed),
        [[each["runtimeStatus"], each["name"], each["customStatus"]] for each in between],
        await settled(client, None, "of-waiting", None),
        await settled(client, None, "taken-waiting", None),
    ]  # fmt: skip


@probe
async def two_waiting_children_of_one_id(client: Client) -> Any:
    await client.start("two_waiting_children_of_one_id", "twins-wait")
    await client.waiting("twins-wait-one")
    await asyncio.sleep(0.5 if client.engine == "local" else 4)
    await client.raise_event("twins-wait-one", "go", "event")
    await asyncio.sleep(0.5 if client.engine == "local" else 4)
    between = [(await client.status(name))["runtimeStatus"] for name in ("twins-wait", "twins-wait-one")]
    second = await client.raise_event("twins-wait-one", "go", "second")
    return [between, second.status, await settled(client, None, "twins-wait", None, hangs=client.engine != "local")]


@probe
async def what_a_child_tells_of_its_parent(client: Client) -> Any:
    await ran(client, "parent_of_generations", None, "lineage")
    plain = await client.status("lineage-child")
    [listed] = (await client.ask("GET", "/instances?instanceIdPrefix=lineage-child")).body
    history = await client.status("lineage-child", "?showHistory=true")
    parent = await client.status("lineage")
    return [even(plain), list(plain), even(listed), list(listed), list(history), even(history), list(parent)]


@probe
async def a_rewind_of_two_failed_children(client: Client) -> Any:
    failed = await ran(client, "two_rewound_children", None, "pair-rewound")
    await asyncio.sleep(0.2 if client.engine == "local" else 3)
    answer = await client.ask("POST", "/instances/pair-rewound/rewind?reason=again")
    ended = await settled(client, None, "pair-rewound", None)
    return [failed[0], answer.status, ended]


@probe
async def a_parent_whose_child_is_terminated(client: Client) -> Any:
    await client.start("two_waiting_children", "orphans")
    await client.waiting("orphans-0")
    await client.waiting("orphans-1")
    await client.ask("POST", "/instances/orphans-0/terminate?reason=cut%20off")
    ended = await settled(client, None, "orphans", None, hangs=True)
    other = (await client.status("orphans-1"))["runtimeStatus"]
    full = await client.full_status("orphans")
    return [ended, other, [event["EventType"] for event in full["historyEvents"]], even(full["historyEvents"][-2])]


@probe
async def a_parent_whose_child_is_suspended_and_purged(client: Client) -> Any:
    await client.start("two_waiting_children", "loose")
    await client.waiting("loose-0")
    await client.waiting("loose-1")
    await client.ask("POST", "/instances/loose-0/suspend?reason=s")
    await client.until("loose-0", lambda status: status["runtimeStatus"] == "Suspended")
    await client.raise_event("loose-0", "go", "late")
    await client.raise_event("loose-1", "go", "on time")
    await client.ended("loose-1")
    purged = await client.ask("DELETE", "/instances/loose-1")
    parent = (await client.status("loose"))["runtimeStatus"]
    await client.ask("POST", "/instances/loose-0/resume?reason=r")
    return [purged.status, purged.body, parent, end_of(await client.ended("loose"))]


@probe
async def a_suspended_parent_whose_children_end(client: Client) -> Any:
    await client.start("two_waiting_children", "held")
    await client.waiting("held-0")
    await client.waiting("held-1")
    await client.ask("POST", "/instances/held/suspend?reason=s")
    await client.until("held", lambda status: status["runtimeStatus"] == "Suspended")
    for n in range(2):
        await client.raise_event(f"held-{n}", "go", n)
        await client.ended(f"held-{n}")
    await asyncio.sleep(0.2 if client.engine == "local" else 2)
    during = await client.status("held")
    await client.ask("POST", "/instances/held/resume?reason=r")
    ended = end_of(await client.ended("held"))
    full = await client.full_status("held")
    return [during["runtimeStatus"], ended, [event["EventType"] for event in full["historyEvents"]]]


@probe
async def a_terminated_parent_of_a_retry(client: Client) -> Any:
    await client.start("two_waiting_children", "felled")
    await client.waiting("felled-1")
    await client.waiting("felled-0")
    first = await client.ask("POST", "/instances/felled/terminate?reason=one")
    await client.ended("felled")
    second = await client.ask("POST", "/instances/felled/terminate?reason=two")
    purged = await client.ask("DELETE", "/instances/felled")
    restarted = await client.ask("POST", "/instances/felled/restart")
    for n in range(2):
        await client.raise_event(f"felled-{n}", "go", n)
    children = [end_of(await client.ended(f"felled-{n}")) for n in range(2)]
    return [first.status, seen(client, second), purged.body, restarted.status, children]


@probe
async def restarts_with_a_new_id(client: Client) -> Any:
    await client.run("echo_input", "origin", {"a": ["ü"]})
    shown: dict[str, Any] = {}
    for query in ("", "?restartWithNewInstanceId=true", "?restartWithNewInstanceId=maybe"):
        answer = await client.ask("POST", f"/instances/origin/restart{query}")
        if answer.status == 202:
            name = answer.body["id"]
            ended = await client.ended(name)
            full = await client.full_status(name)
            shown[query] = [name == "origin", end_of(ended), ended["input"], even(full["historyEvents"][0])]
            shown[query].append(sorted(answer.body))
        else:
            shown[query] = seen(client, answer)
    return shown


@probe
async def restarts_of_what_failed_or_was_cut(client: Client) -> Any:
    await client.run("status_then_raise", "origin-failed")
    await client.start("echo_event", "origin-cut", {"n": 1})
    await client.waiting("origin-cut")
    await client.ask("POST", "/instances/origin-cut/terminate?reason=x")
    await client.ended("origin-cut")
    shown: list[Any] = []
    for name in ("origin-failed", "origin-cut"):
        before = await client.status(name)
        answer = await client.ask("POST", f"/instances/{name}/restart?restartWithNewInstanceId=false")
        await client.until(
            name,
            lambda status, before=before: (
                (status["createdTime"], status["runtimeStatus"]) != (before["createdTime"], "Pending")
            ),
        )
        shown.append(answer.status)
    await client.until(
        "origin-cut", lambda status: status["runtimeStatus"] == "Running" and status["customStatus"] == "waiting"
    )
    await client.raise_event("origin-cut", "go", 2)
    full = await client.ended("origin-cut")
    return [shown, end_of(full), full["input"], end_of(await client.ended("origin-failed"))]


@probe
async def a_restart_of_a_child(client: Client) -> Any:
    await client.run("parent_of_generations", "kin")
    answer = await client.ask("POST", "/instances/kin-child/restart?restartWithNewInstanceId=true")
    ended = await client.ended(answer.body["id"])
    return [answer.status, ended["name"], end_of(ended), ended["input"]]
