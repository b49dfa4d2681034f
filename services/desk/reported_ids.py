"""The windows that name an id, from the rows of the stream job and of repairs.

Once an event has left the archive, nothing else tells in which windows it was.
"""

from collections.abc import Collection
from datetime import datetime

from fraud.events import StoreKey
from fraud.windows import parse_windows
from services import names
from services.blobs import read_if_there, warehouse
from services.concurrency import LARGE, beside, together
from services.desk.blob_paths import PathRange, last_first

MOST_BYTES = 128 * 1024 * 1024
"""Three million ids: some 3 s of one core."""
MOST_BLOBS = 5_000
_AT_ONCE = 8

StoreWindow = tuple[StoreKey | None, datetime]
"""A store, None for events without one, and the end of a window."""


async def windows_naming(ids: Collection[str]) -> list[tuple[str, StoreWindow]]:
    """Each of these ids with each window that names it, the latest first.

    The latest rows are read, MOST_BYTES of them in MOST_BLOBS blobs; those in the archive tier cannot be. Raises what
    the blob service raised.
    """
    if not ids:
        return []
    container = await warehouse(names.SUSPICIOUS_EVENTS)
    paths: list[str] = []
    left = MOST_BYTES
    async for blob in last_first(container, PathRange()):
        left -= blob.size
        if left < 0 or len(paths) == MOST_BLOBS:
            break
        paths.append(blob.path)
    asked = frozenset(ids)
    read = await together((_naming(path, asked) for path in paths), at_once=_AT_ONCE)
    return [each for of_blob in read for each in of_blob]


async def _naming(path: str, ids: frozenset[str]) -> list[tuple[str, StoreWindow]]:
    rows = await read_if_there(await warehouse(names.SUSPICIOUS_EVENTS), path)
    if rows is None:
        return []  # gone since it was listed, or archived
    return await beside(len(rows) > LARGE, _named_in, rows, ids)


def _named_in(rows: bytes, ids: frozenset[str]) -> list[tuple[str, StoreWindow]]:
    windows = sorted(parse_windows(rows).windows, key=lambda window: window.window.end, reverse=True)
    return [(each, (window.store_id, window.window.end)) for window in windows for each in sorted(ids & {*window.ids})]
