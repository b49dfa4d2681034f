"""Versions that a start or a parent asks for, under a host that has none itself."""

import asyncio
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.even import even
from tests.durable.extension.probes.probing import probe

_VERSIONS = ("7", "1.0", "alpha", "%20", "")


@probe
async def starts_with_a_version(client: Client) -> Any:
    for number, version in enumerate(_VERSIONS):
        await client.ask("POST", f"/orchestrators/its_version/version-{number}?version={version}")
    await client.start("child_of_a_version", "version-parent", "3.0")
    await client.start("child_of_a_version", "version-plain")
    await asyncio.sleep(1 if client.engine == "local" else 8)
    names = [*range(len(_VERSIONS)), "parent", "plain", "plain-child"]
    shown: dict[str, Any] = {}
    for name in names:
        status = await client.status(f"version-{name}")
        shown[str(name)] = even([status["runtimeStatus"], status.get("output")])
    await client.ask("POST", "/instances/version-0/terminate?reason=enough")
    await asyncio.sleep(1 if client.engine == "local" else 4)
    return [shown, (await client.status("version-0"))["runtimeStatus"]]


@probe
async def versions_in_statuses(client: Client) -> Any:
    for number, version in enumerate(_VERSIONS):
        await client.ask("POST", f"/orchestrators/echo_event/told-{number}?version={version}", "1")
    ids = [f"told-{number}" for number in range(len(_VERSIONS))]
    rows = (await client.ask("GET", "/instances?instanceIdPrefix=told-")).body
    versions = {row["instanceId"]: row.get("version") for row in rows}
    status = await client.status("told-0")
    return [[versions[each] for each in ids], list(status)[:3], status["version"]]


@probe
async def an_instance_that_waits_for_a_version_is_terminated(client: Client) -> Any:
    """Nobody has worked on it, so it has no history."""
    await client.ask("POST", "/orchestrators/echo_event/unbegun?version=7", "1")
    await client.ask("POST", "/instances/unbegun/terminate?reason=enough")
    await client.ended("unbegun")
    full = await client.full_status("unbegun")
    return [full["runtimeStatus"], full["input"], full["output"], full["historyEvents"]]
