"""All customers together: the shares against which one customer, sku or shelf is held."""

from collections import defaultdict

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import count
from fraud.profiles.customers import HABITS, CustomerProfile
from fraud.profiles.moments import LogMoments

LEVELS = (2, 4, 8)
"""Habits are the firmer the more was seen: customers with up to 2, 4, 8 and more sales are counted apart."""

FADING = 0.25
"""The weight of a day's new customers on the next one."""


class Novelty(msgspec.Struct, gc=False):
    """Counts of how often customers of one level broke a habit."""

    asked: int = 0
    broken: int = 0


_NOTHING_SEEN = Novelty()


class Population(msgspec.Struct):
    """Counts over all events of the days before."""

    events: int = 0
    sales: int = 0
    returns: int = 0
    deep: int = 0
    flagged: int = 0
    near_lines: int = 0
    active: int = 0
    """Customers with a sale on a day, summed over the days."""
    of_later_days: float = 0
    """Sales of all days but the first, those of earlier days by FADING for each day since."""
    by_new: float = 0
    """Those of them by customers that no earlier day had seen."""
    payments: dict[str, int] = {}
    stores: dict[str, int] = {}
    categories: dict[str, int] = {}
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    values: dict[str, LogMoments] = msgspec.field(default_factory=lambda: defaultdict(LogMoments))
    quantities: dict[str, LogMoments] = msgspec.field(default_factory=lambda: defaultdict(LogMoments))
    novelty: dict[tuple[str, int], Novelty] = msgspec.field(default_factory=lambda: defaultdict(Novelty))
    priority: int = 0
    """Sales that asked for priority, of those of which that is told."""
    told: int = 0

    def begin_later_day(self) -> None:
        """Let what was new on the days before count less: on the second day nearly everybody is."""
        self.of_later_days *= FADING
        self.by_new *= FADING

    def add(self, sighting: Sighting) -> None:
        """Take in an event."""
        self.events += 1
        if sighting.is_return:
            self.returns += 1
            return
        if not sighting.is_sale:
            return
        self.sales += 1
        self.deep += sighting.is_deep
        self.flagged += sighting.is_flagged
        self.priority += sighting.is_priority
        self.told += 1
        count(self.payments, sighting.payment)
        count(self.stores, sighting.store)
        count(self.categories, sighting.category)
        self.hours[sighting.hour] += 1
        if sighting.category in self.categories:
            category = sighting.category or ""
            self.values[category].add(sighting.value)
            self.quantities[category].add(sighting.qty)

    def watch_habits(self, profile: CustomerProfile, sighting: Sighting) -> None:
        """Count whether a sale kept the habits of a customer as they were before its day."""
        level = habit_level(profile.sales)
        for habit, is_broken in zip(HABITS, profile.breaks(sighting), strict=True):
            if is_broken is not None:
                novelty = self.novelty[habit, level]
                novelty.asked += 1
                novelty.broken += is_broken

    def novelty_rate(self, habit: str, level: int) -> float:
        """The share of sales that break a habit; drawn to that of the level below, as if 4 sales had been seen."""
        rate = 0.5
        for below in range(level + 1):
            novelty = self.novelty.get((habit, below), _NOTHING_SEEN)
            rate = (novelty.broken + 4 * rate) / (novelty.asked + 4)
        return rate

    def share(self, number: int, least: float = 0.002) -> float:
        """A number of sales as a share of all, never below `least`."""
        return max(least, (number + 1) / (self.sales + 2))

    @property
    def priority_share(self) -> float:
        """The share of sales that ask for priority, among those of which that is told; a half as long as none is."""
        return (self.priority + 1) / (self.told + 2)

    @property
    def new_share(self) -> float:
        """The share of sales by customers that are new on the day; nearly all are as long as there was one day."""
        return (self.by_new + 9) / (self.of_later_days + 10)

    @property
    def return_share(self) -> float:
        """The share of returns among sales and returns."""
        return (self.returns + 1) / (self.sales + self.returns + 20)


def habit_level(sales: int) -> int:
    """The level of firmness of a customer's habits."""
    return sum(sales > bound for bound in LEVELS)
