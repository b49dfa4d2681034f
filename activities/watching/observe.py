"""Look once at everything that moves in the pipeline."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from activities.reconciliation.acknowledge import with_acknowledged
from activities.watching.flagged_windows import read_flagged_windows
from activities.watching.kept import read_night
from fraud.analysis import LOOKUPS, retry_delay
from fraud.watching.checks import Facts, PartitionFacts
from fraud.watching.memory import Memory
from reconciliation.capture.holes import find_holes
from services import event_hub, names, service_bus, watching
from services.blobs import warehouse
from services.capture_archive import list_blobs, list_partitions
from services.open_windows import OpenWindows
from services.stuck_analyses import stuck_analyses

_CAPTURE_SPAN = timedelta(minutes=40)
_UNRESOLVED_SPAN = timedelta(hours=3)
_PATIENCE = sum((retry_delay(lookup) for lookup in range(1, LOOKUPS)), timedelta(minutes=15))
"""Until then an id is looked up again: it is not unresolved for good."""


_STUCK_EVERY = timedelta(minutes=5)
"""So often it is looked for stuck analyses: on Azure such a list reads all instances of windows."""

_open_windows = OpenWindows()


async def observe(memory: Memory | None, base: str | None = None) -> Facts:
    """All facts of this moment. Raises what a service raised: then health tells that it does not answer.

    `base` is the address of the management API. Without it, the stuck analyses are those of the memory.
    """
    now = await watching.azure_time()
    async with asyncio.TaskGroup() as group:
        ends = group.create_task(event_hub.partition_ends())
        checkpoints = group.create_task(watching.read_checkpoints(event_hub.namespace()))
        captured = group.create_task(_captured(now))
        flagged = group.create_task(read_flagged_windows())
        judged = group.create_task(watching.judged_ends(now))
        open_windows = group.create_task(_open_windows.look(now, memory.open_windows if memory else {}))
        stuck = group.create_task(_stuck(memory, now, base))
        waiting = group.create_task(service_bus.look_at_queue())
        dead = group.create_task(service_bus.look_at_queue(dead_letters=True))
        quarantined = group.create_task(watching.count_quarantined(now))
        unresolved = group.create_task(watching.count_unresolved(now - _PATIENCE - _UNRESOLVED_SPAN, now - _PATIENCE))
        night = group.create_task(read_night())
    triggers = captured.result()
    return Facts(
        now=now,
        partitions=_partitions(ends.result(), checkpoints.result(), triggers),
        capture_holes=sum(len(holes) for holes in find_holes(triggers).values()),
        flagged=flagged.result(),
        reported=await _reported(memory, flagged.result(), now),
        judged=judged.result(),
        open_windows=open_windows.result(),
        stuck=stuck.result()[0],
        asked_for_stuck=stuck.result()[1],
        waiting=waiting.result().count,
        oldest_waiting=waiting.result().oldest,
        dead_letters=dead.result().count,
        quarantined=quarantined.result(),
        unresolved=unresolved.result(),
        night=await with_acknowledged(night.result()),
    )


def _partitions(
    ends: Mapping[str, event_hub.PartitionEnds],
    checkpoints: Mapping[str, int],
    triggers: Mapping[str, Sequence[datetime]],
) -> tuple[PartitionFacts, ...]:
    return tuple(
        PartitionFacts(
            id=partition,
            last=end.last,
            last_enqueued=end.last_enqueued,
            # Without a checkpoint the archiver begins with the first event that is left.
            archived=checkpoints.get(partition, min(end.first, end.last + 1) - 1),
            captured=max(triggers.get(partition, ()), default=None),
        )
        for partition, end in ends.items()
    )


async def _captured(now: datetime) -> dict[str, list[datetime]]:
    """By partition: when its Capture blobs of the last while were triggered, in order."""
    archive = await warehouse(names.ALL_EVENTS)
    triggers: dict[str, list[datetime]] = {}
    for partition in await list_partitions(archive):
        moments = [blob.triggered for blob in await list_blobs(archive, partition, now - _CAPTURE_SPAN, now)]
        triggers.setdefault(partition.rpartition("/")[2], []).extend(moments)
    return {partition: sorted(moments) for partition, moments in triggers.items()}


async def _stuck(memory: Memory | None, now: datetime, base: str | None) -> tuple[dict[str, datetime], datetime | None]:
    """The stuck analyses, and when it was looked for them."""
    before = memory.asked_for_stuck if memory else None
    if base is None or (before is not None and now - before < _STUCK_EVERY):
        return memory.stuck if memory else {}, before
    return await stuck_analyses(base, now, _PATIENCE), now


async def _reported(memory: Memory | None, flagged: Sequence[datetime], now: datetime) -> datetime | None:
    """The newest reported window. It is looked for only if a flagged window has ended and no report of it was seen."""
    known_end = memory.reported if memory else None
    due = [end for end in flagged if end <= now and (known_end is None or end > known_end)]
    if not due:
        return known_end
    newest = await watching.newest_reported(max(due[0], now - timedelta(hours=12)), now)
    return max((end for end in (known_end, newest) if end is not None), default=None)
