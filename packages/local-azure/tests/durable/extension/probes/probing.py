"""A probe asks an engine something and gives what it saw, evened out."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from tests.durable.extension.client import Answer, Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.app.probed.foreign import FOREIGN

_UNPARSED = "Could not parse JSON content: "

Probe = Callable[[Client], Awaitable[Any]]


def probe(function: Probe) -> Probe:
    """Mark a function as a probe, under its own name."""
    function.__dict__["is_probe"] = True
    return function


def seen(client: Client, answer: Answer) -> dict[str, Any]:
    """The parts of an answer that count: status, body, type, and the API's own headers."""
    text = json.dumps(answer.body).replace(client.address, "ADDRESS")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    shown = {
        "status": answer.status,
        "type": headers.get("content-type"),
        "body": even(_plain(json.loads(text))),
    }
    if "retry-after" in headers:
        shown["retry-after"] = headers["retry-after"]
    if "location" in headers:
        shown["location"] = headers["location"].replace(client.address, "ADDRESS").partition("?")[0]
    return shown


def _plain(value: Any) -> Any:
    """Without the stack of an error and the secrets of links."""
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        said = str(members.get("ExceptionMessage"))
        if "Path '" in said or "(char " in said:
            members = members | {"ExceptionMessage": "PARSER"}
        told = str(members.get("Message"))
        if told.startswith(_UNPARSED):
            members = members | {"Message": _UNPARSED + "PARSER"}
        return {key: _plain(member) for key, member in members.items() if key != "StackTrace"}
    if isinstance(value, list):
        return [_plain(member) for member in cast(list[Any], value)]
    if isinstance(value, str) and value.startswith("ADDRESS"):
        path, _, query = value.partition("?")
        names = [part.partition("=")[0] for part in query.split("&") if part and not part.startswith("code=")]
        return f"{path}?{'&'.join(names)}"
    return value


def end_of(status: dict[str, Any]) -> list[Any]:
    """Status, output and custom status of an instance."""
    return even([status["runtimeStatus"], status["output"], status["customStatus"]])


async def ran(client: Client, name: str, value: Any = None, instance_id: str | None = None) -> list[Any]:
    """Run an orchestrator to its end and give status, output and custom status."""
    return end_of(await client.run(name, instance_id or f"{name}-{value}".lower(), value))


async def settled(client: Client, name: str | None, instance_id: str, value: Any, *, hangs: bool = False) -> list[Any]:
    """Start an orchestrator, unless it runs, and give its end; "Running" and the like if none comes for seconds.

    One that is known to hang is not waited for as long.
    """
    if name is not None:
        answer = await client.start(name, instance_id, value)
        if answer.status != 202:
            return [answer.status, answer.body]
    try:
        until_it_hangs = 1.5 if client.engine == "local" else 6
        async with asyncio.timeout(until_it_hangs if hangs else 25):
            return end_of(await client.ended(instance_id))
    except TimeoutError:
        return [(await client.status(instance_id))["runtimeStatus"]]


async def each_foreign(client: Client, name: str) -> Any:
    """The ends of an orchestrator with each of the foreign inputs."""
    results: dict[str, Any] = {}
    for kind in FOREIGN:
        await client.start(name, f"{name}-{kind}", kind)
    for kind in FOREIGN:
        end = end_of(await client.ended(f"{name}-{kind}"))
        results[kind] = [end[0], end[1].partition(" \n ")[0] if isinstance(end[1], str) else end[1]]
    return results
