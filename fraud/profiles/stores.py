"""Stores: under which name, and from which networks and gateways they send.

A name is a store's own if a fair share of the store's events came under it on several days, so that who sends in a
store's name for a day does not become it.
"""

from collections import Counter

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import count

LEAST_SHARE = 0.05
"""The share of a day's events that a name or a network must have to count on that day."""

LEAST_EVENTS = 20
"""Events of a day that shares are taken of; with fewer, the day tells nothing."""

DAYS_TO_BE_KNOWN = 2
STEADY = 0.9
"""The share of a store's events that its known values must make up; else it has no values of its own."""


class Origin(msgspec.Struct):
    """The values of one kind (names, networks or gateways) that a store sends under."""

    days: dict[str, int] = {}
    events: dict[str, int] = {}
    total: int = 0

    def close_day(self, counts: Counter[str], least_share: float) -> None:
        """Take in the counts of a day."""
        total = counts.total()
        if total < LEAST_EVENTS:
            return
        self.total += total
        for value, number in counts.most_common(64):
            count(self.events, value, number)
            if number >= least_share * total:
                count(self.days, value)

    def is_strange(self, value: str | None, days: int) -> bool | None:
        """True if a value is not the store's; None if the event has none, or the store none of its own."""
        own = {name for name, seen in self.days.items() if seen >= min(DAYS_TO_BE_KNOWN, days)}
        if value is None or not own or sum(self.events.get(name, 0) for name in own) < STEADY * self.total:
            return None
        return value not in own


class StoreDay:
    """A store's events of one day: how many, and how often under each name and from each network and gateway."""

    def __init__(self) -> None:
        self.events = 0
        self.names: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        self.gateways: Counter[str] = Counter()

    def add(self, sighting: Sighting) -> None:
        """Count an event."""
        self.events += 1
        for counter, value in (
            (self.names, sighting.store_name),
            (self.networks, sighting.network),
            (self.gateways, sighting.gateway),
        ):
            if value:
                counter[value] += 1


class StoreProfile(msgspec.Struct):
    """A store up to the end of a day."""

    first_day: int
    days: int = 0
    names: Origin = msgspec.field(default_factory=Origin)
    networks: Origin = msgspec.field(default_factory=Origin)
    gateways: Origin = msgspec.field(default_factory=Origin)

    def close_day(self, day: StoreDay) -> None:
        """Take in all events of the store on a day."""
        if day.events >= LEAST_EVENTS:
            self.days += 1
        self.names.close_day(day.names, LEAST_SHARE)
        self.networks.close_day(day.networks, LEAST_SHARE)
        self.gateways.close_day(day.gateways, LEAST_SHARE / 5)
