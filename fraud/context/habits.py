"""A customer's habits: which of them a sale breaks, and how much that speaks for somebody else than the customer."""

import math
from collections.abc import Mapping

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.customers import HABITS, HOURS_APART, CustomerProfile
from fraud.profiles.population import Population, habit_level

LARGE_SHARE = 0.85
"""The share of sales that are not beyond a customer's usual amount, about."""

_LEAST = 0.02


class KeptHabits(msgspec.Struct, frozen=True, gc=False):
    """A sale against the habits that could be told, and the names of those that it breaks.

    `strangeness` sums over the habits: ln of the chance that anybody breaks (or keeps) it by that this customer does,
    as customers of as many sales were seen to do on the days before.
    """

    told: int
    broken: tuple[str, ...]
    strangeness: float


class Habits:
    """The habits of a customer with sales on the days before, among all customers."""

    def __init__(self, profile: CustomerProfile, population: Population) -> None:
        self._profile = profile
        level = habit_level(profile.sales)
        shares: Mapping[str, float] = {
            "store": _seen_share(profile.stores, population.stores, population.sales),
            "payment": _seen_share(profile.payments, population.payments, population.sales),
            "category": _seen_share(profile.categories, population.categories, population.sales),
            "hour": _hour_share(profile, population),
            "amount": LARGE_SHARE,
        }
        self._kept, self._broken = dict[str, float](), dict[str, float]()
        for habit in HABITS:
            novelty = population.novelty_rate(habit, level)
            self._kept[habit] = math.log(max(_LEAST, shares[habit]) / max(_LEAST, 1 - novelty))
            self._broken[habit] = math.log(max(_LEAST, 1 - shares[habit]) / max(_LEAST, novelty))

    def kept(self, sale: Sighting) -> KeptHabits:
        """A sale against these habits."""
        broken: list[str] = []
        strangeness, told = 0.0, 0
        for habit in HABITS:
            is_broken = self._profile.breaks(habit, sale)
            if is_broken is None:
                continue
            told += 1
            strangeness += self._broken[habit] if is_broken else self._kept[habit]
            if is_broken:
                broken.append(habit)
        return KeptHabits(told, tuple(broken), strangeness)

    def payment_strangeness(self, sale: Sighting) -> float | None:
        """The payment's part of `strangeness`; None if the event does not say how it was paid."""
        is_broken = self._profile.breaks("payment", sale)
        if is_broken is None:
            return None
        return self._broken["payment"] if is_broken else self._kept["payment"]


def is_stranger(profile: CustomerProfile | None, sale: Sighting) -> bool:
    """True if nobody has seen the sale's customer before, or if it breaks two habits of the customer or more."""
    if sale.customer is None:
        return False
    if profile is None:
        return True
    return bool(profile.sales) and sum(profile.breaks(habit, sale) is True for habit in HABITS) >= 2


def _seen_share(seen: Mapping[str, int], population: Mapping[str, int], total: int) -> float:
    return min(1.0, sum(population.get(value, 0) for value in seen) / max(1, total))


def _hour_share(profile: CustomerProfile, population: Population) -> float:
    hours = {
        (hour + apart) % 24
        for hour, sales in enumerate(profile.hours)
        if sales
        for apart in range(-HOURS_APART, HOURS_APART + 1)
    }
    return min(1.0, sum(population.hours[hour] for hour in hours) / max(1, population.sales))
