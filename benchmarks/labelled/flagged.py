"""The flagged occurrences of a world, with the truth about them: what all judges are asked about."""

from datetime import datetime

import msgspec

from fraud.generation import GeneratedEvent
from fraud.suspicion import is_suspicious
from worlds import Label, LabelledWorld


class Occurrence(msgspec.Struct, frozen=True, eq=False):
    """An event that the stream job flags, as it arrived at its place in the world; `day` counts from 0."""

    place: int
    day: int
    enqueued: datetime
    event: GeneratedEvent
    label: Label


def is_flagged(event: GeneratedEvent) -> bool:
    """True if the stream job flags the event."""
    return is_suspicious(event.event_type, event.discount, event.priority_shipping)


def flagged_occurrences(world: LabelledWorld, history_days: int) -> list[Occurrence]:
    """Those after the days of history, in the order of arrival."""
    return [
        Occurrence(place, day, enqueued, event, label)
        for place, ((enqueued, event), label) in enumerate(zip(world.events(), world.labels(), strict=True))
        if (day := (enqueued - world.start).days) >= history_days and is_flagged(event)
    ]
