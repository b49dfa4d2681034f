"""A customer's habits: which of them a sale breaks, and how much that speaks for somebody else than the customer."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, repeat

import msgspec

from fraud.context.sighting import Sighting
from fraud.profiles.customers import HABITS, NEAR_HOURS, CustomerProfile
from fraud.profiles.population import Population

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
    """The habits of a customer with sales on the days before, among all customers.

    `novelty` is the share of sales that break each of HABITS, for customers of as many sales.
    """

    def __init__(self, profile: CustomerProfile, population: Population, novelty: Sequence[float]) -> None:
        self._profile = profile
        shares = (
            _seen_share(profile.stores, population.stores, population.sales),
            _seen_share(profile.payments, population.payments, population.sales),
            _seen_share(profile.categories, population.categories, population.sales),
            _hour_share(profile, population),
            LARGE_SHARE,
        )
        self._strangeness = [
            (math.log(max(_LEAST, share) / max(_LEAST, 1 - new)), math.log(max(_LEAST, 1 - share) / max(_LEAST, new)))
            for share, new in zip(shares, novelty, strict=True)
        ]
        """For each of HABITS, what it tells if it is kept, and if it is broken."""

    def kept(self, sale: Sighting) -> KeptHabits:
        """A sale against these habits."""
        breaks = self._profile.breaks(sale)
        return KeptHabits(len(breaks) - breaks.count(None), tuple(compress(HABITS, breaks)), self._summed(breaks))

    def strangeness(self, sale: Sighting) -> float:
        """`KeptHabits.strangeness` of a sale, of which a customer has many."""
        return self._summed(self._profile.breaks(sale))

    def _summed(self, breaks: Iterable[bool | None]) -> float:
        total = 0.0
        for is_broken, strangeness in zip(breaks, self._strangeness, strict=True):
            if is_broken is not None:
                total += strangeness[is_broken]
        return total

    def payment_strangeness(self, sale: Sighting) -> float | None:
        """The payment's part of `strangeness`; None if the event does not say how it was paid."""
        is_broken = self._profile.pays_anew(sale)
        return None if is_broken is None else self._strangeness[HABITS.index("payment")][is_broken]


def is_stranger(profile: CustomerProfile | None, sale: Sighting) -> bool:
    """True if nobody has seen the sale's customer before, or if it breaks two habits of the customer or more."""
    if sale.customer is None:
        return False
    if profile is None:
        return True
    return bool(profile.sales) and profile.breaks(sale).count(True) >= 2


def _seen_share(seen: Mapping[str, int], population: Mapping[str, int], total: int) -> float:
    return min(1.0, sum(map(population.get, seen, repeat(0))) / max(1, total))


def _hour_share(profile: CustomerProfile, population: Population) -> float:
    hours = set[int]().union(*compress(NEAR_HOURS, profile.hours))
    return min(1.0, sum(map(population.hours.__getitem__, hours)) / max(1, population.sales))
