"""Calls the HTTP functions of the running app, and waits for what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec

from services import cosmos

SECONDS = 75
"""Longer than a lock: a message that is given back without a word is delivered again after a minute."""
INSTANCES = "/runtime/webhooks/durabletask/instances"
"""The durable extension's own management endpoint."""
ORCHESTRATORS = "/runtime/webhooks/durabletask/orchestrators"


async def call(http: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and JSON of an answer; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
    async with http.request(method, path, data=data) as answer:
        return answer.status, msgspec.json.decode(await answer.read())


async def until(answer: Callable[[], Awaitable[Any]]) -> Any:
    """The value of `answer` once it is true."""
    async with asyncio.timeout(SECONDS):
        while not (value := await answer()):
            await asyncio.sleep(0.05)
        return value


async def archived(run_id: str) -> list[dict[str, Any]]:
    """The events of a run that the archive holds."""
    container = await cosmos.events()
    question = "SELECT * FROM c WHERE c.archive.run_id = @run"
    return [event async for event in container.query_items(question, parameters=[{"name": "@run", "value": run_id}])]


async def archived_at_least(run_id: str, count: int) -> list[dict[str, Any]] | None:
    """The events of a run once so many are archived."""
    events = await archived(run_id)
    return events if len(events) >= count else None
