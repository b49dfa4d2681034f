"""The memory from one look to the next: since when somebody has been watching, where the hub ended, who was told."""

from datetime import datetime, timedelta

import msgspec

from fraud.watching.checks import CLOCKS_DIFFER, CheckState, Facts, ZonedTime

LOOKS = 15
"""Looks that are remembered: a quarter of an hour, if a minute is a minute."""
GAP = timedelta(minutes=30)
"""After a longer rest nobody knows for how long something has waited: the watch begins anew."""


class PositionsSeen(msgspec.Struct, frozen=True):
    """By partition: the hub's end, and the archiver's checkpoint, at a moment."""

    at: ZonedTime
    ends: dict[str, int]
    archived: dict[str, int]


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A check that has not been ok since a moment. `told` is the state that people know of, None before."""

    since: ZonedTime
    state: CheckState
    told: CheckState | None = None
    told_at: ZonedTime | None = None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """All that is remembered. `since` begins the present unbroken watch."""

    since: ZonedTime
    reported: ZonedTime | None = None
    """The end of the newest window that the stream job was seen to report."""
    open_windows: dict[str, ZonedTime] = {}
    """The ends of windows that were reported and had no verdicts at the last look, by name."""
    stuck: dict[str, ZonedTime] = {}
    asked_for_stuck: ZonedTime | None = None
    """The analyses that were stuck when it was last looked for them, and when that was."""
    looks: tuple[PositionsSeen, ...] = ()
    episodes: dict[str, Episode] = {}

    @property
    def last(self) -> datetime:
        """The last look."""
        return self.looks[-1].at if self.looks else self.since


def believed(memory: Memory | None, now: datetime) -> Memory | None:
    """The memory of earlier looks without what is of the future, which no look has seen.

    Somebody else wrote that: by it nothing would ever have waited, and nobody would be told of what stands.
    """
    if memory is None:
        return None
    last = now + CLOCKS_DIFFER
    is_of_the_future = max(memory.since, memory.last) > last
    return msgspec.structs.replace(
        memory,
        since=now if is_of_the_future else memory.since,
        looks=() if is_of_the_future else tuple(look for look in memory.looks if look.at <= last),
        reported=_until(last, memory.reported),
        open_windows={name: end for name, end in memory.open_windows.items() if end <= last},
        stuck={name: started for name, started in memory.stuck.items() if started <= last},
        asked_for_stuck=_until(last, memory.asked_for_stuck),
        episodes={name: _told_until(last, each) for name, each in memory.episodes.items() if each.since <= last},
    )


def _until(last: datetime, moment: datetime | None) -> datetime | None:
    return None if moment is None or moment > last else moment


def _told_until(last: datetime, episode: Episode) -> Episode:
    """An episode as nobody was told of it, if it does not say when, or says that it will be."""
    if _until(last, episode.told_at) is None:
        return msgspec.structs.replace(episode, told=None, told_at=None)
    return episode


def remembered(memory: Memory | None, facts: Facts) -> Memory:
    """The memory with what this look saw; a new watch after a rest. Open episodes stay."""
    look = PositionsSeen(
        facts.now,
        {partition.id: partition.last for partition in facts.partitions},
        {partition.id: partition.archived for partition in facts.partitions},
    )
    memory = believed(memory, facts.now)
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
