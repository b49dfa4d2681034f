"""Retention: events leave their log when they are older than the hub keeps them."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from local_azure.core.clock import Clock
from local_azure.core.group_commit import GroupCommit
from local_azure.core.sqlite import give_back
from local_azure.event_hubs.partition import PURGE_AT_ONCE, Partition

log = logging.getLogger(__name__)
_ROUNDS = 24
"""Looks through the logs in one retention period."""


async def keep_retention(
    partitions: Iterable[Partition],
    hours: float,
    clock: Clock,
    keep_from: Callable[[Partition], int],
    commits: GroupCommit,
) -> None:
    """Remove what is older than so many of Azure's hours, and give its disk back. Runs until it is cancelled.

    `keep_from` gives the first sequence number of a partition that must stay however old it is.
    """
    span = hours * 3_600
    while True:
        for partition in partitions:
            before_ms = int((clock.timestamp() - span) * 1_000)
            removed = 0
            while count := partition.purge(before_ms, keep_from(partition)):
                removed += count
                await asyncio.sleep(0)
                if count < PURGE_AT_ONCE:
                    break
            if removed:
                log.info("partition %d: %d events were past their retention", partition.number, removed)
        is_more = True
        while is_more:
            is_more = _give_back(commits)
            await asyncio.sleep(0)
        await clock.sleep(span / _ROUNDS)


def _give_back(commits: GroupCommit) -> bool:
    commits.commit()  # it cannot be done within a transaction
    return not commits.failed and give_back(commits.database)
