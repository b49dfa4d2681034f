"""A running task hub over an app of a test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import azure.durable_functions as df
import pytest_asyncio
from aiohttp import web

from local_azure.durable.http_api import add_routes
from local_azure.testing.running_hub import Context, RunningHub, Steps
from local_azure.testing.web import serving
from tests.durable.api import Api


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub with its store in the test's folder; register functions on `hub.app`, then use it."""
    running = RunningHub(tmp_path / "hub.db", df.DFApp())
    yield running
    await running.stop()


@pytest_asyncio.fixture
async def api(hub: RunningHub) -> AsyncIterator[Api]:
    """The management API of a hub with a few functions."""

    @hub.orchestrator
    def echo(context: Context) -> Steps:
        return context.instance_id
        yield

    @hub.orchestrator
    def wait(context: Context) -> Steps:
        value = yield context.wait_for_external_event("go")
        return value

    @hub.orchestrator
    def fail(context: Context) -> Steps:
        raise ValueError("broken")
        yield

    @hub.entity
    def counter(context: Context) -> None:
        context.set_state({"of": context.entity_key})

    app = web.Application(client_max_size=1 << 30)
    add_routes(app, await hub.hub())
    async with serving(app) as address, aiohttp.ClientSession() as session:
        yield Api(address, session)
