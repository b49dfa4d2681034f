"""Look once at everything that moves in the pipeline."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from activities.reconciliation.acknowledge import with_acknowledged
from activities.watching.flagged_windows import read_flagged_windows
from activities.watching.kept import read_night
from fraud.analysis import LOOKUPS, retry_delay
from fraud.watching.checks import Facts, PartitionFacts
from fraud.watching.memory import Memory, believed
from reconciliation.capture.holes import find_holes
from services import event_hub, service_bus, watching
from services.lately_captured import LatelyCaptured
from services.open_windows import OpenWindows
from services.stuck_analyses import stuck_analyses

_UNRESOLVED_SPAN = timedelta(hours=3)
_PATIENCE = sum((retry_delay(lookup) for lookup in range(1, LOOKUPS)), timedelta(minutes=15))
"""Until then an id is looked up again: it is not unresolved for good."""


_STUCK_EVERY = timedelta(minutes=5)
"""So often it is looked for stuck analyses: on Azure such a list reads all instances of windows."""

_open_windows = OpenWindows()
_lately_captured = LatelyCaptured()
_judged_ends = watching.JudgedEnds()


async def observe(memory: Memory | None, base: str | None = None) -> Facts:
    """All facts of this moment. Raises what a service raised: then health tells that it does not answer.

    `base` is the address of the management API. Without it, the stuck analyses are those of the memory.
    """
    now = await watching.azure_time()
    memory = believed(memory, now)
    async with asyncio.TaskGroup() as group:
        ends = group.create_task(event_hub.partition_ends())
        checkpoints = group.create_task(watching.read_checkpoints(event_hub.namespace()))
        captured = group.create_task(_captured(now))
        flagged = group.create_task(_flagged(now))
        open_windows = group.create_task(_open_windows.look(now, memory.open_windows if memory else {}))
        stuck = group.create_task(_stuck(memory, now, base))
        waiting = group.create_task(service_bus.look_at_queue())
        dead = group.create_task(service_bus.look_at_queue(dead_letters=True))
        quarantined = group.create_task(watching.count_quarantined(now))
        unresolved = group.create_task(watching.count_unresolved(now - _PATIENCE - _UNRESOLVED_SPAN, now - _PATIENCE))
        night = group.create_task(read_night(now))
    triggers = captured.result()
    return Facts(
        now=now,
        partitions=_partitions(ends.result(), checkpoints.result(), triggers),
        capture_holes=sum(len(holes) for holes in find_holes(triggers).values()),
        flagged=flagged.result()[0],
        reported=await _reported(memory, flagged.result()[0], now),
        judged=flagged.result()[1],
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
    return await _lately_captured.look(now, await event_hub.partition_ids())


async def _flagged(now: datetime) -> tuple[tuple[datetime, ...], frozenset[datetime]]:
    """The ends of the last windows with flagged events, and which of them have verdicts."""
    flagged = await read_flagged_windows()
    return flagged, await _judged_ends.among(end for end in flagged if end <= now)


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
