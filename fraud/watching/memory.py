"""The memory from one look to the next: since when somebody has been watching, where the hub ended, who was told."""

from datetime import datetime, timedelta

import msgspec

from fraud.watching.checks import CheckState, Facts

LOOKS = 15
"""Looks that are remembered: a quarter of an hour, if a minute is a minute."""
GAP = timedelta(minutes=30)
"""After a longer rest nobody knows for how long something has waited: the watch begins anew."""


class PositionsSeen(msgspec.Struct, frozen=True):
    """By partition: the hub's end, and the archiver's checkpoint, at a moment."""

    at: datetime
    ends: dict[str, int]
    archived: dict[str, int]


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A check that has not been ok since a moment. `told` is the state that people know of, None before."""

    since: datetime
    state: CheckState
    told: CheckState | None = None
    told_at: datetime | None = None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All that is remembered. `since` begins the present unbroken watch."""

    since: datetime
    reported: datetime | None = None
    """The end of the newest window that the stream job was seen to report."""
    open_windows: dict[str, datetime] = {}
    """The ends of windows that were reported and had no verdicts at the last look, by name."""
    stuck: dict[str, datetime] = {}
    asked_for_stuck: datetime | None = None
    """The analyses that were stuck when it was last looked for them, and when that was."""
    looks: tuple[PositionsSeen, ...] = ()
    episodes: dict[str, Episode] = {}

    @property
    def last(self) -> datetime:
        """The last look."""
        return self.looks[-1].at if self.looks else self.since


def remembered(memory: Memory | None, facts: Facts) -> Memory:
    """The memory with what this look saw; a new watch after a rest. Open episodes stay."""
    look = PositionsSeen(
        facts.now,
        {partition.id: partition.last for partition in facts.partitions},
        {partition.id: partition.archived for partition in facts.partitions},
    )
    if memory is None or facts.now - memory.last > GAP:
        episodes = memory.episodes if memory else {}
        memory = Memory(since=facts.now, episodes=episodes)
    return msgspec.structs.replace(
        memory,
        reported=facts.reported,
        open_windows=facts.open_windows,
        stuck=facts.stuck,
        asked_for_stuck=facts.asked_for_stuck,
        looks=(*memory.looks, look)[-LOOKS:],
    )
