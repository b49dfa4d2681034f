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
