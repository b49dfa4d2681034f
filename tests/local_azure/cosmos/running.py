"""The local part as a process of its own, and either SDK called in one way."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import inspect
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import CosmosClient
from azure.cosmos.aio import CosmosClient as AioCosmosClient

from local_azure.clock import SETTING, Clock

ONE_SDK = pytest.mark.parametrize("sdk", ["sync"], indirect=True)
"""For tables of cases that only the service tells apart: what both clients do is tested elsewhere."""

KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="


class Part:
    """`python -m local_azure.cosmos` on a free port, started with its construction."""

    def __init__(self, state: Path, *options: str, clock: Clock | None = None) -> None:
        command = [sys.executable, "-m", "local_azure.cosmos", "--state", str(state), "--port", "0", *options]
        environment = os.environ | ({} if clock is None else {SETTING: clock.setting()})
        self._log = (state.parent / f"{state.name}.log").open("ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True, env=environment)
        assert self.process.stdout is not None
        ready = self.process.stdout.readline().split()
        assert ready[:2] == ["ready", "cosmos"], f"the part did not start; see {self._log.name}"
        self.endpoint = ready[2]

    def stop(self) -> int:
        """End it in order; the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
        return code


class Sdk:
    """The sync or the aio client; a test awaits either."""

    def __init__(self, kind: str, endpoint: str, key: str = KEY) -> None:
        self.kind = kind
        self._endpoint = endpoint
        self._key = key
        self.client: Any = None

    async def __aenter__(self) -> "Sdk":
        if self.kind == "sync":
            self.client = CosmosClient(self._endpoint, self._key)
        else:
            self.client = await AioCosmosClient(self._endpoint, self._key).__aenter__()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self.do(self.client.__exit__(*problem) if self.kind == "sync" else self.client.__aexit__(*problem))

    async def do(self, result: Any) -> Any:
        """The result of a call, awaited where it must be."""
        return await result if inspect.isawaitable(result) else result

    async def all(self, pages: Any) -> list[Any]:
        """Every item of a feed."""
        return [item for page in await self.pages(pages) for item in page]

    async def pages(self, pages: Any) -> list[list[Any]]:
        """Every page of a feed."""
        if self.kind == "sync":
            return [list(page) for page in pages.by_page()]
        return [[item async for item in page] async for page in pages.by_page()]

    async def ask(
        self, container: Any, text: str, parameters: dict[str, Any] | None = None, **options: Any
    ) -> list[Any]:
        """Every result of a query; across partitions unless `partition_key` is given."""
        return await self.all(self.query(container, text, parameters, **options))

    def query(self, container: Any, text: str, parameters: dict[str, Any] | None = None, **options: Any) -> Any:
        """The pages of a query, not yet asked for."""
        named = [{"name": name, "value": value} for name, value in (parameters or {}).items()]
        # Only the sync client wants to be told that a query may cross partitions.
        if self.kind == "sync" and "partition_key" not in options:
            options["enable_cross_partition_query"] = True
        return container.query_items(text, parameters=named, **options)
