"""Remember the last windows in which an archived event is flagged: the stream job must report each of them."""

import logging
from collections.abc import Iterable
from datetime import datetime

import msgspec
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob.aio import ContainerClient

from fraud.archive import ArchiveDocument
from fraud.suspicion import is_suspicious
from fraud.watching.checks import ZonedTime
from fraud.windows import window_of
from services.blobs import read_blob, workflow_data, write_blob
from services.watching import azure_time

_FOLDER = "watch/flagged/"
_KEPT = 12
"""Windows of a partition: an hour of them."""

_ends = msgspec.json.Decoder(list[ZonedTime])
_log = logging.getLogger(__name__)
_noted: dict[str, set[datetime]] = {}
"""By partition, what this process has written or found written. A partition is read by one process at a time."""


async def note_flagged_windows(documents: Iterable[ArchiveDocument]) -> None:
    """Note the windows of flagged documents: one write per partition and window, however many events it has.

    Noting them twice changes nothing. Raises what the blob service raised.
    """
    ends: dict[str, set[datetime]] = {}
    for document in documents:
        event = document.content
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")):
            source = document.source
            ends.setdefault(source.partition, set()).add(window_of(source.enqueued_time).end)
    for partition, seen in ends.items():
        if not seen <= _noted.get(partition, set()):
            await _note(partition, seen)


async def _note(partition: str, ends: set[datetime]) -> None:
    container, path = await workflow_data(), f"{_FOLDER}p{partition}.json"
    before, now = await _read(container, path), await azure_time()
    # An end that no archived event can have yet is of another hand, and must not take the place of one that has some.
    begun = {end for end in before if end <= window_of(now).end}
    kept = sorted(begun | ends)[-_KEPT:]
    if set(kept) != before:
        await write_blob(container, path, msgspec.json.encode(kept))
    # What is older than those that are kept is noted too: a repair archives old events again.
    _noted[partition] = {*kept, *ends}


async def read_flagged_windows() -> tuple[datetime, ...]:
    """The ends of the last windows with flagged events, of all partitions, in order."""
    container = await workflow_data()
    ends: set[datetime] = set()
    async for name in container.list_blob_names(name_starts_with=_FOLDER):
        ends |= await _read(container, name)
    return tuple(sorted(ends))


async def _read(container: ContainerClient, path: str) -> set[datetime]:
    """The ends in a blob; none without one, or if somebody has damaged it: the archiver must not wait for a watch."""
    try:
        return set(_ends.decode(await read_blob(container, path)))
    except ResourceNotFoundError:
        return set()
    except (ValueError, RecursionError) as problem:
        _log.error("%s cannot be read, and is written anew: %s", path, problem)
        return set()
