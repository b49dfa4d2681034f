"""Write a delivery of the hub to the archive: each event once to Cosmos, malformed ones to quarantine."""
# pyright: reportUnknownMemberType=false
# The SDK's batch error is not typed.

from collections.abc import Sequence
from typing import Any, cast

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError

from activities.quarantine import quarantine
from fraud.archive import ArchiveDocument, ReceivedEvent, batches, plan_archive, quarantined
from fraud.events import StoreKey
from services import cosmos
from services.concurrency import together

_CONCURRENT_WRITES = 8
_CONFLICT, _TOO_LARGE, _BAD_REQUEST = 409, 413, 400
_PARTITION_FULL = (403, 1014)
"""Status and sub status once one partition key holds 20 GB (source: HTTP status codes for Azure Cosmos DB)."""
_FULL = "the archive refuses it: its partition holds 20 GB already and takes no more"
_PERMANENT = {
    _TOO_LARGE: "the archive refuses it: too large for a document",
    _BAD_REQUEST: "the archive refuses it: not a valid document",
}


async def archive_events(received: Sequence[ReceivedEvent]) -> None:
    """Archive a delivery. Done twice it changes nothing, so any failure may be answered by delivering it again.

    Raises what Cosmos or the blob service raised if they are away or too busy.
    """
    plan = plan_archive(received)
    container = await cosmos.events()
    writes = (
        _StoreArchive(container, store).write(batch)
        for store, documents in plan.documents.items()
        for batch in batches(documents, cosmos.MAX_BATCH_OPERATIONS, cosmos.MAX_BATCH_BYTES)
    )
    await together([*map(quarantine, plan.malformed), *writes], at_once=_CONCURRENT_WRITES)


class _StoreArchive:
    """The archive of one store: a partition of the container."""

    def __init__(self, container: ContainerProxy, store: StoreKey) -> None:
        self._container = container
        self._store = store

    async def write(self, batch: Sequence[ArchiveDocument]) -> None:
        """Create documents. A batch lands whole or not at all, so what stands in its way is taken out of it."""
        left = list(batch)
        while left:
            try:
                await self._container.execute_item_batch([("create", (one.content,)) for one in left], self._store)
            except CosmosBatchOperationError as problem:
                left = await self._without_obstacle(left, problem)
            except CosmosHttpResponseError as problem:
                if (problem.status_code, problem.sub_status) == _PARTITION_FULL:
                    await self._isolate(left)
                    return
                if problem.status_code != _TOO_LARGE or len(left) > 1:
                    raise
                await quarantine(quarantined(left[0].source, _PERMANENT[_TOO_LARGE]))
                return
            else:
                return

    async def _without_obstacle(
        self, batch: list[ArchiveDocument], problem: CosmosBatchOperationError
    ) -> list[ArchiveDocument]:
        # The error's own status is not set; the operation that failed carries it, the others say 424.
        index = cast(int, problem.error_index)
        answer = cast(list[dict[str, Any]], problem.operation_responses)[index]
        status = answer["statusCode"]
        if status == _CONFLICT and (archived := await self._archived(batch)):
            return [one for one in batch if one.id not in archived]
        if (status, answer.get("subStatusCode")) == _PARTITION_FULL:
            await self._isolate(batch)
            return []
        if status in _PERMANENT:
            await quarantine(quarantined(batch[index].source, _PERMANENT[status]))
            return batch[:index] + batch[index + 1 :]
        raise problem

    async def _isolate(self, batch: Sequence[ArchiveDocument]) -> None:
        """Quarantine what a full partition cannot take: to try again for ever would hold up every other store."""
        archived = await self._archived(batch)
        for one in batch:
            if one.id not in archived:
                await quarantine(quarantined(one.source, _FULL))

    async def _archived(self, batch: Sequence[ArchiveDocument]) -> set[str]:
        """Which of a batch are in the archive already: one query, where asking by further batches takes one each."""
        found = await self._container.read_items([(one.id, self._store) for one in batch])
        return {document["id"] for document in found}
