"""Read blobs slice by slice into whatever takes them: memory holds a slice, whatever the blobs' sizes."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from services.blobs import read_chunks, why_unreadable

VANISHED = "the blob was deleted after it had been listed"


class Fed(Protocol):
    """Takes the bytes of one blob, in order."""

    def feed(self, chunk: bytes) -> None:
        """Take a slice of any length."""
        ...

    def close(self) -> None:
        """No more bytes follow."""
        ...


async def feed_blobs(
    container: ContainerClient,
    paths: Iterable[str],
    open_blob: Callable[[str], Fed],
    unreadable: Callable[[str, int, str], None],
) -> None:
    """Read each blob once. One that vanished or cannot be read as it is, is `unreadable` (path, offset, reason),
    and the rest is read.

    Raises what the blob service raised otherwise.
    """
    for path in paths:
        blob = open_blob(path)
        try:
            async for chunk in read_chunks(container, path):
                # Off the event loop: other activities' requests go on meanwhile.
                await asyncio.to_thread(blob.feed, chunk)
        except ResourceNotFoundError:
            # Trying again cannot bring it back; what an archive blob held shows as a gap.
            unreadable(path, 0, VANISHED)
            continue
        except HttpResponseError as error:
            why = why_unreadable(error)
            if why is None:
                raise
            unreadable(path, 0, f"{why}, and reconcile again")
            continue
        await asyncio.to_thread(blob.close)
