"""The unchanged app in a Functions host, over running services, with a minute of Azure's time in a second."""

import json
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
KEYS = {"master": "m" * 40, "function": "f" * 40, "system": "s" * 40}
SECRET = "pl4nted-s3cret"


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


class Keyed:
    """The running app, its settings file, and all that it has logged."""

    def __init__(self, base: str, settings: Path, log: Path) -> None:
        self.base = base
        self.settings = settings
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    folder = tmp_path_factory.mktemp("keyed")
    now = time.time()
    with azure(folder, Clock(now, now, 60)) as their_settings:
        # A webhook that nobody answers at: what fails must not show it.
        planted = dict.fromkeys(("ALERT_WEBHOOK_URL", "OPERATIONS_WEBHOOK_URL"), f"http://127.0.0.1:9/{SECRET}")
        settings = folder / "local.settings.json"
        values = {**their_settings, **planted}
        content = {"Values": values, "Host": {"LocalHttpPort": 0}, "Keys": KEYS}
        settings.write_text(json.dumps(content))
        app = ("--app", str(ROOT), "--port", "0", "--settings", str(settings))
        # The environment of the tests leads nowhere, and it wins over the file.
        with running("functions_host", *app, state=folder / "host", settings=values) as host:
            base = host.addresses[0]
            content["Host"] = {"LocalHttpPort": int(base.rpartition(":")[2])}
            settings.write_text(json.dumps(content))
            yield Keyed(base, settings, folder / "host.log")
