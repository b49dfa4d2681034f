"""The names of Capture's blobs.

`{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}.avro`, where the time is when the
capture window triggered: the blob holds what was enqueued before. Source: "Capture events through Azure Event Hubs
in Azure Blob Storage", which zero-pads every part.
"""

import re
from datetime import UTC, datetime, timedelta

import msgspec

LONGEST_INTERVAL = timedelta(minutes=15)
"""Capture triggers at least this often."""
LAID = "laid"
"""The namespace, and in documents the partition and the run, of a past that `python -m laying` has laid into the
archives of this machine. No hub has had its events, and nothing judges them."""

_NAME = re.compile(r"([^/]+)/([^/]+)/([^/]+)/(\d{4})/(\d\d)/(\d\d)/(\d\d)/(\d\d)/(\d\d)[^/]*\.avro")


class CaptureBlob(msgspec.Struct, frozen=True, order=True):
    """One blob of the archive. `partition` is `{Namespace}/{EventHub}/{PartitionId}`; sizes are in bytes.

    `etag` changes with every write; empty where it was not asked for.
    """

    partition: str
    triggered: datetime
    name: str
    size: int
    etag: str = ""

    @property
    def partition_id(self) -> str:
        """The partition's id in its hub."""
        return self.partition.rpartition("/")[2]


def parse_blob_name(name: str, size: int = 0, etag: str = "") -> CaptureBlob | None:
    """Read a blob's name; None if Capture does not write such names."""
    if not (match := _NAME.fullmatch(name)):
        return None
    namespace, hub, partition, *moment = match.groups()
    try:
        triggered = datetime(*(int(part) for part in moment), tzinfo=UTC)
    except ValueError:
        return None
    return CaptureBlob(f"{namespace}/{hub}/{partition}", triggered, name, size, etag)


def hour_prefixes(partition: str, start: datetime, end: datetime) -> list[str]:
    """The prefixes under which a partition's blobs of [start, end] lie, one per hour."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    prefixes: list[str] = []
    while hour <= end:
        prefixes.append(f"{partition}/{hour:%Y/%m/%d/%H}/")
        hour += timedelta(hours=1)
    return prefixes
