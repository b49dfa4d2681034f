"""Write a delivery of the hub to the archive: each content once to Cosmos, malformed events to quarantine."""

from collections import defaultdict
from collections.abc import Sequence

from azure.cosmos.aio import ContainerProxy

from activities.archive_by_key import DOCUMENTS_OF_A_BATCH, KeyArchive
from activities.archived_before import without_archived
from activities.isolate import isolate
from activities.places_to_judge import places_to_judge
from activities.watching.flagged_windows import note_flagged_windows
from fraud.archive import KEY_FIELD, ArchiveDocument, ArchiveWrites, ReceivedEvent, batches, plan_archive
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_places import PlacesTask
from fraud.slices import slices_within
from services import cosmos
from services.concurrency import LARGE, beside, together
from services.cosmos_bulk import CONFLICT, CREATED, Creation, create_in_bulk

_CONCURRENT_WRITES = 8
MOST_BYTES = 4 * 1024 * 1024
"""Of bodies that are read at once: as values of Python they take up to forty times as much, and a delivery may have
1,000 of 1 MB. One of ordinary events has less than this in all."""


async def archive_events(received: Sequence[ReceivedEvent]) -> list[PlacesTask]:
    """Archive a delivery. Archiving it twice changes nothing, so any failure may be answered by delivering it again.

    Gives what has to be judged now, because no window can ever name it. Raises what Cosmos or the blob service raised
    if they are away or too busy.
    """
    by_place: list[QuarantinedEvent] = []
    for portion in slices_within(received, len(received), MOST_BYTES, lambda source: len(source.body)):
        by_place += await _archive(portion)
    return await places_to_judge(by_place)


async def _archive(received: Sequence[ReceivedEvent]) -> list[QuarantinedEvent]:
    plan = await beside(sum(len(source.body) for source in received) > LARGE, plan_archive, received)
    by_place = await _write(plan)
    await note_flagged_windows(document for documents in plan.documents.values() for document in documents)
    return by_place


async def write_archive(plan: ArchiveWrites) -> list[PlacesTask]:
    """Write a plan without noting its flagged windows: the stream job may have seen none of these events."""
    return await places_to_judge(await _write(plan))


async def _write(plan: ArchiveWrites) -> list[QuarantinedEvent]:
    """Write a plan. Gives what is to be judged by its place."""
    container = await cosmos.events()
    by_place: list[QuarantinedEvent] = []

    async def keep_apart(record: QuarantinedEvent) -> None:
        if await isolate(record):
            by_place.append(record)

    left = await _left_by_bulk(container, plan.documents)
    size = sum(len(document.source.body) for documents in left.values() for document in documents)
    writes = (
        KeyArchive(container, key, keep_apart).write(batch)
        for key, of_key in (await beside(size > LARGE, _in_batches, left)).items()
        for batch in of_key
    )
    await together([*map(keep_apart, plan.malformed), *writes], at_once=_CONCURRENT_WRITES)
    return by_place


def _in_batches(left: dict[str, list[ArchiveDocument]]) -> dict[str, list[Sequence[ArchiveDocument]]]:
    return {key: [*batches(documents, DOCUMENTS_OF_A_BATCH, cosmos.MAX_BATCH_BYTES)] for key, documents in left.items()}


async def _left_by_bulk(
    container: ContainerProxy, plan: dict[str, list[ArchiveDocument]]
) -> dict[str, list[ArchiveDocument]]:
    """Create documents in bulk. Gives those that are left to write key by key, which handles every refusal.

    A further content is written with a mark on the first one, in one transaction, so all documents of its key are left.
    """
    left: defaultdict[str, list[ArchiveDocument]] = defaultdict(list)
    in_bulk: list[ArchiveDocument] = []
    for key, documents in plan.items():
        if any(document.is_further for document in documents):
            left[key] += documents
        else:
            in_bulk += documents
    creations = [Creation(key=document.content[KEY_FIELD], document=document.content) for document in in_bulk]
    statuses = await create_in_bulk(container, await cosmos.event_ranges(), creations)
    by_status: defaultdict[int, list[ArchiveDocument]] = defaultdict(list)
    for document, status in zip(in_bulk, statuses, strict=True):
        by_status[status].append(document)
    by_status.pop(CREATED, None)
    refused = await without_archived(container, by_status.pop(CONFLICT, []))
    for document in (document for documents in (refused, *by_status.values()) for document in documents):
        left[document.content[KEY_FIELD]].append(document)
    return left
