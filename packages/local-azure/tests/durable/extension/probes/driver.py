"""All probes, and asking them all of one engine."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from tests.durable.extension.client import Client
from tests.durable.extension.probes import (
    again,
    asked_versions,
    bodies,
    cancelling,
    commands,
    custom_status,
    durable_http,
    entities,
    external_events,
    failures,
    families,
    groups,
    listing,
    odd_ids,
    oddities,
    programs,
    queries,
    races,
    reasons,
    replaying,
    retrying,
    signals,
    sizes,
    states,
    suspended,
    tangles,
    values,
)
from tests.durable.extension.probes.probing import Probe

_MODULES = (
    values,
    external_events,
    custom_status,
    failures,
    replaying,
    commands,
    races,
    listing,
    entities,
    durable_http,
    retrying,
    groups,
    sizes,
    odd_ids,
    states,
    queries,
    families,
    oddities,
    signals,
    tangles,
    cancelling,
    reasons,
    again,
    asked_versions,
    bodies,
    suspended,
    programs,
)
PROBES: dict[str, Probe] = {
    name: probe for module in _MODULES for name, probe in vars(module).items() if getattr(probe, "is_probe", False)
}

_OF_EVERYTHING = ("listing", "queries", "replaying")
"""Modules that count instances or episodes, so that nothing else may run meanwhile."""

_AT_ONCE = 4


async def ask_all(client: Client) -> dict[str, Any]:
    """Every probe's answer by its name; modules go side by side, since an engine mostly waits for its own queues."""
    turns = asyncio.Semaphore(_AT_ONCE)
    answers: dict[str, Any] = {}

    async def ask(names: Sequence[str]) -> None:
        async with turns:
            for name in names:
                answers[name] = json.loads(json.dumps(await PROBES[name](client)))

    by_module: dict[str, list[str]] = {}
    for name, probe in PROBES.items():
        by_module.setdefault(probe.__module__.rpartition(".")[2], []).append(name)
    for module in _OF_EVERYTHING:
        await ask(by_module.pop(module))
    async with asyncio.TaskGroup() as group:
        for names in sorted(by_module.values(), key=len, reverse=True):
            group.create_task(ask(names))
    return answers
