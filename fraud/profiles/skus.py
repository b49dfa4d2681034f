"""Skus: their usual price, in all stores and in each, and how much is sold of them.

The usual price at a store is that of all stores times a factor, since a sku has too few prices at each store for a
sample of its own. Prices count in the sample of all stores as they would be without the factor: two stores, of which
one is dearer, agree there.
"""

import math

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import MOST_VALUES, Sample

LEAST_PRICE = 1e-6
"""A lower price counts as a missing one."""

STEPS = 2**20
"""Logarithms of prices are rounded to 1 / STEPS: sums of them are exact, so no order of adding changes a bit."""

MOST_FAR = 0.5
"""A price whose ln lies further from the usual one counts so far for its store: one that is entered by hand must not
become usual."""

DRAWN = 3
"""With so many prices of a store, its factor is half of what they say, since prices differ by themselves."""

MOST_SEEN = 64
"""Prices that a factor remembers: beyond them, older ones count less."""


class PriceLevel(msgspec.Struct, array_like=True, gc=False):
    """How dear a store sells a sku: the sum of ln(price / usual price of all stores) over the prices seen there."""

    seen: int = 0
    total: float = 0.0

    @property
    def level(self) -> float:
        """ln of the store's usual price by that of all stores; near 0 as long as little was seen."""
        return self.total / (self.seen + DRAWN)

    def add(self, seen: int, total: float) -> None:
        """Take in prices, by how many they are and their sum."""
        self.seen += seen
        self.total += total
        if self.seen > MOST_SEEN:
            self.total, self.seen = self.total * MOST_SEEN / self.seen, MOST_SEEN


class SkuDay:
    """The prices of a sku on one day, at each store with a level: how many, and the sum of their `ln`."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.total: dict[str, float] = {}

    def add(self, store: str, seen: int, total: float) -> None:
        """Take in prices, by how many they are and what their `ln` come to."""
        if store in self.seen:
            self.seen[store] += seen
            self.total[store] += total
        else:
            self.seen[store], self.total[store] = seen, total


class SkuProfile(msgspec.Struct, gc=False):
    """A sku up to the end of a day; a store beyond the first MOST_VALUES has no level of its own."""

    sales: int = 0
    prices: Sample = msgspec.field(default_factory=Sample)
    at_stores: dict[str, PriceLevel] = {}

    def usual_price(self, store: str | None) -> float | None:
        """The usual price at a store; None if no price was seen at any."""
        median, own = self.prices.median, self.at_stores.get(store or "")
        return median if median is None or own is None else median * math.exp(own.level)

    def add(self, sighting: Sighting, day: SkuDay, deviations: "PriceDeviations") -> None:
        """Take in an event of the sku; how far its price lies from the usual one counts for all skus together."""
        self.sales += sighting.is_sale and not sighting.is_return
        if sighting.price is None or sighting.price < LEAST_PRICE:
            return
        own = self.level_at(sighting.store)
        price = sighting.price / math.exp(own.level) if own else sighting.price
        median, far = self.prices.median, 0.0
        if median is not None:
            far = ln(price) - ln(median)
            deviations.add(far)
        if own and sighting.store:
            day.add(sighting.store, 1, ln(price) - far + max(-MOST_FAR, min(MOST_FAR, far)))
        self.prices.add(price)

    def level_at(self, store: str | None) -> PriceLevel | None:
        """The level of a store, to be changed; None if it has none of its own."""
        own = self.at_stores.get(store) if store else None
        if own is None and store and len(self.at_stores) < MOST_VALUES:
            own = self.at_stores[store] = PriceLevel()
        return own

    def close_day(self, day: SkuDay) -> None:
        """Hold the prices of a day at each store against the usual price at the end of it."""
        if (median := self.prices.median) is None:
            return
        usual = ln(median)
        for (store, seen), total in zip(day.seen.items(), day.total.values(), strict=True):
            own = self.at_stores[store]
            own.add(seen, total + seen * (own.level - usual))


def ln(price: float) -> float:
    """The natural logarithm of a price, in STEPS."""
    return round(math.log(price) * STEPS) / STEPS


class PriceDeviations(msgspec.Struct, gc=False):
    """How far prices lie from the usual one of their sku and store, all together: the mean of |ln(price / usual)|."""

    count: int = 0
    total: float = 0.0

    def add(self, far: float) -> None:
        """Take in a price, by its ln less that of the usual one; a factor of e counts at most."""
        self.count += 1
        self.total += min(abs(far), 1.0)

    @property
    def spread(self) -> float:
        """The deviation that is usual, at least 2 %; 50 % as long as little was seen."""
        return max(0.02, (self.total + 5.0) / (self.count + 10))
