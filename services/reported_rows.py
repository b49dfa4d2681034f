"""The rows that the stream job has written to `suspicious-events`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator, Callable

from azure.storage.blob import BlobProperties

from services import names
from services.blobs import read_bytes, warehouse

CORRECTION = "correction-"
"""The beginning of the names of blobs that repairs enter beside those of the job."""


async def list_reported(folder: str) -> AsyncIterator[BlobProperties]:
    """The blobs of the job in a folder, without what repairs entered. Raises what the blob service raised."""
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    async for blob in container.list_blobs(name_starts_with=folder):
        if f"/{CORRECTION}" not in blob.name:
            yield blob


async def read_rows(path: str, start: int, most: int, is_row: Callable[[bytes], object]) -> tuple[bytes, int]:
    """The whole rows in the next `most` bytes of a blob, and the number of bytes that were read for them.

    A row that is cut is read once its end is there. The last row need not end with a newline: `is_row` tells whether it
    is whole.
    """
    content = await read_bytes(await warehouse(names.SUSPICIOUS_EVENTS), path, start, most)
    end = content.rfind(b"\n") + 1
    return (content if is_row(content[end:]) else content[:end]), len(content)
