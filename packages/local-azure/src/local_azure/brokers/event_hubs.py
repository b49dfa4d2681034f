"""Event Hubs as a part of the process: its store, its port, retention and Capture."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from local_azure.amqp.errors import store_failed
from local_azure.amqp.node import Node
from local_azure.amqp.server import listening
from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.core.process import CannotStartError
from local_azure.event_hubs.capture.capture import Capture
from local_azure.event_hubs.capture.files import CaptureFiles
from local_azure.event_hubs.capture.journal import Journal
from local_azure.event_hubs.capture.settings import CaptureSettings
from local_azure.event_hubs.entities import load
from local_azure.event_hubs.namespace import EventHubsNamespace
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.retention import keep_retention
from local_azure.event_hubs.store import open_store

MIN_RETENTION_HOURS, MAX_RETENTION_HOURS = 1, 7 * 24
MAX_THROUGHPUT_UNITS = 40


class EventHubsOptions(msgspec.Struct, frozen=True):
    """Settings of Event Hubs. `retention_hours` are Azure's; `throughput_units` of 0 never throttles.

    Raises CannotStartError for what Azure would refuse.
    """

    config: Path
    port: int = 0
    retention_hours: float = 24.0
    throughput_units: int = 0
    capture: CaptureSettings | None = None

    def __post_init__(self) -> None:
        if not MIN_RETENTION_HOURS <= self.retention_hours <= MAX_RETENTION_HOURS:
            raise CannotStartError(f"--retention-hours must be {MIN_RETENTION_HOURS} to {MAX_RETENTION_HOURS}")
        if not 0 <= self.throughput_units <= MAX_THROUGHPUT_UNITS:
            raise CannotStartError(f"--throughput-units must be 0 to {MAX_THROUGHPUT_UNITS}")


@contextlib.asynccontextmanager
async def serving_event_hubs(
    options: EventHubsOptions,
    state: Path,
    clock: Clock,
    on_failure: Callable[[Exception], None],
    wrap: Callable[[Node], Node],
) -> AsyncGenerator[int]:
    """Serve the hubs of the configuration while the context lasts; gives the port.

    Raises CannotStartError or OSError if that is impossible; `on_failure` hears of a store that fails later; `wrap`
    may put something between the transport and the name space.
    """
    entities = load(options.config)
    path = state / "event-hubs.sqlite"
    database = open_store(path)
    commits = GroupCommit(database, on_failure, store_failed)
    with contextlib.closing(database):
        namespace = EventHubsNamespace(entities, commits, clock, options.throughput_units)
        partitions = [partition for hub in namespace.hubs for partition in hub.partitions]
        async with contextlib.AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(_background(on_failure))
            keep_from = _end
            if options.capture:
                files = CaptureFiles(options.capture, path)
                journal = Journal(commits)
                capture = Capture(options.capture, namespace, journal, files, clock)
                tasks(capture.run())
                keep_from = capture.keep_from
            tasks(keep_retention(partitions, options.retention_hours, clock, keep_from, commits))
            yield await stack.enter_async_context(listening(wrap(namespace), options.port))
        _commit_the_rest(commits)


def _end(partition: Partition) -> int:
    return partition.committed.next_sequence


def _commit_the_rest(commits: GroupCommit) -> None:
    with contextlib.suppress(sqlite3.Error):
        commits.commit()


@contextlib.asynccontextmanager
async def _background(
    on_failure: Callable[[Exception], None],
) -> AsyncGenerator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Runs coroutines until the context ends; one that fails ends the process, rather than being missed."""
    tasks: list[asyncio.Task[None]] = []

    def watch(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            on_failure(error)

    def start(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(watch)
        tasks.append(task)

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
