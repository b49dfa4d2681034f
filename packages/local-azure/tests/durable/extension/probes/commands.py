"""The management API: commands on instances, and odd starts."""

import asyncio
from typing import Any

from tests.durable.extension.client import Answer, Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import end_of, probe, seen

_UNKNOWN = ("terminate", "suspend", "resume", "rewind", "raiseEvent/x", "restart")


@probe
async def commands_on_an_unknown_instance(client: Client) -> Any:
    answers = {"status": await client.ask("GET", "/instances/nobody-at-all")}
    answers["purge"] = await client.ask("DELETE", "/instances/nobody-at-all")
    for operation in _UNKNOWN:
        body = "1" if operation.startswith("raise") else None
        answers[operation] = await client.ask("POST", f"/instances/nobody-at-all/{operation}", body)
    return {name: seen(client, answer) for name, answer in answers.items()}


@probe
async def commands_on_a_finished_instance(client: Client) -> Any:
    await client.run("echo_input", "finished", 1)
    answers: dict[str, Answer] = {}
    for operation in _UNKNOWN:
        body = "1" if operation.startswith("raise") else None
        answers[operation] = await client.ask("POST", f"/instances/finished/{operation}?reason=why", body)
    return {name: seen(client, answer) for name, answer in answers.items() if name != "restart"} | {
        "restart": answers["restart"].status
    }


@probe
async def suspending_the_suspended_and_resuming_the_running(client: Client) -> Any:
    await client.start("echo_event", "lunch")
    await client.waiting("lunch")
    resumed = await client.ask("POST", "/instances/lunch/resume?reason=back")
    suspended = await client.ask("POST", "/instances/lunch/suspend?reason=lunch")
    during = await client.until("lunch", lambda status: status["runtimeStatus"] == "Suspended")
    again = await client.ask("POST", "/instances/lunch/suspend?reason=lunch")
    taken = await client.start("echo_event", "lunch")
    await client.raise_event("lunch", "go", 1)
    back = await client.ask("POST", "/instances/lunch/resume?reason=back")
    ended = await client.ended("lunch")
    answers = [seen(client, answer) for answer in (resumed, suspended, again, taken, back)]
    return [answers, [during["output"], during["customStatus"]], end_of(ended)]


@probe
async def an_event_while_suspended_and_its_history(client: Client) -> Any:
    await client.start("echo_event", "paused")
    await client.waiting("paused")
    await client.ask("POST", "/instances/paused/suspend?reason=lunch")
    await client.until("paused", lambda status: status["runtimeStatus"] == "Suspended")
    await client.raise_event("paused", "other", 1)
    await asyncio.sleep(0.1 if client.engine == "local" else 2)
    await client.ask("POST", "/instances/paused/resume?reason=back")
    running = await client.until("paused", lambda status: status["runtimeStatus"] == "Running")
    await client.raise_event("paused", "go", 1)
    await client.ended("paused")
    full = await client.full_status("paused")
    return [running["output"], full["output"], even(full["historyEvents"])]


@probe
async def starts_that_are_odd(client: Client) -> Any:
    await client.start("echo_event", "taken")
    await client.waiting("taken")
    answers = {
        "taken": await client.start("echo_event", "taken"),
        "broken JSON": await client.ask("POST", "/orchestrators/echo_input/broken", "{"),
        "text": await client.ask("POST", "/orchestrators/echo_input/plain", '"x"', content_type="text/plain"),
        "slash": await client.start("echo_input", "a%2Fb"),
    }
    shown: dict[str, Any] = {name: seen(client, answer) for name, answer in answers.items()}
    shown["hash"] = (await client.start("echo_input", "a%23b")).status
    shown["long"] = (await client.start("echo_input", "x" * 257)).status
    return shown


@probe
async def an_id_that_begins_like_an_entity(client: Client) -> Any:
    return (await client.start("echo_input", "%40at")).status


@probe
async def another_task_hub(client: Client) -> Any:
    return (await client.ask("GET", "/instances?taskHub=another")).status


@probe
async def a_child_of_its_own_id(client: Client) -> Any:
    await client.start("child_of_its_own_id", "own")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    return (await client.status("own"))["runtimeStatus"]
