"""Blobs in memory answer as Azurite does to each operation of the app, in any order."""

import asyncio
from collections.abc import Awaitable, Iterator
from random import Random
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobPrefix, BlobServiceClient

from local_azure.testing import connections
from local_azure.testing.parts import running
from tests.support.memory_blobs import MemoryAccount

pytestmark = pytest.mark.slow

NAMES = ("a", "a/b", "a/b/c.json", "a/b/d.json", "a/c/e", "b/1", "b/2", "b/10", "b0/x", "Ä/ü")
PREFIXES = ("", "a", "a/", "a/b/", "b", "b/1", "c", "Ä/")
STEPS = 400


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running("azurite", "--port", "0", state=tmp_path_factory.mktemp("azurite")) as part:
        yield connections.blobs(part.address("blob"))


class Caller:
    """Calls a container as the app does, and tells what came of it in words that name no ETag and no time."""

    def __init__(self, container: Any) -> None:
        self._container = container
        self._etags: dict[str, str] = {}

    async def call(self, random: Random) -> list[Any]:
        """One operation, which the random numbers choose."""
        name, prefix = random.choice(NAMES), random.choice(PREFIXES)
        # A part never begins right at the end of a blob: Azure refuses that, and Azurite gives nothing.
        data, offset = random.randbytes(2 * random.randrange(20)), 2 * random.randrange(20) + 1
        length = random.randrange(1, 20)
        calls: list[Awaitable[list[Any]]] = [
            self._write(name, data, overwrite=random.random() < 0.7),
            self._write_if(name, data),
            self._read(name),
            self._read(name, offset=offset, length=length),
            self._read(name, offset=0, length=length),
            self._delete(name),
            self._properties(name),
            self._list(prefix),
            self._walk(prefix),
        ]
        chosen = random.randrange(len(calls))
        for number, call in enumerate(calls):
            if number != chosen:
                call.close()  # type: ignore[attr-defined] # each is a coroutine
        try:
            return await calls[chosen]
        except HttpResponseError as error:
            return [type(error).__name__]

    async def _write(self, name: str, data: bytes, *, overwrite: bool) -> list[Any]:
        content = ContentSettings(content_type="text/plain")
        await self._container.upload_blob(name, data, length=len(data), overwrite=overwrite, content_settings=content)
        self._etags.pop(name, None)
        return ["written"]

    async def _write_if(self, name: str, data: bytes) -> list[Any]:
        """In the place of the version that was written so last, or of one that never was."""
        condition: dict[str, Any] = {"overwrite": False}
        if name in self._etags:
            unchanged = MatchConditions.IfNotModified
            condition = {"overwrite": True, "etag": self._etags[name], "match_condition": unchanged}
        blob = self._container.get_blob_client(name)
        answer = await blob.upload_blob(data, length=len(data), metadata={"revision": str(len(data))}, **condition)
        self._etags[name] = answer["etag"]
        return ["written", answer["etag"][:1]]

    async def _read(self, name: str, **part: int) -> list[Any]:
        download = await self._container.download_blob(name, **part)
        data, properties = await download.readall(), download.properties
        chunks = b"".join([chunk async for chunk in (await self._container.download_blob(name, **part)).chunks()])
        return [data, chunks, properties.metadata, properties.etag[:1]]

    async def _delete(self, name: str) -> list[Any]:
        await self._container.delete_blob(name)
        return ["deleted"]

    async def _properties(self, name: str) -> list[Any]:
        blob = self._container.get_blob_client(name)
        exists = await blob.exists()
        properties = await blob.get_blob_properties()
        return [exists, properties.size, properties.metadata, properties.etag[:1]]

    async def _list(self, prefix: str) -> list[Any]:
        plain = [blob async for blob in self._container.list_blobs(name_starts_with=prefix)]
        full = [blob async for blob in self._container.list_blobs(name_starts_with=prefix, include=["metadata"])]
        assert [blob.etag for blob in plain] == [blob.etag for blob in full]
        listed = [name async for name in self._container.list_blob_names(name_starts_with=prefix)]
        assert listed == [blob.name for blob in plain]
        return [(blob.name, blob.size, blob.metadata or {}, blob.etag[:2]) for blob in (*plain, *full)]

    async def _walk(self, prefix: str) -> list[Any]:
        items = [item async for item in self._container.walk_blobs(name_starts_with=prefix, delimiter="/")]
        return sorted((item.name, isinstance(item, BlobPrefix)) for item in items)


def test_memory_answers_as_azurite(azurite: str):
    async def compare() -> int:
        failures = 0
        async with BlobServiceClient.from_connection_string(azurite) as service:
            theirs = service.get_container_client("compared")
            await theirs.create_container()
            real, memory = Caller(theirs), Caller(MemoryAccount().container("compared"))
            for seed in range(STEPS):
                wanted = await real.call(Random(seed))
                assert await memory.call(Random(seed)) == wanted, f"operation {seed}"
                failures += str(wanted[:1]).endswith("Error']")
        return failures

    assert asyncio.run(compare()) > STEPS / 20  # what is refused was compared, too


def test_what_runs_at_the_same_time_gets_ahead_of_one_another():
    async def orders() -> set[tuple[int, ...]]:
        seen: set[tuple[int, ...]] = set()
        container = MemoryAccount().container("any")
        for _ in range(50):
            order: list[int] = []

            async def write(number: int, order: list[int] = order) -> None:
                await container.upload_blob("a", b"", overwrite=True)
                order.append(number)

            await asyncio.gather(*map(write, range(4)))
            seen.add(tuple(order))
        return seen

    assert len(asyncio.run(orders())) > 5
