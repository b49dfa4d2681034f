"""Checkpoints in Blob, in the layout of the Event Hubs extension, so that other tools can read them.

Container `azure-webjobs-eventhub`, blob `{namespace}/{hub}/{consumer group}/checkpoint/{partition}` in lower case, no
content, metadata `offset` and `sequencenumber`. One host reads all partitions here, so ownership is not shared; the
readers' epoch keeps a second host out.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from time import time
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.eventhub import EventData
from azure.eventhub.aio import CheckpointStore
from azure.storage.blob.aio import BlobServiceClient

from local_azure.functions_host.event_hubs.batch import Source

_LOG = logging.getLogger(__name__)
_CONTAINER = "azure-webjobs-eventhub"
_WRITE_EVERY_SECONDS = 1.0
_RETRY_SECONDS = 1.0


class BlobCheckpoints:
    """Reads and writes the checkpoints of one namespace, hub and consumer group."""

    def __init__(self, service: BlobServiceClient, source: Source) -> None:
        self._service = service
        self._container = service.get_container_client(_CONTAINER)
        self._prefix = f"{source.namespace}/{source.hub}/{source.consumer_group}/checkpoint/".lower()

    async def create_container(self) -> None:
        """Create the container if it is not there."""
        with contextlib.suppress(ResourceExistsError):
            await self._container.create_container()

    async def close(self) -> None:
        """Close the connections to storage."""
        await self._service.close()

    async def read(self) -> dict[str, dict[str, str]]:
        """The metadata of each partition's checkpoint; partitions that were never checkpointed are missing."""
        checkpoints: dict[str, dict[str, str]] = {}
        async for blob in self._container.list_blobs(name_starts_with=self._prefix, include=["metadata"]):
            checkpoints[blob.name.removeprefix(self._prefix)] = dict(blob.metadata or {})
        return checkpoints

    def name(self, partition: str) -> str:
        """The container and the blob of a partition's checkpoint."""
        return f"{_CONTAINER}/{self._prefix}{partition}"

    async def write(self, partition: str, offset: str, sequence_number: int) -> None:
        """Replace a partition's checkpoint. Raises AzureError."""
        blob = self._container.get_blob_client(self._prefix + partition)
        metadata = {"offset": offset, "sequencenumber": str(sequence_number)}
        try:
            await blob.set_blob_metadata(metadata)
        except ResourceNotFoundError:
            await blob.upload_blob(b"", overwrite=True, metadata=metadata)


class CheckpointWriter:
    """Writes one partition's newest checkpoint behind the function's back: at once, and then at most one per second.

    The extension writes after every batch and waits. Here a burst of small batches costs no burst of writes; a kill
    in between redelivers up to that much more, which at-least-once delivery allows anyway.
    """

    def __init__(self, checkpoints: BlobCheckpoints, source: Source) -> None:
        self._checkpoints = checkpoints
        self._source = source
        self._newest: EventData | None = None
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def advance(self, event: EventData) -> None:
        """Everything up to this event is done."""
        self._newest = event
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def flush(self) -> None:
        """Write the newest checkpoint now, and wait for it. Nothing may advance any more."""
        self._hurry.set()
        if self._writing:
            await self._writing

    async def _write(self) -> None:
        while (event := self._newest) is not None:
            try:
                await self._checkpoints.write(self._source.partition, str(event.offset), event.sequence_number or 0)
            except AzureError as error:
                _LOG.warning("checkpoint of partition %s not written, trying again: %s", self._source.partition, error)
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if self._newest is event:
                self._newest = None
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _WRITE_EVERY_SECONDS)


class PartitionStore(CheckpointStore):
    """Answers the SDK's event processor: this host owns all partitions, and each goes on from its checkpoint."""

    def __init__(self, checkpoints: BlobCheckpoints) -> None:
        self._checkpoints = checkpoints

    async def list_ownership(self, *_: Any, **__: Any) -> Iterable[dict[str, Any]]:
        """No partition has another owner: nobody else reads."""
        return []

    async def claim_ownership(self, ownership_list: Iterable[dict[str, Any]], **_: Any) -> Iterable[dict[str, Any]]:
        """Every claim is granted."""
        return [{**ownership, "last_modified_time": time(), "etag": "local"} for ownership in ownership_list]

    async def list_checkpoints(self, *names: str, **_: Any) -> Iterable[dict[str, Any]]:
        """The place from which each partition goes on."""
        namespace, hub, group = names
        place = {"fully_qualified_namespace": namespace, "eventhub_name": hub, "consumer_group": group}
        return [
            {**place, "partition_id": partition, "offset": metadata.get("offset")}
            for partition, metadata in (await self._checkpoints.read()).items()
        ]

    async def update_checkpoint(self, checkpoint: dict[str, Any], **_: Any) -> None:
        """The host writes checkpoints itself, through `CheckpointWriter`."""
        raise NotImplementedError
