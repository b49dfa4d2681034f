"""Capture at work: one task for each partition closes its windows and sees each blob through."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from azure.core.exceptions import AzureError

from local_azure.core.clock import Clock
from local_azure.event_hubs.capture.files import CaptureFiles
from local_azure.event_hubs.capture.journal import Journal, Plan
from local_azure.event_hubs.capture.names import blob_name
from local_azure.event_hubs.capture.settings import CaptureSettings
from local_azure.event_hubs.capture.windows import Progress, complete_window, first_window
from local_azure.event_hubs.hub import EventHub
from local_azure.event_hubs.namespace import EventHubsNamespace
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.positions import Field

log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
"""Real seconds between two looks at a window that may fill before its time."""
_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.5, 5.0
_WRITERS = 2


class Capture:
    """Captures all hubs of a name space; `run` until it is cancelled."""

    def __init__(
        self,
        settings: CaptureSettings,
        namespace: EventHubsNamespace,
        journal: Journal,
        files: CaptureFiles,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._namespace = namespace.container_id
        self._hubs = namespace.hubs
        self._journal = journal
        self._files = files
        self._clock = clock
        self._progress: dict[int, Progress] = {}
        for hub in self._hubs:
            for partition in hub.partitions:
                self._progress[partition.id] = self._journal.progress(partition.id) or first_window(
                    partition, partition.committed.first_sequence, self._now_ms(), self._interval_ms
                )

    def keep_from(self, partition: Partition) -> int:
        """The first sequence number that is not captured yet: retention must not remove it."""
        return self._progress[partition.id].next_sequence

    async def run(self) -> None:
        """Close windows and write blobs, each partition for itself."""
        writers = ThreadPoolExecutor(_WRITERS, "capture")
        try:
            async with asyncio.TaskGroup() as tasks:
                for hub in self._hubs:
                    for partition in hub.partitions:
                        tasks.create_task(self._partition(hub, partition, writers))
        finally:
            writers.shutdown(wait=False, cancel_futures=True)
            self._files.close()

    async def _partition(self, hub: EventHub, partition: Partition, writers: ThreadPoolExecutor) -> None:
        if plan := self._journal.plan(partition.id):
            await self._write(partition, plan, writers)
        while True:
            await self._until_due(partition)
            progress = self._progress[partition.id]
            now_ms = partition.info().at_ms
            window = complete_window(partition, progress, now_ms, self._interval_ms, self._settings.size_bytes)
            if window is None:
                continue
            if window.start == window.end and self._settings.skip_empty:
                await self._finish(partition, window.after)
                continue
            name = blob_name(self._settings.name_format, self._namespace, hub.name, partition.number, window.second)
            await self._journal.begin(partition.id, (window, name))
            await self._write(partition, (window, name), writers)

    async def _until_due(self, partition: Partition) -> None:
        """Wait until the window's time is over or it has enough bytes."""
        progress = self._progress[partition.id]
        while self._now_ms() < progress.window_end_ms:
            start = partition.field_at(Field.OFFSET, progress.next_sequence)
            if partition.committed.next_offset - start >= self._settings.size_bytes:
                return
            left = self._clock.real_seconds((progress.window_end_ms - self._now_ms()) / 1_000)
            await asyncio.sleep(min(left, _LOOK_SECONDS))

    async def _write(self, partition: Partition, plan: Plan, writers: ThreadPoolExecutor) -> None:
        """Write a blob, however often that takes, and keep the progress."""
        delay = _FIRST_RETRY_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(writers, self._files.write, partition.id, plan)
                break
            except (AzureError, OSError) as error:
                log.warning("%s is not written, tried again in %.1f s: %s", plan[1], delay, _first_line(error))
                await asyncio.sleep(delay)
                delay = min(2 * delay, _LAST_RETRY_SECONDS)
        await self._finish(partition, plan[0].after)

    async def _finish(self, partition: Partition, after: Progress) -> None:
        await self._journal.finish(partition.id, after)
        self._progress[partition.id] = after

    def _now_ms(self) -> int:
        return int(self._clock.timestamp() * 1_000)

    @property
    def _interval_ms(self) -> int:
        return self._settings.interval_seconds * 1_000


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
