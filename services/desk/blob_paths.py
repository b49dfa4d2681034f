"""Blobs by their paths, the last path first, without listing a whole container.

The app's paths begin with a time, so the last path is the newest. Folders that lie outside the asked paths are not
listed.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime

import msgspec
from azure.storage.blob import BlobProperties
from azure.storage.blob.aio import BlobPrefix, ContainerClient

MAX_LISTED = 50_000
"""Names of a folder that are kept to give the last first, those of its end; pages before them come to the others."""


class ListedBlob(msgspec.Struct, frozen=True):
    """A blob as a listing tells it."""

    path: str
    size: int
    written: datetime


class PathRange(msgspec.Struct, frozen=True):
    """Paths under `root`, of which the rest lies in [first, last], by as many characters as these have; below `before`.

    `before` is the last path of the page before.
    """

    root: str = ""
    first: str = ""
    last: str = ""
    before: str | None = None

    def may_hold(self, name: str) -> bool:
        """True if a blob, or a folder whose name ends in /, lies in it or holds what does."""
        if self.before is not None and name >= self.before and not self.before.startswith(name):
            return False
        rest = name.removeprefix(self.root)
        length = min(len(rest), len(self.first))
        if rest[:length] < self.first[:length]:
            return False
        length = min(len(rest), len(self.last))
        return not self.last or rest[:length] <= self.last[:length]


async def last_first(container: ContainerClient, paths: PathRange) -> AsyncIterator[ListedBlob]:
    """The blobs of a range, the last path first. Raises what the blob service raised."""
    folders = [paths.root]
    while folders:
        inner: list[str] = []
        # A listing is in the order of names.
        blobs: deque[ListedBlob] = deque(maxlen=MAX_LISTED)
        async for item in container.walk_blobs(name_starts_with=folders.pop(), delimiter="/"):
            if not paths.may_hold(item.name):
                continue
            if isinstance(item, BlobPrefix):
                inner.append(item.name)
            elif item.name != paths.before:
                blobs.append(_listed(item))
        # The app keeps either folders or blobs in a folder.
        for blob in sorted(blobs, key=lambda listed: listed.path, reverse=True):
            yield blob
        folders += sorted(inner)


async def last_folders(container: ContainerClient, paths: PathRange, levels: int) -> AsyncIterator[str]:
    """The folders so many levels below the root of a range, the last one first; what lies in them is not listed."""
    folders = [paths.root]
    while folders:
        folder = folders.pop()
        if folder.count("/") == paths.root.count("/") + levels:
            yield folder
            continue
        items = container.walk_blobs(name_starts_with=folder, delimiter="/")
        inner = [item.name async for item in items if isinstance(item, BlobPrefix) and paths.may_hold(item.name)]
        folders += sorted(inner)


async def last_paths(container: ContainerClient, paths: PathRange, most: int) -> list[str]:
    """The last paths of a range, at most so many, the last one first. Raises what the blob service raised."""
    listed: list[str] = []
    async for blob in last_first(container, paths):
        listed.append(blob.path)
        if len(listed) >= most:
            break
    return listed


def _listed(blob: BlobProperties) -> ListedBlob:
    return ListedBlob(blob.name, blob.size, blob.last_modified)
