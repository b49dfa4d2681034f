"""Customers: where, when, how and how much they buy, as far as the days before tell."""

import math

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import count
from fraud.profiles.moments import LogMoments

MOST_SKUS = 60
HOURS_APART = 3
"""Hours within which two times of day are alike."""

NEAR_HOURS = [[(hour + apart) % 24 for apart in range(-HOURS_APART, HOURS_APART + 1)] for hour in range(24)]
"""For each hour of the day those that are like it, which is mutual."""

HABITS = ("store", "payment", "category", "hour", "amount")
LARGE = 1.1
"""An amount is beyond a customer's habit from e^1.1 = 3 times the usual."""


class CustomerProfile(msgspec.Struct):
    """A customer up to the end of a day; days are counted from 0001-01-01."""

    first_day: int
    last_day: int = 0
    days: int = 0
    sales: int = 0
    returns: int = 0
    flagged: int = 0
    stores: dict[str, int] = {}
    payments: dict[str, int] = {}
    categories: dict[str, int] = {}
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    values: LogMoments = msgspec.field(default_factory=LogMoments)
    skus: dict[str, int] = {}
    priority: int = 0
    """Sales that asked for priority, whether flagged or not."""
    deep: int = 0
    """Sales with more than 50 % off, whether flagged or not."""
    told: int = 0
    """Sales of which both are told: older profiles have sales, and nothing of this."""

    def add(self, sighting: Sighting, day: int) -> None:
        """Take in an event of a day."""
        if day != self.last_day:
            self.last_day = day
            self.days += 1
        if sighting.is_return:
            self.returns += 1
            return
        if not sighting.is_sale:
            return
        self.sales += 1
        self.flagged += sighting.is_flagged
        self.priority += sighting.is_priority
        self.deep += sighting.is_deep
        self.told += 1
        count(self.stores, sighting.store)
        count(self.payments, sighting.payment)
        count(self.categories, sighting.category)
        self.hours[sighting.hour] += 1
        self.values.add(sighting.value)
        if sighting.sku is not None and len(self.skus) < MOST_SKUS:
            self.skus[sighting.sku] = self.skus.get(sighting.sku, 0) + 1

    def hour_seen(self, hour: int) -> bool:
        """True if the customer bought near an hour of the day before."""
        return any(map(self.hours.__getitem__, NEAR_HOURS[hour]))

    def breaks(self, sale: Sighting) -> tuple[bool | None, ...]:
        """For each of HABITS: True if a sale is new in it, False if it keeps it, None if that cannot be told."""
        value = sale.value
        return (
            self.is_in_new_store(sale),
            self.pays_anew(sale),
            None if sale.category is None else sale.category not in self.categories,
            not self.hour_seen(sale.hour),
            None if value is None or not self.values.count else math.log(value) - self.values.mean > LARGE,
        )

    def is_in_new_store(self, sale: Sighting) -> bool | None:
        """True if a sale is in a store that is new for the customer; None if it does not say which."""
        return None if sale.store is None else sale.store not in self.stores

    def pays_anew(self, sale: Sighting) -> bool | None:
        """True if a sale is paid in a way that is new for the customer; None if it does not say how it was paid."""
        return None if sale.payment is None else sale.payment not in self.payments
