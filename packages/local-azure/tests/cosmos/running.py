"""The local part as a process of its own, and either SDK called in one way."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
import inspect
from pathlib import Path
from typing import Any

import pytest
from azure.cosmos import CosmosClient
from azure.cosmos.aio import CosmosClient as AioCosmosClient

from local_azure.core.clock import SETTING, Clock
from local_azure.core.connections import COSMOS_KEY
from local_azure.testing.parts import Part

ONE_SDK = pytest.mark.parametrize("sdk", ["sync"], indirect=True)
"""For tables of cases that only the service tells apart: what both clients do is tested elsewhere."""


class Cosmos(Part):
    """`python -m local_azure.cosmos` on a free port, started with its construction."""

    def __init__(self, state: Path, *options: str, clock: Clock | None = None) -> None:
        settings = {} if clock is None else {SETTING: clock.setting()}
        super().__init__("cosmos", "--port", "0", *options, state=state, settings=settings)
        self.endpoint = self.addresses[0]


class Sdk:
    """The sync or the aio client; a test awaits either."""

    def __init__(self, kind: str, endpoint: str, key: str = COSMOS_KEY) -> None:
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
