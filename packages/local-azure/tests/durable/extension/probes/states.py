"""Commands in states where they seldom come."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, seen


@probe
async def a_suspended_instance_is_terminated(client: Client) -> Any:
    await client.start("echo_event", "cut")
    await client.waiting("cut")
    await client.ask("POST", "/instances/cut/suspend?reason=lunch")
    await client.until("cut", lambda status: status["runtimeStatus"] == "Suspended")
    purged = await client.ask("DELETE", "/instances/cut")
    rewound = await client.ask("POST", "/instances/cut/rewind?reason=x")
    restarted = await client.ask("POST", "/instances/cut/restart?restartWithNewInstanceId=false")
    during = await client.ask("GET", "/instances/cut")
    stopped = await client.ask("POST", "/instances/cut/terminate?reason=k%C3%A4se%20%F0%9F%98%80")
    ended = await client.ended("cut")
    full = await client.full_status("cut")
    types = [[event["EventType"], event.get("Reason"), event.get("Input")] for event in full["historyEvents"]]
    answers = [seen(client, answer) for answer in (purged, rewound, restarted, during, stopped)]
    return [answers, end_of(ended), types]


@probe
async def a_parent_is_terminated_and_its_child_goes_on(client: Client) -> Any:
    await client.start("waiting_parent", "cut-parent")
    await client.waiting("waiting-child")
    await client.ask("POST", "/instances/cut-parent/terminate?reason=x")
    parent = end_of(await client.ended("cut-parent"))
    child = (await client.status("waiting-child"))["runtimeStatus"]
    await client.raise_event("waiting-child", "go", 1)
    return [parent, child, end_of(await client.ended("waiting-child"))]


@probe
async def work_that_ends_while_an_instance_is_suspended(client: Client) -> Any:
    await client.start("event_against_a_timer_again_and_again", "pausing")
    await client.waiting("pausing", "waiting 0")
    await client.ask("POST", "/instances/pausing/suspend?reason=lunch")
    await client.until("pausing", lambda status: status["runtimeStatus"] == "Suspended")
    await asyncio.sleep(3)
    during = await client.status("pausing")
    await client.ask("POST", "/instances/pausing/resume?reason=back")
    ended = await client.ended("pausing")
    full = await client.full_status("pausing")
    return [
        [during["runtimeStatus"], during["customStatus"]],
        end_of(ended),
        [event["EventType"] for event in full["historyEvents"]],
    ]


@probe
async def an_instance_suspended_twice_in_its_life(client: Client) -> Any:
    await client.start("two_waits", "twice")
    await client.waiting("twice")
    for n in range(2):
        await client.ask("POST", f"/instances/twice/suspend?reason=s{n}")
        await client.until("twice", lambda status: status["runtimeStatus"] == "Suspended")
        await client.raise_event("twice", "item", n)
        await client.ask("POST", f"/instances/twice/resume?reason=r{n}")
        await client.until("twice", lambda status: status["runtimeStatus"] == "Running")
    await client.raise_event("twice", "item", 2)
    return end_of(await client.ended("twice"))


@probe
async def commands_without_a_reason(client: Client) -> Any:
    await client.start("echo_event", "mute")
    await client.waiting("mute")
    suspended = await client.ask("POST", "/instances/mute/suspend")
    during = await client.until("mute", lambda status: status["runtimeStatus"] == "Suspended")
    resumed = await client.ask("POST", "/instances/mute/resume")
    running = await client.until("mute", lambda status: status["runtimeStatus"] == "Running")
    await client.raise_event("mute", "go", None)
    ended = await client.ended("mute")
    answers = [seen(client, answer) for answer in (suspended, resumed)]
    full = await client.full_status("mute")
    reasons = [[event["EventType"], event.get("Reason")] for event in full["historyEvents"]]
    return [answers, during["output"], running["output"], end_of(ended), reasons]


@probe
async def methods_and_types_of_bodies(client: Client) -> Any:
    await client.start("echo_event", "methods")
    await client.waiting("methods")
    asked = {
        "PUT status": await client.ask("PUT", "/instances/methods"),
        "POST status": await client.ask("POST", "/instances/methods"),
        "HEAD status": await client.ask("HEAD", "/instances/methods"),
        "GET terminate": await client.ask("GET", "/instances/methods/terminate"),
        "GET start": await client.ask("GET", "/orchestrators/echo_input"),
        "event without a name": await client.ask("POST", "/instances/methods/raiseEvent", "1"),
        "event of charset": await client.ask(
            "POST", "/instances/methods/raiseEvent/x", "1", content_type="application/json; charset=utf-8"
        ),
        "event of text/json": await client.ask(
            "POST", "/instances/methods/raiseEvent/x", "1", content_type="text/json"
        ),
        "trailing slash": await client.ask("GET", "/instances/methods/"),
        "null": await client.ask("POST", "/instances/methods/raiseEvent/go", "null"),
    }
    ended = end_of(await client.ended("methods"))
    return [{name: seen(client, answer) for name, answer in asked.items()}, ended]


@probe
async def where_an_answer_leads(client: Client) -> Any:
    started = await client.start("echo_event", "leads")
    await client.waiting("leads")
    running = await client.ask(
        "GET", "/instances/leads?showInput=false&showHistory=true&taskHub=&returnInternalServerErrorOnFailure=true"
    )
    location = running.headers["Location"].partition("?")
    names = sorted(part.partition("=")[0] for part in location[2].split("&"))
    first = started.headers["Location"].partition("?")
    await client.raise_event("leads", "go", 1)
    await client.ended("leads")
    done = await client.ask("GET", "/instances/leads")
    keep = ("content-type", "location", "retry-after", "cache-control", "x-ms-continuation-token")
    return [
        location[0].replace(client.address, "ADDRESS"), names, first[0].replace(client.address, "ADDRESS"),
        sorted(part.partition("=")[0] for part in first[2].split("&") if not part.startswith("code=")),
        {name.lower(): value for name, value in done.headers.items() if name.lower() in keep},
    ]  # fmt: skip


@probe
async def commands_of_which_some_say_why(client: Client) -> Any:
    """A reason is kept until there is another one."""
    await client.start("echo_event", "why")
    await client.waiting("why")
    outputs: list[Any] = []
    for command in ("suspend?reason=lunch", "resume", "suspend", "resume?reason=back", "suspend?reason=", "resume"):
        await client.ask("POST", f"/instances/why/{command}")
        state = "Suspended" if command.startswith("suspend") else "Running"
        status = await client.until("why", lambda status, state=state: status["runtimeStatus"] == state)
        outputs.append(status["output"])
    await client.run("status_at_once_then_raise", "why-rewound")
    await client.ask("POST", "/instances/why-rewound/rewind")
    rewound = await _shows(client, "why-rewound", lambda events: len(_notes(events)) == 2)
    await client.run("take_input", "why-again")
    before = await client.full_status("why-again")
    await client.ask("POST", "/instances/why-again/restart?restartWithNewInstanceId=false")
    after = await _shows(client, "why-again", lambda events: events[0]["Generation"] == 1)
    began = [[each["input"], each["output"], each["historyEvents"][0]["Input"]] for each in (before, after)]
    return [outputs, _notes(rewound["historyEvents"]), began]


@probe
async def a_rewound_instance_until_it_ends(client: Client) -> Any:
    """It is pending, with the failure as output, until it is resumed or continues as new."""
    fails, waits = ["yield", ["fails", "f", 1]], ["gate", 1, ["event", "g"], []]
    programs: dict[str, list[Any]] = {
        "waits": [fails, waits],
        "continues": [fails, ["again", []], waits],
        "nothing": [fails, waits, ["return", None]],
        "child": [["yield", ["child", [fails, waits], "c", None]]],
    }
    shown: dict[str, Any] = {}
    for name, steps in programs.items():
        instance_id = f"until-{name}"
        await client.run("program", instance_id, {"root": instance_id, "todo": steps})
        await client.ask("POST", f"/instances/{instance_id}/rewind?reason=again")
        waiting = f"{instance_id}-c" if name == "child" else instance_id
        await client.waiting(waiting, {"gate": 1})
        during = [await client.full_status(each) for each in dict.fromkeys((instance_id, waiting))]
        seen_of = [[*_short(status), "historyEvents" in status] for status in during]
        if name == "waits":
            for command, state in (("resume", "Pending"), ("suspend?reason=s", "Suspended"), ("resume", "Running")):
                answer = await client.ask("POST", f"/instances/{instance_id}/{command}")
                status = await client.until(instance_id, lambda now, state=state: now["runtimeStatus"] == state)
                seen_of.append([answer.status, *_short(status)])
        await client.raise_event(waiting, "g", 1)
        shown[name] = [*seen_of, _short(await client.ended(instance_id))]
    return shown


def _short(status: dict[str, Any]) -> list[Any]:
    state, output, custom = end_of(status)
    return [state, output.partition(" \n ")[0] if isinstance(output, str) else output, custom]


def _notes(events: list[dict[str, Any]]) -> list[Any]:
    return [event["Data"] for event in events if event["EventType"] == "GenericEvent"]


async def _shows(client: Client, instance_id: str, holds: Callable[[list[dict[str, Any]]], bool]) -> dict[str, Any]:
    """The full status once its history holds something and it has ended."""
    async with asyncio.timeout(30):
        while not (
            (full := await client.full_status(instance_id)).get("historyEvents") and holds(full["historyEvents"])
        ):
            await asyncio.sleep(0.05)
    await client.ended(instance_id)
    return await client.full_status(instance_id)
