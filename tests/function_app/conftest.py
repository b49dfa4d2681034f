"""The unchanged app in a Functions host, over running services, with a minute of Azure's time in a second."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from local_azure.testing import Clock
from local_azure.testing.parts import running
from services.clients import close_clients
from services.settings import settings
from tests.support.parts import azure

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running app. This process's own clients lead to the same services."""
    folder = tmp_path_factory.mktemp("app")
    now = time.time()
    with azure(folder, Clock(now, now, 60)) as their_settings, pytest.MonkeyPatch.context() as patch:
        for name, value in their_settings.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        with running("functions_host", "--app", str(ROOT), "--port", "0", state=folder / "host") as host:
            yield host.addresses[0]
    settings.cache_clear()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def http(app: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the app's HTTP functions."""
    async with aiohttp.ClientSession(app, headers={"x-actor": "Tess"}, timeout=aiohttp.ClientTimeout(30)) as session:
        yield session
    await close_clients()
