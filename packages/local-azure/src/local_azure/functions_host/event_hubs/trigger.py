"""Reads every partition of a hub and calls the function: batches in order, one at a time per partition.

The checkpoint of a partition advances after the function succeeded or its retries are used up, as with the Event Hubs
extension; a host that dies in between gets the batch again. Source: "Azure Functions error handling and retries".
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime

from azure.core.exceptions import AzureError
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, PartitionContext

from local_azure.amqp.continuity import Continuity
from local_azure.core.clock import Clock
from local_azure.functions_host.event_hubs.batch import Source, to_argument, to_arguments
from local_azure.functions_host.event_hubs.checkpoints import BlobCheckpoints, CheckpointWriter
from local_azure.functions_host.host_json import EventHubsExtension
from local_azure.functions_host.invocation.caller import Caller
from local_azure.functions_host.invocation.invoker import HostStoppingError

_LOG = logging.getLogger(__name__)
_ENDS = ("beginning_sequence_number", "last_enqueued_sequence_number")


class EventHubTrigger:
    """The readers of one function."""

    def __init__(
        self,
        caller: Caller,
        options: EventHubsExtension,
        client: EventHubConsumerClient,
        checkpoints: BlobCheckpoints,
        source: Source,
    ) -> None:
        self._function = caller.function
        self._caller = caller
        self._options = options
        self._client = client
        self._checkpoints = checkpoints
        self._source = source
        self._partitions: dict[str, _Partition] = {}
        self._many = caller.function.trigger.text("cardinality").lower() == "many"
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Read until cancelled or stopped."""
        await self._checkpoints.create_container()
        start = self._options.initial_offset_options
        positions: dict[str, str | datetime] = {"fromStart": "-1", "fromEnd": "@latest"}
        if start.enqueued_time_utc:
            positions["fromEnqueuedTime"] = datetime.fromisoformat(start.enqueued_time_utc)
        checking = asyncio.create_task(self._check_checkpoints())
        try:
            await self._client.receive_batch(
                self._on_events,
                max_batch_size=self._options.max_event_batch_size,
                max_wait_time=1.0,
                starting_position=positions[start.type],
                prefetch=self._options.prefetch_count,
                owner_level=0,
                on_error=self._on_error,
            )
        finally:
            checking.cancel()

    async def _check_checkpoints(self) -> None:
        """Say if a hub ends before its checkpoint, since it was made anew and is passed over up to there, or begins
        behind it, since events have left it that were not read."""
        with contextlib.suppress(AzureError):  # the reader says what is wrong with the hub or with storage
            for partition, metadata in (await self._checkpoints.read()).items():
                kept = int(metadata.get("sequencenumber", -1))
                properties = await self._client.get_partition_properties(partition)
                first, last = (int(properties[name]) for name in _ENDS)
                if first > kept + 1 >= 1:
                    _LOG.warning(
                        "%s: partition %s of hub %s: events %d to %d are gone: they had left the hub before they were "
                        "read", self._function.name, partition, self._source.hub, kept + 1, first - 1,
                    )  # fmt: skip
                if last < kept:
                    _LOG.warning(
                        "%s: partition %s of hub %s ends at event %d, but its checkpoint is at %d: the hub was made "
                        "anew. Delete the checkpoint %s to read it from its beginning",
                        self._function.name, partition, self._source.hub, last, kept, self._checkpoints.name(partition),
                    )  # fmt: skip

    async def stop(self) -> None:
        """Start no more batches; let those that run end (the caller bounds the wait), write checkpoints, disconnect."""
        self._stopping.set()
        try:
            for partition in self._partitions.values():
                async with partition.busy:
                    await partition.writer.flush()
        finally:
            await self._client.close()
            await self._checkpoints.close()

    async def _on_events(self, context: PartitionContext, events: list[EventData]) -> None:
        partition = self._partitions.get(context.partition_id)
        if partition is None:
            source = self._source._replace(partition=context.partition_id)
            partition = self._partitions[context.partition_id] = _Partition(self._checkpoints, source)
        for first, last in partition.continuity.follow(event.sequence_number for event in events):
            _LOG.warning(
                "%s: partition %s of hub %s: events %d to %d are gone: they had left the hub before they were read, or "
                "it lost them", self._function.name, context.partition_id, self._source.hub, first, last,
            )  # fmt: skip
        partition.pending.add(events, self._options)
        while batch := partition.pending.take(self._options):
            async with partition.busy:
                with contextlib.suppress(HostStoppingError):
                    if not self._stopping.is_set():
                        await self._process(partition, batch)
                        continue
            await asyncio.Event().wait()  # until the client is closed: these events stay unread

    async def _process(self, partition: "_Partition", batch: Sequence[EventData]) -> None:
        if self._many:
            await self._caller.succeeds(lambda: to_arguments(batch, self._function.trigger, partition.source))
        else:
            for event in batch:
                await self._caller.succeeds(lambda event=event: self._single(event, partition.source))
        partition.batches += 1
        if partition.batches % self._options.batch_checkpoint_frequency == 0:
            partition.writer.advance(batch[-1])

    def _single(self, event: EventData, source: Source) -> object:
        return to_argument(event, self._function.trigger, self._function.trigger_annotation, source)

    async def _on_error(self, context: PartitionContext | None, error: Exception) -> None:
        place = f"partition {context.partition_id}" if context else "the hub"
        _LOG.warning("%s: reading %s of %s: %s", self._function.name, place, self._source.hub, error)
        if context and (partition := self._partitions.get(context.partition_id)):
            partition.pending.clear()  # they come again, from the checkpoint on


class _Pending:
    """Events of one partition that wait to be a batch: `minEventBatchSize` of them, or `maxWaitTime`."""

    def __init__(self) -> None:
        self._events: list[EventData] = []
        self._deadline = 0.0
        self._clock = Clock.from_environment()

    def add(self, events: list[EventData], options: EventHubsExtension) -> None:
        """Add what was received."""
        if events and not self._events:
            self._deadline = self._clock.timestamp() + options.max_wait_time
        self._events += events

    def take(self, options: EventHubsExtension) -> list[EventData]:
        """The next batch that is due, empty if none is due yet."""
        if len(self._events) < options.min_event_batch_size and self._clock.timestamp() < self._deadline:
            return []
        batch = self._events[: options.max_event_batch_size]
        del self._events[: len(batch)]
        return batch

    def clear(self) -> None:
        """Forget them."""
        self._events.clear()


class _Partition:
    """The state of one partition. `busy` is held while a batch runs."""

    def __init__(self, checkpoints: BlobCheckpoints, source: Source) -> None:
        self.source = source
        self.pending = _Pending()
        self.continuity = Continuity()
        self.writer = CheckpointWriter(checkpoints, source)
        self.busy = asyncio.Lock()
        self.batches = 0
