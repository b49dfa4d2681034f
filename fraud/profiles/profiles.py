"""The profiles of a day: everything that the days before say, closed day after day."""

from collections import defaultdict
from collections.abc import Iterable

from fraud.context.sighting import Sighting, in_order
from fraud.profiles.customers import CustomerProfile
from fraud.profiles.population import Population
from fraud.profiles.skus import PriceDeviations, SkuProfile
from fraud.profiles.stores import StoreDay, StoreProfile


class Profiles:
    """Profiles by key. `days` is the number of days that they are made of; 0 on the first evening."""

    def __init__(self) -> None:
        self.days = 0
        self.customers: dict[str, CustomerProfile] = {}
        self.skus: dict[str, SkuProfile] = {}
        self.stores: dict[str, StoreProfile] = {}
        self.population = Population()
        self.prices = PriceDeviations()

    def close_day(self, day: int, sightings: Iterable[Sighting]) -> None:
        """Take in all events of a day; they come in order of time, and those of one time in any order.

        Days come in order; one without events is left out.
        """
        of_store: dict[str, StoreDay] = defaultdict(StoreDay)
        new: set[str] = set()
        active: set[str] = set()
        for sighting in in_order(sightings):
            self.population.add(sighting)
            if sighting.store is not None:
                of_store[sighting.store].add(sighting)
            if sighting.sku is not None:
                self._sku(sighting.sku).add(sighting, self.prices)
            if sighting.customer is None:
                continue
            profile = self.customers.get(sighting.customer)
            if profile is None:
                profile = self.customers[sighting.customer] = CustomerProfile(first_day=day)
                new.add(sighting.customer)
            if sighting.is_sale and not sighting.is_return:
                active.add(sighting.customer)
                self._watch(profile, sighting, is_new=sighting.customer in new)
            profile.add(sighting, day)
        for store, seen in of_store.items():
            self.stores.setdefault(store, StoreProfile(first_day=day)).close_day(seen)
        self.population.active += len(active)
        self.days += 1

    def _watch(self, profile: CustomerProfile, sighting: Sighting, *, is_new: bool) -> None:
        if self.days:
            self.population.of_later_days += 1
            self.population.by_new += is_new
        if profile.sales:
            self.population.watch_habits(profile, sighting)

    def _sku(self, sku: str) -> SkuProfile:
        profile = self.skus.get(sku)
        if profile is None:
            profile = self.skus[sku] = SkuProfile()
        return profile
