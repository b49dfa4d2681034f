"""The two engines that the contract runs on: the local one in this process, and Microsoft's extension as a program.

`DURABLE_HOST` names a program that runs an app on Microsoft's Durable extension (`--app DIR --port N --state DIR`) over
the blob, queue and table services of an Azurite, which this file starts. Both engines answer the same management API,
and both record what they hand to the SDK.
"""

import importlib.util
import json
import shutil
import sys
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import azure.durable_functions as df
from aiohttp import web

from local_azure.durable.http_api import add_routes
from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.durable.worker import FunctionFailedError
from local_azure.testing.durable_host import START_SECONDS, DurableHost, azurite_services, durable_host_program
from local_azure.testing.running_hub import RunningHub
from local_azure.testing.sdk_worker import SdkWorker
from local_azure.testing.web import serving
from tests.durable.extension.client import Client

ROOT = Path(__file__).parents[5]


@contextmanager
def azurite(folder: Path) -> Generator[int]:
    """The services of this checkout's Azurite; gives the first of their three ports."""
    with azurite_services(folder, ROOT / ".local/tools/azurite") as first:
        yield first


def extension_program() -> Path:
    """The program that `DURABLE_HOST` names; skips the test if it names none, unless `REQUIRE_DURABLE_HOST` is set."""
    return durable_host_program(ROOT)


class RecordingWorker(SdkWorker):
    """Runs the app's functions and keeps what the engine gave and what the SDK answered."""

    def __init__(self, app: df.DFApp) -> None:
        super().__init__(app)
        self.episodes: list[dict[str, Any]] = []

    async def run_orchestrator(self, name: str, payload: str) -> str:
        return await self._recorded("orchestrationTrigger", name, payload)

    async def run_entity(self, name: str, payload: str) -> str:
        return await self._recorded("entityTrigger", name, payload)

    async def _recorded(self, kind: str, name: str, payload: str) -> str:
        episode: dict[str, Any] = {"function": name, "kind": kind, "context": json.loads(payload), "result": None}
        self.episodes.append(episode)
        try:
            answer = str(await self._call(kind, name, payload))
        except FunctionFailedError as error:
            episode["error"] = {"message": str(error)}
            raise
        episode["result"] = json.loads(answer)
        episode["error"] = None
        return answer


@contextmanager
def _own_modules(folder: Path) -> Generator[None]:
    """Find the modules of an app beside it while it runs, and load them anew for the next app."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


@asynccontextmanager
async def local_engine(app_file: Path, folder: Path) -> AsyncGenerator[Client]:
    """The local engine over the functions of an app, on real time."""
    specification = importlib.util.spec_from_file_location(f"app_{uuid.uuid4().hex}", app_file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    with _own_modules(app_file.parent):
        specification.loader.exec_module(module)
        worker = RecordingWorker(module.app)
        hub = TaskHub(folder / "hub.db", worker, RunningHub.clock_at_speed(1), HubSettings())
        served = web.Application(client_max_size=1 << 30)
        add_routes(served, hub)
        await hub.start()
        try:
            async with serving(served) as address, aiohttp.ClientSession() as session:
                yield Client("local", address, session, lambda: worker.episodes)
        finally:
            await hub.stop()


@asynccontextmanager
async def extension(program: Path, azurite: int, app_file: Path, folder: Path) -> AsyncGenerator[Client]:
    """Microsoft's extension over the functions of an app. `azurite` is the first of an Azurite's three ports."""
    app = folder / "app"
    if app_file.name == "function_app.py":
        shutil.copytree(app_file.parent, app, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        app.mkdir(parents=True)
        shutil.copyfile(app_file, app / "function_app.py")
    record = folder / "record"
    record.mkdir()
    host = DurableHost(program, azurite, app=app, state=folder / "state", environment={"ORACLE_RECORD": str(record)})
    with host:
        async with aiohttp.ClientSession() as session:
            client = Client("extension", host.address, session, lambda: _episodes(record))
            await client.until_ready(START_SECONDS)
            yield client


def _episodes(record: Path) -> list[dict[str, Any]]:
    """All episodes that are wholly written, but for inputs that JSON does not have, such as the `undefined` of a probe,
    which the extension hands on as it was sent."""
    path = record / "episodes.jsonl"
    if not path.exists():
        return []
    episodes: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        episode = json.loads(line)
        texts = {part: episode[part] for part in ("context", "result") if isinstance(episode[part], str)}
        with suppress(ValueError):
            episodes.append(episode | {part: json.loads(text) for part, text in texts.items()})
    return episodes
