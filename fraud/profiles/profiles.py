"""The profiles of a day: everything that the days before say, closed day after day."""

from collections import defaultdict
from collections.abc import Iterable

from fraud.context.habits import is_stranger
from fraud.context.sighting import Sighting, in_order
from fraud.profiles.customers import HABITS, CustomerProfile
from fraud.profiles.population import Population
from fraud.profiles.skus import PriceDeviations, SkuDay, SkuProfile
from fraud.profiles.stores import StoreDay, StoreProfile
from fraud.profiles.table import ProfileTable

MOST_REMEMBERED = 50_000
"""Sales of which it is remembered whether a stranger made them: those around the windows of some minutes."""

SETTLED_AFTER = 7
"""Days after which a customer is settled; half of those that the profiles are made of, as long as these are fewer."""


class Profiles:
    """Profiles by key. `days` is the number of days that they are made of; 0 on the first evening."""

    def __init__(self) -> None:
        self.days = 0
        self.customers = ProfileTable(CustomerProfile)
        self.skus = ProfileTable(SkuProfile)
        self.stores: dict[str, StoreProfile] = {}
        self.population = Population()
        self.prices = PriceDeviations()
        # By the object, which is kept for it: the events of a shelf ask for the same sales, one after the other.
        self._strangers: dict[int, tuple[Sighting, bool]] = {}
        self._novelty: dict[int, tuple[float, ...]] = {}

    def is_stranger(self, sale: Sighting) -> bool:
        """True if nobody has seen the sale's customer before, or if it breaks two habits of the customer or more."""
        remembered = self._strangers.get(id(sale))
        if remembered is None:
            if len(self._strangers) >= MOST_REMEMBERED:
                self._strangers.clear()
            remembered = self._strangers[id(sale)] = (sale, is_stranger(self.customers.get(sale.customer or ""), sale))
        return remembered[1]

    def is_settled(self, profile: CustomerProfile | None, day: int) -> bool:
        """True if a customer was first seen long before a day: an account that is made to excuse another takes time."""
        return profile is not None and day - profile.first_day >= min(SETTLED_AFTER, (self.days + 1) // 2)

    def novelty_rates(self, level: int) -> tuple[float, ...]:
        """For each of HABITS, the share of sales that break it, for customers of a level of firmness."""
        rates = self._novelty.get(level)
        if rates is None:
            rates = tuple(self.population.novelty_rate(habit, level) for habit in HABITS)
            self._novelty[level] = rates
        return rates

    def changed(self) -> None:
        """Forget what was concluded from the profiles as they were."""
        self._strangers.clear()
        self._novelty.clear()

    def close_day(self, day: int, sightings: Iterable[Sighting]) -> None:
        """Take in all events of a day; they come in order of time, and those of one time in any order.

        Days come in order; one without events is left out.
        """
        open_day = OpenDay(self, day)
        open_day.add(sightings)
        open_day.close()


class OpenDay:
    """A day whose events come one after another; memory grows with the customers and stores, not with the events."""

    def __init__(self, profiles: Profiles, day: int) -> None:
        self._profiles = profiles
        profiles.changed()
        profiles.population.begin_later_day()
        self._day = day
        self._of_store: dict[str, StoreDay] = defaultdict(StoreDay)
        self._of_sku: dict[str, SkuDay] = defaultdict(SkuDay)
        self._new: set[str] = set()
        self._active: set[str] = set()

    def add(self, sightings: Iterable[Sighting]) -> None:
        """Take in events in order of time, later than all before; those of one time in any order."""
        profiles = self._profiles
        for sighting in in_order(sightings):
            profiles.population.add(sighting)
            if sighting.store is not None:
                self._of_store[sighting.store].add(sighting)
            if sighting.sku is not None:
                sku = profiles.skus.get(sighting.sku) or profiles.skus.put(sighting.sku, SkuProfile())
                sku.add(sighting, self._of_sku[sighting.sku], profiles.prices)
            if sighting.customer is not None:
                self._add_to_customer(sighting.customer, sighting)

    def _add_to_customer(self, customer: str, sighting: Sighting) -> None:
        profile = self._profiles.customers.get(customer)
        if profile is None:
            profile = self._profiles.customers.put(customer, CustomerProfile(first_day=self._day))
            self._new.add(customer)
        if sighting.is_sale and not sighting.is_return:
            self._active.add(customer)
            self._watch(profile, sighting, is_new=customer in self._new)
        profile.add(sighting, self._day)

    def _watch(self, profile: CustomerProfile, sighting: Sighting, *, is_new: bool) -> None:
        population = self._profiles.population
        if self._profiles.days:
            population.of_later_days += 1
            population.by_new += is_new
        if profile.sales:
            population.watch_habits(profile, sighting)

    def close(self) -> None:
        """End the day."""
        profiles = self._profiles
        for store, seen in self._of_store.items():
            profiles.stores.setdefault(store, StoreProfile(first_day=self._day)).close_day(seen)
        for name, prices in self._of_sku.items():
            if sku := profiles.skus.get(name):
                sku.close_day(prices)
        profiles.population.active += len(self._active)
        profiles.days += 1
        profiles.changed()
