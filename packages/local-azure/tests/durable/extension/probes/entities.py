"""Entities, called, signalled and listed."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import probe, ran, seen


async def _entity(client: Client, key: str) -> dict[str, Any]:
    return seen(client, await client.ask("GET", f"/entities/counter/{key}"))


@probe
async def entities_called_and_signalled(client: Client) -> Any:
    return [await ran(client, "entities", "called"), await _entity(client, "called")]


@probe
async def an_entity_whose_operation_fails(client: Client) -> Any:
    return [await ran(client, "entity_fails", "fails"), await _entity(client, "fails")]


@probe
async def an_entity_that_ends(client: Client) -> Any:
    return [await ran(client, "entity_ends", "ends"), await _entity(client, "ends")]


@probe
async def entities_over_http(client: Client) -> Any:
    signalled = await client.ask("POST", "/entities/counter/http?op=add", '"3"')
    await client.ask("POST", "/entities/Counter/HTTP?op=add", '"4"')
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    unknown = await client.ask("POST", "/entities/nobody/k?op=add", "1")
    return {
        "signal": seen(client, signalled),
        "state": await _entity(client, "http"),
        "other key": await _entity(client, "HTTP"),
        "nobody": await _entity(client, "nobody-there"),
        "unknown name": _in_order(seen(client, unknown)),
        "unknown state": seen(client, await client.ask("GET", "/entities/nobody/k")),
    }


def _in_order(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose message lists the known functions, which come in the order of a hash table, in one order."""
    text, _, listed = answer["body"]["Message"].partition("entity functions: ")
    names = ", ".join(sorted(listed.removesuffix(".").split(", ")))
    return {**answer, "body": {"Message": f"{text}entity functions: {names}."}}


@probe
async def a_signal_with_a_bare_number(client: Client) -> Any:
    answer = await client.ask("POST", "/entities/counter/bare?op=add", "3")
    await asyncio.sleep(0.5 if client.engine == "local" else 3)
    return [answer.status, await _entity(client, "bare")]


@probe
async def entities_in_lists(client: Client) -> Any:
    await ran(client, "entities", "listed")
    await ran(client, "entity_ends", "unlisted")
    rows = (await client.ask("GET", "/instances?instanceIdPrefix=@counter@listed")).body
    gone = (await client.ask("GET", "/instances?instanceIdPrefix=@counter@unlisted")).body
    status = await client.ask("GET", "/instances/@counter@listed")
    everything = (await client.ask("GET", "/entities/counter?fetchState=true")).body
    listed = sorted((row for row in everything if "listed" in row["entityId"]["key"]), key=str)
    bare = (await client.ask("GET", "/entities/counter")).body
    for row in (*rows, *gone):
        row["input"]["sorter"] = "SORTER"
    return [even(rows), even(gone), status.status, even(listed), even([row for row in bare if "listed" in str(row)])]


@probe
async def the_answer_to_an_operation_that_fails(client: Client) -> Any:
    await client.run("entity_fails", "answered", "answered")
    history = (await client.full_status("answered"))["historyEvents"]
    return [event["Input"] for event in history if event["EventType"] == "EventRaised"]


@probe
async def an_entity_as_an_instance(client: Client) -> Any:
    await client.ask("POST", "/entities/shelf/looked-at?op=put", '"1"')
    await client.until_entity("/entities/shelf/looked-at")
    paths = ("", "?showInput=false", "?showHistory=true", "?showHistory=true&showInput=false&showHistoryOutput=true")
    shown = {path: seen(client, await client.ask("GET", f"/instances/@shelf@looked-at{path}")) for path in paths}
    purged = [seen(client, await client.ask("DELETE", "/instances/@shelf@looked-at")) for _ in range(2)]
    return [shown, purged, (await client.ask("GET", "/instances/@shelf@looked-at")).status]
