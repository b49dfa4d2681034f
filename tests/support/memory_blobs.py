"""Blobs in the memory of this process, behind the part of the SDK's clients that the app uses.

A store, not a part: for tests that write millions of blobs, where Azurite and its clients took nine tenths of the work.
`tests/support/test_memory_blobs.py` holds it to Azurite, operation by operation. It answers after a random number of
turns of the event loop, so that what runs at the same time gets ahead of one another as it does over a network.
"""

import asyncio
from bisect import bisect_left, insort
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import ContentSettings
from azure.storage.blob.aio import BlobPrefix

_MOST_TURNS = 3


class MemoryBlob(msgspec.Struct, frozen=True):
    """A blob. `version` counts the writes of its account; `etag` is bare, as in a listing."""

    name: str
    data: bytes
    metadata: dict[str, str]
    version: int
    last_modified: datetime

    @property
    def etag(self) -> str:
        """The version, as the service would name it."""
        return f"0x{self.version:X}"

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data)


class MemoryProperties(msgspec.Struct, frozen=True):
    """The properties of a blob that is asked for by itself: the ETag stands in quotes."""

    etag: str
    size: int
    metadata: dict[str, str]
    last_modified: datetime


class MemoryDownload:
    """The bytes of a blob, or of a part of it."""

    def __init__(self, blob: MemoryBlob, data: bytes) -> None:
        self.properties = _properties(blob)
        self._data = data

    async def readall(self) -> bytes:
        """All of them."""
        return self._data

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of them, in one piece if there are any."""
        if self._data:
            yield self._data


class MemoryAccount:
    """An account, whose containers are there when they are asked for. `seed` chooses the turns that answers take."""

    def __init__(self, seed: int | None = None) -> None:
        self.writes = 0
        self._containers: dict[str, MemoryContainer] = {}
        self._random = Random(seed)

    @property
    def service(self) -> "MemoryAccount":
        """The client of the account itself, which is this."""
        return self

    def container(self, name: str) -> "MemoryContainer":
        """A container."""
        if name not in self._containers:
            self._containers[name] = MemoryContainer(self, f"https://memory.invalid/{name}")
        return self._containers[name]

    get_container_client = container

    async def turn(self) -> None:
        """Let others run."""
        for _ in range(self._random.randint(1, _MOST_TURNS)):
            await asyncio.sleep(0)


class MemoryContainer:
    """A container."""

    def __init__(self, account: MemoryAccount, url: str) -> None:
        self.url = url
        self._account = account
        self._blobs: dict[str, MemoryBlob] = {}
        self._names: list[str] = []

    def get_blob_client(self, name: str) -> "MemoryBlobClient":
        """The client of a blob, which need not exist."""
        return MemoryBlobClient(self, name)

    async def upload_blob(self, name: str, data: bytes, **options: Any) -> "MemoryBlobClient":
        """As `write`; the client of the blob."""
        await self.write(name, data, **options)
        return self.get_blob_client(name)

    async def write(
        self,
        name: str,
        data: bytes,
        *,
        length: int | None = None,
        overwrite: bool = False,
        metadata: Mapping[str, str] | None = None,
        etag: str | None = None,
        match_condition: MatchConditions | None = None,
        content_settings: ContentSettings | None = None,
    ) -> MemoryBlob:
        """Write a blob. Raises ResourceExistsError, or ResourceModifiedError if its ETag is another."""
        assert length in (None, len(data))
        assert match_condition is (None if etag is None else MatchConditions.IfNotModified)
        await self._account.turn()
        before = self._blobs.get(name)
        if etag is not None:
            if before is None or f'"{before.etag}"' != etag:
                raise ResourceModifiedError("ConditionNotMet")
        elif before is not None and not overwrite:
            raise ResourceExistsError("BlobAlreadyExists")
        self._account.writes += 1
        blob = MemoryBlob(name, bytes(data), dict(metadata or {}), self._account.writes, datetime.now(UTC))
        if before is None:
            insort(self._names, name)
        self._blobs[name] = blob
        return blob

    async def read(self, name: str) -> MemoryBlob:
        """A blob. Raises ResourceNotFoundError."""
        await self._account.turn()
        if name not in self._blobs:
            raise ResourceNotFoundError("BlobNotFound")
        return self._blobs[name]

    async def download_blob(self, name: str, *, offset: int | None = None, length: int | None = None) -> MemoryDownload:
        """A blob or a part of it. Raises ResourceNotFoundError, and HttpResponseError if `offset` is behind its end."""
        blob = await self.read(name)
        if offset is None:
            return MemoryDownload(blob, blob.data)
        if offset >= blob.size:
            raise HttpResponseError("InvalidRange")
        return MemoryDownload(blob, blob.data[offset : None if length is None else offset + length])

    async def delete_blob(self, name: str, *, delete_snapshots: str | None = None) -> None:
        """Delete a blob; none has snapshots here. Raises ResourceNotFoundError."""
        assert delete_snapshots in (None, "include")
        await self.read(name)
        self._blobs.pop(name)
        self._names.pop(bisect_left(self._names, name))

    async def list_blobs(self, *, name_starts_with: str = "", include: list[str] | None = None) -> AsyncIterator[Any]:
        """The blobs whose names begin so, in the order of their names; without metadata, unless it is included."""
        await self._account.turn()
        with_metadata = "metadata" in (include or [])
        for name in self._under(name_starts_with):
            blob = self._blobs[name]
            yield blob if with_metadata else msgspec.structs.replace(blob, metadata={})

    async def list_blob_names(self, *, name_starts_with: str = "") -> AsyncIterator[str]:
        """The names that begin so, in order."""
        async for blob in self.list_blobs(name_starts_with=name_starts_with):
            yield blob.name

    async def walk_blobs(self, *, name_starts_with: str = "", delimiter: str = "/") -> AsyncIterator[Any]:
        """The blobs and the folders right below a prefix."""
        await self._account.turn()
        last = ""
        for name in self._under(name_starts_with):
            inner, slash, _ = name[len(name_starts_with) :].partition(delimiter)
            if not slash:
                yield self._blobs[name]
            elif (folder := f"{name_starts_with}{inner}{delimiter}") != last:
                last = folder
                prefix = BlobPrefix()
                prefix.name = folder
                yield prefix

    def _under(self, prefix: str) -> list[str]:
        first = bisect_left(self._names, prefix)
        # No name has a character beyond the last one of Unicode.
        return self._names[first : bisect_left(self._names, prefix + "\U0010ffff", lo=first)]


class MemoryBlobClient:
    """The client of a blob."""

    def __init__(self, container: MemoryContainer, name: str) -> None:
        self._container = container
        self.blob_name = name

    async def upload_blob(self, data: bytes, **options: Any) -> dict[str, Any]:
        """As `write` of its container; the new ETag in quotes, and when that was."""
        blob = await self._container.write(self.blob_name, data, **options)
        return {"etag": f'"{blob.etag}"', "last_modified": blob.last_modified}

    async def get_blob_properties(self) -> MemoryProperties:
        """Its properties. Raises ResourceNotFoundError."""
        return _properties(await self._container.read(self.blob_name))

    async def exists(self) -> bool:
        """True if it does."""
        try:
            await self._container.read(self.blob_name)
        except ResourceNotFoundError:
            return False
        return True


def _properties(blob: MemoryBlob) -> MemoryProperties:
    return MemoryProperties(f'"{blob.etag}"', blob.size, blob.metadata, blob.last_modified)
