"""The Capture blobs of the last while, for a look every minute: which partition had one when.

A look that lists all of them anew takes two lists of folders and one or two lists for each partition. A name that was
listed stays what it was, so a look asks only for what came after the last one; for all of it if something is missing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from azure.storage.blob.aio import ContainerClient

from reconciliation.capture.holes import find_holes
from services import names
from services.blobs import warehouse
from services.capture_archive import list_partitions, list_triggers

SPAN = timedelta(minutes=40)


class LatelyCaptured:
    """The moments at which the blobs of the last SPAN were triggered, as far as this process has listed them."""

    def __init__(self) -> None:
        self._listed: dict[str, list[datetime]] = {}
        """By partition, as Capture names it. Only partitions that had a blob lately."""

    async def look(self, now: datetime, partitions: Sequence[str]) -> dict[str, list[datetime]]:
        """By partition of the hub, in order. `partitions` are its ids. Raises what the blob service raised."""
        archive = await warehouse(names.ALL_EVENTS)
        listed = {name: [each for each in moments if now - SPAN <= each] for name, moments in self._listed.items()}
        listed = await _continued(archive, listed, now)
        by_id = _by_id(listed)
        if not set(partitions) <= by_id.keys() or any(find_holes(by_id).values()):
            # Capture may have written the missing blob late, in an hour of before or under another name.
            listed = await _continued(archive, {name: [] for name in await list_partitions(archive)}, now)
        self._listed = listed
        return _by_id(listed)


async def _continued(
    archive: ContainerClient, listed: Mapping[str, Sequence[datetime]], now: datetime
) -> dict[str, list[datetime]]:
    """All that was listed before and has come since; without partitions that have nothing at all."""
    merged = {name: set(moments) for name, moments in listed.items()}
    for name, moments in merged.items():
        moments |= set(await list_triggers(archive, name, max(moments, default=now - SPAN), now))
    return {name: sorted(moments) for name, moments in merged.items() if moments}


def _by_id(listed: Mapping[str, Sequence[datetime]]) -> dict[str, list[datetime]]:
    """By partition of the hub, whichever namespace the hub was in."""
    by_id: dict[str, list[datetime]] = {}
    for name, moments in listed.items():
        by_id.setdefault(name.rpartition("/")[2], []).extend(moments)
    return {partition: sorted(moments) for partition, moments in by_id.items()}
