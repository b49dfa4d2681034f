"""Customers: where, when, how and how much they buy, as far as the days before tell."""

import math
from collections.abc import Callable

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.counts import count
from fraud.profiles.moments import LogMoments

MOST_SKUS = 60
HOURS_APART = 3
"""Hours within which two times of day are alike."""

_NEAR = [[(hour + apart) % 24 for apart in range(-HOURS_APART, HOURS_APART + 1)] for hour in range(24)]

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
        count(self.stores, sighting.store)
        count(self.payments, sighting.payment)
        count(self.categories, sighting.category)
        self.hours[sighting.hour] += 1
        self.values.add(sighting.value)
        if sighting.sku is not None and len(self.skus) < MOST_SKUS:
            self.skus[sighting.sku] = self.skus.get(sighting.sku, 0) + 1

    def hour_seen(self, hour: int) -> bool:
        """True if the customer bought near an hour of the day before."""
        return any(map(self.hours.__getitem__, _NEAR[hour]))

    def breaks(self, habit: str, sighting: Sighting) -> bool | None:
        """True if a sale is new in a habit, False if it keeps it, None if that cannot be told."""
        return _BREAKS[habit](self, sighting)


def _store(profile: CustomerProfile, sighting: Sighting) -> bool | None:
    return None if sighting.store is None else sighting.store not in profile.stores


def _payment(profile: CustomerProfile, sighting: Sighting) -> bool | None:
    return None if sighting.payment is None else sighting.payment not in profile.payments


def _category(profile: CustomerProfile, sighting: Sighting) -> bool | None:
    return None if sighting.category is None else sighting.category not in profile.categories


def _hour(profile: CustomerProfile, sighting: Sighting) -> bool | None:
    return not profile.hour_seen(sighting.hour)


def _amount(profile: CustomerProfile, sighting: Sighting) -> bool | None:
    value = sighting.value
    return None if value is None or not profile.values.count else math.log(value) - profile.values.mean > LARGE


_BREAKS: dict[str, Callable[[CustomerProfile, Sighting], bool | None]] = {
    "store": _store,
    "payment": _payment,
    "category": _category,
    "hour": _hour,
    "amount": _amount,
}
