"""Verdicts that a re-analysis has replaced: `kept/{path}/{revision}-{digest}.ndjson` in `fraud-events`."""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from fraud.verdicts import kept_folder
from services import names
from services.blob_revisions import Revision
from services.blobs import NDJSON, warehouse, write_over

_BY, _AT = "reanalysis", "replaced"
"""The blob's metadata that names the re-analysis, and the time: the blob's own is not Azure's where that runs faster on
one machine. An earlier version kept no time."""


class KeptBlob(msgspec.Struct, frozen=True, kw_only=True):
    """Verdicts that were replaced: their revision, the re-analysis that did it, and when."""

    path: str
    revision: int
    by: str
    at: datetime


async def keep_before(path: str, before: Revision, reanalysis: str, when: datetime) -> None:
    """Keep the verdicts that lie at a path. Done twice, it writes the same: the content is part of the name."""
    digest = sha256(before.data).hexdigest()[:16]
    kept = f"{kept_folder(path)}{before.number:06}-{digest}.ndjson"
    metadata = {_BY: reanalysis, _AT: when.isoformat()}
    await write_over(await warehouse(names.FRAUD_EVENTS), kept, before.data, NDJSON, metadata)


async def list_kept(path: str) -> list[KeptBlob]:
    """The verdicts that lay at a path before, the first revision first."""
    container = await warehouse(names.FRAUD_EVENTS)
    return [
        KeptBlob(
            path=blob.name,
            revision=_revision(blob.name),
            by=(metadata := blob.metadata or {}).get(_BY, ""),
            at=_moment(metadata.get(_AT, "")) or blob.last_modified,
        )
        async for blob in container.list_blobs(name_starts_with=kept_folder(path), include=["metadata"])
    ]


def _revision(path: str) -> int:
    digits = path.rpartition("/")[2].partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # absent, or somebody has altered it
