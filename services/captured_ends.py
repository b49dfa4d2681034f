"""The last event that Capture has written of each partition, however long ago."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from azure.storage.blob.aio import ContainerClient

from reconciliation.capture.path import CaptureBlob
from services import names
from services.blobs import warehouse
from services.capture_archive import list_blobs, list_last_blobs, list_partitions, sequence_span
from services.concurrency import together

_GAP = timedelta(hours=2)
"""After a longer rest the last events are looked for as at first, rather than in every blob since."""
_AHEAD = timedelta(minutes=5)
_PARTITIONS_AT_ONCE = 4
_HEADER_BYTES = 64 * 1024
"""A blob with more holds events, whether or not they can be read."""


class _End(msgspec.Struct, frozen=True):
    """A partition's end: -1 if Capture has written no event of it, None if that cannot be told.

    Blobs up to the trigger time `until` were looked at; one of `empty` bytes holds no event.
    """

    last: int | None
    until: datetime
    empty: int = 0
    newest: datetime = datetime.min.replace(tzinfo=UTC)
    """The trigger time of its newest blob."""


class CapturedEnds:
    """By partition, the sequence number of the last event in Capture's blobs."""

    def __init__(self) -> None:
        self._ends: dict[str, _End] = {}

    async def read(self, now: datetime) -> dict[str, int]:
        """The ends by partition: -1 where Capture has written only empty blobs; partitions with an unknown end are left
        out.

        Where the archive has a partition in several namespaces, the one that was captured last counts. Each blob is
        read once; after a rest and at first, blobs of idle hours are skipped by their size. Raises what the blob
        service raised.
        """
        archive = await warehouse(names.ALL_EVENTS)
        partitions = await list_partitions(archive)
        ends = await together((self._read(archive, name, now) for name in partitions), at_once=_PARTITIONS_AT_ONCE)
        self._ends = dict(zip(partitions, ends, strict=True))
        in_order = sorted(self._ends.items(), key=lambda named: named[1].newest)
        of_hub = {name.rpartition("/")[2]: end.last for name, end in in_order}
        return {partition: last for partition, last in of_hub.items() if last is not None}

    async def _read(self, archive: ContainerClient, partition: str, now: datetime) -> _End:
        before = self._ends.get(partition)
        if before is None or now - before.until > _GAP:
            return await _search(archive, partition, now + _AHEAD)
        listed = await list_blobs(archive, partition, before.until, now + _AHEAD)
        blobs = [blob for blob in listed if blob.triggered > before.until]
        if not blobs:
            return before
        last = await _last_in(archive, blobs, before.empty)
        newest = max(blob.triggered for blob in blobs)
        return _End(before.last if last is None else last, newest, before.empty, newest)


async def _search(archive: ContainerClient, partition: str, before: datetime) -> _End:
    """The end by the last blobs before a moment that hold events."""
    newest = (await list_last_blobs(archive, partition, before, 0)).blobs
    if not newest:
        return _End(None, before - _AHEAD)
    until, blob = max((blob.triggered, blob) for blob in newest)
    if (last := await _last_in(archive, [blob], 0)) is not None:
        return _End(last, until, newest=until)
    if blob.size > _HEADER_BYTES:
        return _End(None, until, newest=until)
    earlier = await list_last_blobs(archive, partition, before, blob.size)
    last = -1 if earlier.is_all else await _last_in(archive, earlier.blobs, blob.size)
    return _End(last, until, blob.size, until)


async def _last_in(archive: ContainerClient, blobs: Sequence[CaptureBlob], empty: int) -> int | None:
    """The last sequence number in some blobs of a partition; None if none of them holds an event that can be read."""
    for blob in sorted(blobs, key=lambda blob: blob.triggered, reverse=True):
        if blob.size > empty and (span := await sequence_span(archive, blob)):
            return span[1]
    return None
