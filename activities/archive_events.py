"""Write a delivery of the hub to the archive: each content once to Cosmos, malformed events to quarantine."""
# pyright: reportUnknownMemberType=false
# The SDK's batch error is not typed.

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from activities.isolate import isolate
from activities.watching.flagged_windows import note_flagged_windows
from fraud.archive import (
    ARCHIVE_FIELD,
    FURTHER_FIELD,
    ArchiveDocument,
    ReceivedEvent,
    batches,
    plan_archive,
    quarantined,
)
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_places import PlacesTask, places_tasks
from services import cosmos
from services.concurrency import together

_CONCURRENT_WRITES = 8
_DOCUMENTS_OF_A_BATCH = cosmos.MAX_BATCH_OPERATIONS // 2
"""A further content takes two operations."""
_CONFLICT, _TOO_LARGE, _BAD_REQUEST, _NOT_FOUND = 409, 413, 400, 404
_PARTITION_FULL = (403, 1014)
"""Status and sub status once one partition key holds 20 GB (source: HTTP status codes for Azure Cosmos DB)."""
_FULL = "the archive refuses it: its partition holds 20 GB already and takes no more"
_PERMANENT = {
    _TOO_LARGE: "the archive refuses it: too large for a document",
    _BAD_REQUEST: "the archive refuses it: not a valid document",
}


async def archive_events(received: Sequence[ReceivedEvent]) -> list[PlacesTask]:
    """Archive a delivery. Archiving it twice changes nothing, so any failure may be answered by delivering it again.

    Gives what is to be judged now, because no window may ever name it. Raises what Cosmos or the blob service raised if
    they are away or too busy.
    """
    plan = plan_archive(received)
    container = await cosmos.events()
    by_place: list[QuarantinedEvent] = []

    async def keep_apart(record: QuarantinedEvent) -> None:
        if await isolate(record):
            by_place.append(record)

    writes = (
        _KeyArchive(container, key, keep_apart).write(batch)
        for key, documents in plan.documents.items()
        for batch in batches(documents, _DOCUMENTS_OF_A_BATCH, cosmos.MAX_BATCH_BYTES)
    )
    await together([*map(keep_apart, plan.malformed), *writes], at_once=_CONCURRENT_WRITES)
    await note_flagged_windows(document for documents in plan.documents.values() for document in documents)
    return places_tasks(by_place)


class _KeyArchive:
    """The documents of one partition key."""

    def __init__(
        self, container: ContainerProxy, key: str, keep_apart: Callable[[QuarantinedEvent], Awaitable[None]]
    ) -> None:
        self._container = container
        self._key = key
        self._keep_apart = keep_apart

    async def write(self, batch: Sequence[ArchiveDocument]) -> None:
        """Create documents. A batch lands whole or not at all, so what stands in its way is taken out of it."""
        left = list(batch)
        if any(document.is_further for document in left):
            # The first of a delivery need not be the first of the archive.
            left = await self._without_archived(left)
        while left:
            steps = [(document, step) for document in left for step in _steps(document)]
            try:
                await self._container.execute_item_batch([step for _, step in steps], self._key)
            except CosmosBatchOperationError as problem:
                left = await self._without_obstacle(left, [document for document, _ in steps], problem)
            except CosmosHttpResponseError as problem:
                if (problem.status_code, problem.sub_status) == _PARTITION_FULL:
                    await self._isolate(left)
                    return
                if problem.status_code != _TOO_LARGE or len(left) > 1:
                    raise
                await self._keep_apart(quarantined(left[0].source, _PERMANENT[_TOO_LARGE]))
                return
            else:
                return

    async def _without_obstacle(
        self, batch: list[ArchiveDocument], of_steps: list[ArchiveDocument], problem: CosmosBatchOperationError
    ) -> list[ArchiveDocument]:
        # The error's own status is not set; the operation that failed carries it, the others say 424.
        index = cast(int, problem.error_index)
        answer = cast(list[dict[str, Any]], problem.operation_responses)[index]
        status, obstacle = answer["statusCode"], of_steps[index]
        if status == _CONFLICT and (left := await self._without_archived(batch)) != batch:
            return left
        if status == _NOT_FOUND and obstacle.is_further:
            # The first content has expired, or was quarantined: then this one is the first.
            return [document.as_first() if document is obstacle else document for document in batch]
        if (status, answer.get("subStatusCode")) == _PARTITION_FULL:
            await self._isolate(batch)
            return []
        if status in _PERMANENT:
            await self._keep_apart(quarantined(obstacle.source, _PERMANENT[status]))
            return [document for document in batch if document is not obstacle]
        raise problem

    async def _isolate(self, batch: Sequence[ArchiveDocument]) -> None:
        """Quarantine what a full partition cannot take: to try again for ever would hold up every other key."""
        for document in await self._without_archived(batch):
            await self._keep_apart(quarantined(document.source, _FULL))

    async def _without_archived(self, batch: Sequence[ArchiveDocument]) -> list[ArchiveDocument]:
        """The documents of a batch that are left to write: one query, where further batches would take one each."""
        ids = {name for document in batch for name in (document.event_id, document.as_further().id)}
        documents = await self._container.read_items([(name, self._key) for name in sorted(ids)])
        archived = {document["id"]: document for document in documents}
        return [left for document in batch if (left := _still_to_write(document, archived))]


def _steps(document: ArchiveDocument) -> list[tuple[Any, ...]]:
    """The operations of a document. A further content marks the first: whoever reads that looks for more."""
    create = ("create", (document.content,))
    if not document.is_further:
        return [create]
    mark = {"op": "set", "path": f"/{ARCHIVE_FIELD}/{FURTHER_FIELD}", "value": True}
    return [create, ("patch", (document.event_id, [mark]))]


def _still_to_write(document: ArchiveDocument, archived: dict[str, dict[str, Any]]) -> ArchiveDocument | None:
    """The document as it can be written beside what is archived; None if its content is there already."""
    first = archived.get(document.event_id)
    further = document if document.is_further else document.as_further()
    if further.id in archived or (first and document.holds_what(first)):
        return None
    return further if first else document
