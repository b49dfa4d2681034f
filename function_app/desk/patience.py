"""The bound on the wait for a page: if a service does not answer, whoever waits is told which one it is."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import azure.functions as func

from activities.check_health import recent_health
from fraud.watching.health import Health
from services import names

PATIENCE = 5.0
"""Seconds after which the services are asked. With the time that they have to answer it is ten until a page is given
up; a slow page whose services answer is waited for, and they are asked again."""
SERVICES = {
    names.JOBS_STORAGE: "the storage of workflows",
    names.WAREHOUSE: "the storage of archives and reports",
    names.EVENT_HUBS: "Event Hubs",
    names.SERVICE_BUS: "Service Bus",
    names.COSMOS: "Cosmos",
}
_goes_on: set[asyncio.Task[Any]] = set()


class ServiceAwayError(Exception):
    """A page cannot be made because services do not answer; the message names them in words."""


async def awaited(page: Coroutine[Any, Any, func.HttpResponse], *, changes: bool) -> func.HttpResponse:
    """A page, unless a service is away: then ServiceAwayError. What `changes` something goes on to its end even so."""
    task = asyncio.create_task(page)
    _goes_on.add(task)
    task.add_done_callback(_ended)
    try:
        await asyncio.wait({task}, timeout=PATIENCE)
        while not task.done():
            asked = asyncio.create_task(recent_health())
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                if missing := away(asked.result()):
                    raise ServiceAwayError(missing)
                await asyncio.wait({task}, timeout=PATIENCE)
        return task.result()
    finally:
        if not changes:
            task.cancel()


async def away_now() -> str:
    """The services that do not answer now, in words; empty if all do."""
    return away(await recent_health())


def away(health: Health) -> str:
    """The services that have not answered, in words; empty if all have."""
    failed = [name for name, dependency in health.dependencies.items() if dependency.status == "failed"]
    return " and ".join(SERVICES.get(name, name) for name in failed)


def _ended(task: asyncio.Task[Any]) -> None:
    _goes_on.discard(task)
    if not task.cancelled():
        task.exception()  # looked at: nobody may be left who waits for it
