"""Skus: their usual price, and how much is sold of them."""

import math

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import Sample


class SkuProfile(msgspec.Struct, gc=False):
    """A sku up to the end of a day."""

    sales: int = 0
    prices: Sample = msgspec.field(default_factory=Sample)

    def add(self, sighting: Sighting, deviations: "PriceDeviations") -> None:
        """Take in an event of the sku; how far its price lies from the usual one counts for all skus together."""
        self.sales += sighting.is_sale and not sighting.is_return
        price = sighting.price
        if price is None or price <= 0:
            return
        usual = self.prices.median
        if usual is not None:
            deviations.add(deviation(price / usual))
        self.prices.add(price)


def deviation(ratio: float) -> float:
    """The distance of a price from the usual one, by their ratio: |ln(ratio)|, a factor of e at most."""
    return min(abs(math.log(ratio)), 1.0) if ratio > 0 else 1.0  # two prices may be too far apart for any double


class PriceDeviations(msgspec.Struct, gc=False):
    """The distance of prices from their sku's usual price, all skus together: the mean of |ln(price / usual)|."""

    count: int = 0
    total: float = 0.0

    def add(self, deviation: float) -> None:
        """Take in a deviation."""
        self.count += 1
        self.total += deviation

    @property
    def spread(self) -> float:
        """The deviation that is usual, at least 2 %; 50 % as long as little was seen."""
        return max(0.02, (self.total + 5.0) / (self.count + 10))
