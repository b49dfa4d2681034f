"""The archive that Event Hubs Capture keeps in the container `all-events`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import BlobPrefix, ContainerClient

from reconciliation.capture.file import CaptureFile
from reconciliation.capture.path import CaptureBlob, hour_prefixes, parse_blob_name
from services import names

_HEADER_BYTES = 16 * 1024
LOOK_BACK_HOURS = 7 * 24
"""Hours with blobs, all of them empty, after which the last events before a moment are given up."""


class LastBlobs(NamedTuple):
    """The blobs of an hour, empty if no blob has events; `is_all` if no blob was written since the archive began."""

    blobs: list[CaptureBlob]
    is_all: bool


async def list_partitions(archive: ContainerClient) -> list[str]:
    """All partitions that the hub ever captured, as `{Namespace}/{EventHub}/{PartitionId}`."""
    return [
        partition.rstrip("/")
        async for namespace in _folders(archive, "")
        async for partition in _folders(archive, f"{namespace}{names.EVENT_HUB}/")
    ]


async def list_blobs(archive: ContainerClient, partition: str, start: datetime, end: datetime) -> list[CaptureBlob]:
    """The blobs of a partition that were triggered in [start, end]."""
    blobs: list[CaptureBlob] = []
    for prefix in hour_prefixes(partition, start, end):
        async for item in archive.list_blobs(name_starts_with=prefix):
            blob = parse_blob_name(item.name, item.size, item.etag)
            if blob is not None and start <= blob.triggered <= end:
                blobs.append(blob)
    return blobs


async def list_triggers(archive: ContainerClient, partition: str, start: datetime, end: datetime) -> list[datetime]:
    """The moments in [start, end] at which blobs of a partition were triggered: names are read in half of the time."""
    triggers: list[datetime] = []
    for prefix in hour_prefixes(partition, start, end):
        async for name in archive.list_blob_names(name_starts_with=prefix):
            blob = parse_blob_name(name)
            if blob is not None and start <= blob.triggered <= end:
                triggers.append(blob.triggered)
    return triggers


async def list_last_blobs(archive: ContainerClient, partition: str, before: datetime, empty: int) -> LastBlobs:
    """The blobs of the last hour before a moment in which Capture wrote events of a partition, however long ago.

    A blob of `empty` bytes holds none. Idle partitions have one per interval: LOOK_BACK_HOURS of these are the bound.
    """
    limit = f"{partition}/{before:%Y/%m/%d/%H}/"
    idle_hours = 0

    async def last_in(folder: str) -> list[CaptureBlob]:
        nonlocal idle_hours
        if len(folder) == len(limit):
            items = [item async for item in archive.list_blobs(name_starts_with=folder)]
            named = [parse_blob_name(item.name, item.size, item.etag) for item in items]
            blobs = [blob for blob in named if blob is not None and blob.triggered < before]
            if any(blob.size > empty for blob in blobs):
                return blobs
            idle_hours += bool(blobs)
            return []
        inner = [name async for name in _folders(archive, folder)]
        # Folders are named by year, month, day and hour with leading zeros: they sort as time does.
        for name in sorted((name for name in inner if name <= limit[: len(name)]), reverse=True):
            if blobs := await last_in(name):
                return blobs
            if idle_hours >= LOOK_BACK_HOURS:
                break
        return []

    blobs = await last_in(f"{partition}/")
    return LastBlobs(blobs, is_all=not blobs and idle_hours < LOOK_BACK_HOURS)


async def codec_of(archive: ContainerClient, blob: CaptureBlob) -> str:
    """The codec in a blob's header: `null`, or `deflate` if it is that or cannot be told from the first bytes."""
    try:
        start = await (await archive.download_blob(blob.name, offset=0, length=_HEADER_BYTES)).readall()
    except HttpResponseError:
        # It was deleted or is empty; the scan says so.
        return "deflate"
    file = CaptureFile()
    for _ in file.feed(start):
        break
    return "null" if file.schema and file.codec == b"null" else "deflate"


async def _folders(archive: ContainerClient, prefix: str) -> AsyncIterator[str]:
    async for item in archive.walk_blobs(name_starts_with=prefix, delimiter="/"):
        if isinstance(item, BlobPrefix):
            yield item.name
