"""The rows of neighbouring buckets, gathered from all parts: one range of each part, whatever the number of buckets.

They wait in a file on the local disk, so that memory holds one bucket at a time.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import BinaryIO

from activities.reconciliation.run_files import REQUESTS
from reconciliation.reading.rows import Rows, decode_segment, joined, place_of_offsets, read_offsets
from services.blobs import read_bytes, workflow_data
from services.concurrency import together


class BucketRows:
    """Buckets in a file; `offsets` are those of each part, one more than there are buckets."""

    def __init__(self, file: BinaryIO, buckets: range, offsets: Sequence[Sequence[int]]) -> None:
        self._file = file
        self._buckets = buckets
        self._offsets = offsets

    async def read(self, bucket: int) -> tuple[Rows, dict[int, str]]:
        """The rows of a bucket in the order of the parts, and the non-UUID ids by row."""
        return await asyncio.to_thread(self._read, self._buckets.index(bucket))

    def _read(self, place: int) -> tuple[Rows, dict[int, str]]:
        parts: list[Rows] = []
        names: dict[int, str] = {}
        count = 0
        for offsets in self._offsets:
            self._file.seek(offsets[place])
            rows, named = decode_segment(self._file.read(offsets[place + 1] - offsets[place]))
            names.update((count + position, name) for position, name in named.items())
            count += len(rows)
            parts.append(rows)
        return joined(parts), names


@asynccontextmanager
async def gathered(paths: Sequence[str], buckets: range) -> AsyncGenerator[BucketRows]:
    """Copy these buckets of every part to the local disk for as long as they are needed."""
    with tempfile.TemporaryFile() as file:
        offsets = await together((_copy(path, buckets, file) for path in paths), at_once=REQUESTS)
        yield BucketRows(file, buckets, offsets)


async def _copy(path: str, buckets: range, file: BinaryIO) -> list[int]:
    container = await workflow_data()
    offset, length = place_of_offsets(buckets)
    offsets = read_offsets(await read_bytes(container, path, offset, length))
    data = await read_bytes(container, path, offsets[0], offsets[-1] - offsets[0])
    start = file.seek(0, os.SEEK_END)
    file.write(data)
    return [start + place - offsets[0] for place in offsets]
