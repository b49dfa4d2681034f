"""The archive that Event Hubs Capture keeps in the container `all-events`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from azure.core.exceptions import HttpResponseError
from azure.storage.blob.aio import BlobPrefix, ContainerClient

from reconciliation.capture.file import Block, CaptureFile
from reconciliation.capture.path import CaptureBlob, hour_prefixes, parse_blob_name
from reconciliation.capture.reader import reader_of
from reconciliation.capture.records import DamagedRecordError, Records
from services import names
from services.blobs import read_blob, read_bytes

_HEADER_BYTES = 16 * 1024
_ENDS_BYTES = ((2 * 1024 * 1024, 1024 * 1024), (8 * 1024 * 1024, 8 * 1024 * 1024))
"""Of the head and the tail of a blob: a block of Capture has some 10 KB to a few 100 KB, but more than 1 MB where the
body of an event has that much."""
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
    return [
        blob
        for prefix in hour_prefixes(partition, start, end)
        async for item in archive.list_blobs(name_starts_with=prefix)
        if (blob := parse_blob_name(item.name, item.size, item.etag)) and start <= blob.triggered <= end
    ]


async def list_triggers(archive: ContainerClient, partition: str, start: datetime, end: datetime) -> list[datetime]:
    """The moments in [start, end] at which blobs of a partition were triggered: names are read in half of the time."""
    return [
        blob.triggered
        for prefix in hour_prefixes(partition, start, end)
        async for name in archive.list_blob_names(name_starts_with=prefix)
        if (blob := parse_blob_name(name)) and start <= blob.triggered <= end
    ]


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
        start = await read_bytes(archive, blob.name, 0, _HEADER_BYTES)
    except HttpResponseError:
        # It was deleted or is empty; the scan says so.
        return "deflate"
    file = CaptureFile()
    for _ in file.feed(start):
        break
    return "null" if file.schema and file.codec == b"null" else "deflate"


async def sequence_span(archive: ContainerClient, blob: CaptureBlob) -> tuple[int, int] | None:
    """The sequence numbers of the first and the last event in a blob; None if it has none that can be read.

    Only its first and its last bytes are read, and more of them if no block ends there.
    """
    try:
        for head, tail in _ENDS_BYTES:
            if blob.size <= head + tail:
                return _span_of([await read_blob(archive, blob.name)])
            spans = ((0, head), (blob.size - tail, tail))
            chunks = [await read_bytes(archive, blob.name, start, length) for start, length in spans]
            if span := _span_of(chunks):
                return span
    except HttpResponseError:
        pass  # deleted meanwhile, or empty
    return None


def _span_of(chunks: Sequence[bytes]) -> tuple[int, int] | None:
    """The sequence numbers of the first and the last event in a blob, of which these chunks were read, its ends.

    None if no block begins in the first chunk, or in the last one.
    """
    file = CaptureFile()
    # Where bytes are left out between head and tail the reader finds a damage, and goes on at the next block.
    items = list(chain(chain.from_iterable(map(file.feed, chunks)), file.finish()))
    blocks = [item for item in items if isinstance(item, Block) and item.count]
    if not blocks or blocks[0].offset >= len(chunks[0]) or blocks[-1].offset < sum(map(len, chunks[:-1])):
        return None
    records = Records([], [], [])
    try:
        read = reader_of(file.schema)
        for block in (blocks[0], blocks[-1]):
            read(block.data, block.start, block.end, block.count, records)
    except (DamagedRecordError, ValueError):
        return None
    return (int(records.sequences[0]), int(records.sequences[-1])) if len(records.sequences) else None


async def _folders(archive: ContainerClient, prefix: str) -> AsyncIterator[str]:
    async for item in archive.walk_blobs(name_starts_with=prefix, delimiter="/"):
        if isinstance(item, BlobPrefix):
            yield item.name
