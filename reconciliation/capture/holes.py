"""Holes in the archive's paths: Capture writes a blob for each partition and interval, an empty one too.

Source: "Capture events through Azure Event Hubs in Azure Blob Storage"; infra/modules/event-hub.bicep sets the interval
and that empty blobs are written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

INTERVAL = timedelta(minutes=5)
"""The interval of our Capture; an archive with a longer one shows it by itself."""


class Hole(msgspec.Struct, frozen=True):
    """Between these two blobs of a partition, by the times when they were triggered, at least one is missing."""

    after: datetime
    before: datetime


def find_holes(triggers: Mapping[str, Sequence[datetime]]) -> dict[str, list[Hole]]:
    """The holes of each partition of a hub, given the times of its blobs in order.

    Where all partitions lack their blobs, Capture stood still: nothing was captured then, and numbers tell if anything
    was lost.
    """
    steps = sorted(step for moments in triggers.values() for step in _steps(moments))
    interval = max([INTERVAL, *steps[len(steps) // 2 :][:1]])
    return {
        name: [
            Hole(after, before)
            for after, before in pairwise(moments)
            if before - after > 1.5 * interval
            and not _stood_still(after, before, interval, (others for q, others in triggers.items() if q != name))
        ]
        for name, moments in triggers.items()
    }


def _steps(moments: Sequence[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(moments)]


def _stood_still(after: datetime, before: datetime, interval: timedelta, others: Iterable[Sequence[datetime]]) -> bool:
    # Partitions are not triggered at the same second: over a longer time one blob of another's may lie within.
    most = 0 if before - after < 2.5 * interval else 1
    return all(sum(after < moment < before for moment in moments) <= most for moments in others)
