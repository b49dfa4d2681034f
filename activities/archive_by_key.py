"""Write the documents of one partition key in transactional batches, and handle what a batch cannot take."""
# pyright: reportUnknownMemberType=false
# The SDK's batch error is not typed.

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from activities.archived_before import without_archived
from fraud.archive import ARCHIVE_FIELD, FURTHER_FIELD, ArchiveDocument, quarantined
from fraud.quarantine import QuarantinedEvent
from services import cosmos

DOCUMENTS_OF_A_BATCH = cosmos.MAX_BATCH_OPERATIONS // 2
"""A further content takes two operations."""
_CONFLICT, _TOO_LARGE, _BAD_REQUEST, _NOT_FOUND = 409, 413, 400, 404
_PARTITION_FULL = (403, 1014)
"""Status and sub status once one partition key holds 20 GB (source: HTTP status codes for Azure Cosmos DB)."""
_FULL = "the archive refuses it: its partition holds 20 GB already and takes no more"
_PERMANENT = {
    _TOO_LARGE: "the archive refuses it: too large for a document",
    _BAD_REQUEST: "the archive refuses it: not a valid document",
}


class KeyArchive:
    """The documents of one partition key."""

    def __init__(
        self, container: ContainerProxy, key: str, keep_apart: Callable[[QuarantinedEvent], Awaitable[None]]
    ) -> None:
        self._container = container
        self._key = key
        self._keep_apart = keep_apart

    async def write(self, batch: Sequence[ArchiveDocument]) -> None:
        """Create documents.

        A batch is written whole or not at all, so a document that would fail it is taken out of it.
        """
        left = list(batch)
        if any(document.is_further for document in left):
            # The first content of a delivery may not be the first in the archive.
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
                if problem.status_code not in _PERMANENT:
                    raise
                await self._apart(left, _PERMANENT[problem.status_code])
                return
            else:
                return

    async def _apart(self, refused: list[ArchiveDocument], reason: str) -> None:
        """Write a refused batch in halves, and quarantine each document that is refused by itself.

        Sent again unchanged, such a batch would be refused for ever and hold up everything behind it in the hub's
        partition.
        """
        if len(refused) == 1:
            await self._keep_apart(quarantined(refused[0].source, reason))
            return
        half = len(refused) // 2
        await self.write(refused[:half])
        await self.write(refused[half:])

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

    async def _without_archived(self, batch: Sequence[ArchiveDocument]) -> list[ArchiveDocument]:
        return await without_archived(self._container, batch)

    async def _isolate(self, batch: Sequence[ArchiveDocument]) -> None:
        """Quarantine what a full partition cannot take: retrying for ever would hold up every other key."""
        for document in await self._without_archived(batch):
            await self._keep_apart(quarantined(document.source, _FULL))


def _steps(document: ArchiveDocument) -> list[tuple[Any, ...]]:
    """The operations of a document. A further content also marks the first one, whose readers then look for more."""
    create = ("create", (document.content,))
    if not document.is_further:
        return [create]
    mark = {"op": "set", "path": f"/{ARCHIVE_FIELD}/{FURTHER_FIELD}", "value": True}
    return [create, ("patch", (document.event_id, [mark]))]
