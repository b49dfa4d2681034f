"""The two engines that the contract runs on: the local one in this process, and Microsoft's extension as a program.

`DURABLE_HOST` names a program that runs an app on Microsoft's Durable extension (`--app DIR --port N --state DIR`) over
the blob, queue and table services of an Azurite, which this file starts. Both engines answer the same management API,
and both record what they hand to the SDK.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import azure.durable_functions as df
import pytest
from aiohttp import web

from local_azure.azurite.node import node
from local_azure.durable.http_api import add_routes
from local_azure.durable.hub import TaskHub
from local_azure.durable.settings import HubSettings
from local_azure.durable.worker import FunctionFailedError
from local_azure.testing.running_hub import RunningHub
from local_azure.testing.sdk_worker import SdkWorker
from local_azure.testing.web import serving
from tests.durable.extension.client import Client

ROOT = Path(__file__).parents[5]
AZURITE = ROOT / ".local/tools/azurite/node_modules/azurite/dist/src/azurite.js"
START_SECONDS = 120.0


def extension_program() -> Path | None:
    """The program that `DURABLE_HOST` names; skips the test if it names none, unless `REQUIRE_DURABLE_HOST` is set."""
    name = os.environ.get("DURABLE_HOST")
    if name:
        return (ROOT / name).resolve()
    if os.environ.get("REQUIRE_DURABLE_HOST"):
        pytest.fail("DURABLE_HOST names no program, and REQUIRE_DURABLE_HOST asks for one")
    pytest.skip("DURABLE_HOST names no program that runs Microsoft's Durable extension")


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


@asynccontextmanager
async def local_engine(app_file: Path, folder: Path) -> AsyncGenerator[Client]:
    """The local engine over the functions of an app, on real time."""
    specification = importlib.util.spec_from_file_location(f"app_{uuid.uuid4().hex}", app_file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
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
    app.mkdir(parents=True)
    (app / "function_app.py").write_text(app_file.read_text(encoding="utf-8"), encoding="utf-8")
    record = folder / "record"
    record.mkdir()
    port = free_port()
    environment = os.environ | {
        "ORACLE_PYTHON": sys.executable,
        "ORACLE_RECORD": str(record),
        "AZURITE_PORT": str(azurite),
        "PYTHONPATH": "",
    }
    command = [program, "--app", app, "--port", str(port), "--state", folder / "state"]
    with (folder / "extension.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: ASYNC220
        try:
            _until_open(port, process)
            async with aiohttp.ClientSession() as session:
                client = Client("extension", f"http://127.0.0.1:{port}", session, lambda: _episodes(record))
                await client.until_ready(START_SECONDS)
                yield client
        finally:
            _end(process)


@contextmanager
def azurite(folder: Path) -> Generator[int]:
    """Azurite's blob, queue and table services, in memory; gives the first of their three ports."""
    first = _three_free_ports()
    options: list[str | Path] = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"]
    ports = ["--blobPort", str(first), "--queuePort", str(first + 1), "--tablePort", str(first + 2)]
    process = subprocess.Popen([node(), AZURITE, *options, *ports], cwd=folder)
    try:
        for port in range(first, first + 3):
            _until_open(port, process)
        yield first
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it at once: nothing of its state is needed, and the extension takes its time to stop in order."""
    process.kill()
    process.wait(timeout=30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _three_free_ports() -> int:
    while True:
        first = free_port()
        try:
            for port in range(first, first + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first


def _until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


def _episodes(record: Path) -> list[dict[str, Any]]:
    path = record / "episodes.jsonl"
    if not path.exists():
        return []
    episodes = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for episode in episodes:
        for part in ("context", "result"):
            if isinstance(episode[part], str):
                episode[part] = json.loads(episode[part])
    return episodes
