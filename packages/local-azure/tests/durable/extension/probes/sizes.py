"""Large values on every way, custom statuses at their bound, entities' states and keys."""

from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes.probing import end_of, probe, ran, seen, settled


@probe
async def large_values(client: Client) -> Any:
    text = "ü😀" * 8_000
    await client.start("large_everywhere", "large", text)
    status = await client.ended("large")
    listed = (await client.ask("GET", "/instances?instanceIdPrefix=large")).body[0]
    full = await client.full_status("large")
    return {
        "input": [len(each["input"]) for each in (status, listed, full)],
        "output": {key: value if key != "text" else len(value) for key, value in status["output"].items()},
        "listed": listed["output"] == status["output"],
        "history": [len(str(event.get("Result"))) for event in full["historyEvents"]],
        "started": len(full["historyEvents"][0]["Input"]),
    }


@probe
async def a_large_event_and_a_large_reason(client: Client) -> Any:
    await client.start("large_event", "large-event")
    await client.waiting("large-event")
    raised = await client.raise_event("large-event", "go", "ü" * 40_000)
    ended = end_of(await client.ended("large-event"))
    await client.start("large_event", "large-reason")
    await client.waiting("large-reason")
    stopped = await client.ask("POST", f"/instances/large-reason/terminate?reason={'x' * 4_000}")
    return [raised.status, ended, stopped.status, len((await client.ended("large-reason"))["output"])]


@probe
async def a_large_failure(client: Client) -> Any:
    status, output, custom = await ran(client, "large_failure", 20_000, "large-failure")
    return [status, len(output), output[:80], custom]


@probe
async def custom_statuses_by_their_units(client: Client) -> Any:
    results: dict[str, Any] = {}
    for letter, count in (("ü", 8190), ("ü", 8191), ("😀", 4095), ("😀", 4096), ('"', 4095), ('"', 4096), ("\n", 4096)):
        name = f"{ord(letter)}-{count}"
        status, output, _ = await ran(client, "status_of_units", [letter, count], f"units-{name}")
        results[name] = [status, output]
    return results


@probe
async def custom_statuses_of_every_kind(client: Client) -> Any:
    kinds: dict[str, Any] = {
        "zero": 0,
        "false": False,
        "empty": "",
        "list": [],
        "dict": {},
        "float": 1.5,
        "nested": {"a": [None, "ü"]},
    }
    return {name: await ran(client, "status_of", value, f"status-of-{name}") for name, value in kinds.items()}


@probe
async def operations_of_an_entity_in_order(client: Client) -> Any:
    ended = await ran(client, "shelves", "ordered", "shelves")
    return [ended, seen(client, await client.ask("GET", "/entities/shelf/ordered"))]


@probe
async def a_large_state_of_an_entity(client: Client) -> Any:
    ended = await ran(client, "full_shelf", "large", "full-shelf")
    return [ended, len((await client.ask("GET", "/entities/shelf/large")).body[0])]


@probe
async def names_and_keys_of_entities(client: Client) -> Any:
    asked = {
        "other case": ["SHELF", "Key", "new"],
        "unicode": ["shelf", "käse 😀", "new"],
        "at": ["shelf", "a@b", "new"],
        "percent": ["shelf", "a%b+c", "new"],
        "empty operation": ["shelf", "k", ""],
        "slash": ["shelf", "a/b", "new"],
    }
    return {
        name: await settled(client, "named_shelf", f"named-{name.replace(' ', '-')}", value)
        for name, value in asked.items()
    }


@probe
async def entities_of_odd_keys_over_http(client: Client) -> Any:
    shown: dict[str, Any] = {}
    for key in ("odd-k%C3%A4se", "odd-a%20b", "odd-c%40d", "odd-e%2Bf", "odd-g%25h"):
        signalled = await client.ask("POST", f"/entities/shelf/{key}?op=put", '"1"')
        await client.until_entity(f"/entities/shelf/{key}")
        answer = await client.ask("GET", f"/entities/shelf/{key}")
        shown[key] = [signalled.status, answer.status, answer.body]
    listed = (await client.ask("GET", "/entities/shelf")).body
    keys = sorted(row["entityId"]["key"] for row in listed if row["entityId"]["key"].startswith("odd-"))
    deleted = await client.ask("DELETE", "/entities/shelf/odd-a%20b")
    return [
        shown,
        keys,
        seen(client, deleted),
        (await client.ask("PUT", "/entities/shelf/odd-a%20b?op=put", "1")).status,
    ]
