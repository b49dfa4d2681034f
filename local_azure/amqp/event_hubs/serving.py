"""Event Hubs as a part of the process: its store, its port, retention and Capture."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec

from local_azure.amqp.event_hubs.entities import load
from local_azure.amqp.event_hubs.namespace import EventHubsNamespace
from local_azure.amqp.event_hubs.partition import Partition
from local_azure.amqp.event_hubs.retention import keep_retention
from local_azure.amqp.event_hubs.store import open_store
from local_azure.amqp.group_commit import GroupCommit
from local_azure.amqp.server import listening
from local_azure.clock import Clock


class EventHubsOptions(msgspec.Struct, frozen=True):
    """How Event Hubs is served. `retention_hours` are Azure's; `throughput_units` of 0 never throttles."""

    config: Path
    port: int = 0
    retention_hours: float = 24.0
    throughput_units: int = 0


@contextlib.asynccontextmanager
async def serving_event_hubs(
    options: EventHubsOptions, state: Path, clock: Clock, on_failure: Callable[[Exception], None]
) -> AsyncGenerator[int]:
    """Serve the hubs of the configuration while the context lasts; gives the port.

    Raises CannotStartError or OSError if that is impossible; `on_failure` hears of a store that fails later.
    """
    entities = load(options.config)
    database = open_store(state / "event-hubs.sqlite")
    commits = GroupCommit(database, on_failure)
    with contextlib.closing(database):
        namespace = EventHubsNamespace(entities, commits, clock, options.throughput_units)
        partitions = [partition for hub in namespace.hubs for partition in hub.partitions]
        async with contextlib.AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(_cancelled_at_the_end())
            tasks.append(asyncio.create_task(keep_retention(partitions, options.retention_hours, clock, _end)))
            yield await stack.enter_async_context(listening(namespace, options.port))
        _commit_the_rest(commits)


def _end(partition: Partition) -> int:
    return partition.committed.next_sequence


def _commit_the_rest(commits: GroupCommit) -> None:
    with contextlib.suppress(sqlite3.Error):
        commits.commit()


@contextlib.asynccontextmanager
async def _cancelled_at_the_end() -> AsyncGenerator[list[asyncio.Task[None]]]:
    tasks: list[asyncio.Task[None]] = []
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
