"""Entities that are signalled from orchestrators and keep odd states."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import probe, seen, settled


@probe
async def states_of_entities_of_every_kind(client: Client) -> Any:
    ended = await settled(client, "states_of_every_kind", "kinds", None)
    return [ended, seen(client, await client.ask("GET", "/entities/cupboard/kinds"))]


@probe
async def odd_operations_of_entities(client: Client) -> Any:
    shown: dict[str, Any] = {}
    operations = ("keep_odd", "odd_result", "cause", "end_and_set", "set_twice", "nothing")
    for operation in operations:
        hangs = client.engine != "local" and operation in operations[:2]
        name = f"odd-{operation.replace('_', '-')}"
        ended = await settled(client, "odd_entity_operation", name, operation, hangs=hangs)
        shown[operation] = [
            ended,
            seen(client, await client.ask("GET", f"/entities/cupboard/{name}")),
        ]
    return shown


@probe
async def calls_of_an_entity_side_by_side(client: Client) -> Any:
    return await settled(client, "calls_in_parallel", "side-by-side", None)


@probe
async def signals_around_a_timer(client: Client) -> Any:
    ended = await settled(client, "signals_around_a_timer", "around", None)
    await asyncio.sleep(0.3 if client.engine == "local" else 3)
    full = await client.full_status("around")
    events = [event["EventType"] for event in full["historyEvents"]]
    return [ended, seen(client, await client.ask("GET", "/entities/cupboard/around")), events]


@probe
async def signals_over_generations(client: Client) -> Any:
    return await settled(client, "signal_and_generation", "over", 0)


@probe
async def an_entity_against_a_timer(client: Client) -> Any:
    return await settled(client, "entity_against_a_timer", "against-time", None)


@probe
async def a_signal_to_an_unknown_entity(client: Client) -> Any:
    ended = await settled(client, "signals_an_unknown_entity", "to-nobody", None)
    return [ended[0], ended[1].partition("functions: ")[0]]


@probe
async def signals_as_they_are_sent(client: Client) -> Any:
    shown: dict[str, Any] = {}
    sent = ("1", '"1"', '"\\"text\\""', '{"a": 1}', "", "null", "[1]", "not json", '"{\\"$type\\": \\"x\\"}"')
    for n, body in enumerate(sent):
        answer = await client.ask("POST", f"/entities/cupboard/sent-{n}?op=append", body)
        if answer.status == 202:
            await client.until_entity(f"/entities/cupboard/sent-{n}")
        state = await client.ask("GET", f"/entities/cupboard/sent-{n}")
        shown[body] = [seen(client, answer), state.status, state.body]
    for query in ("", "?op=", "?OP=append", "?op=append&op=kind"):
        answer = await client.ask("POST", f"/entities/cupboard/query-{len(query)}{query}", '"1"')
        await client.until_entity(f"/entities/cupboard/query-{len(query)}")
        state = await client.ask("GET", f"/entities/cupboard/query-{len(query)}")
        shown[query] = [answer.status, state.status, state.body]
    return shown
