"""Prices of many skus at each store, all at once: to the last bit the levels of `fraud.profiles.skus.SkuProfile`."""

import math
from collections.abc import Sequence
from itertools import chain, islice
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from fraud.profiles.counts import MOST_VALUES
from fraud.profiles.day.arrays import Bools, Floats, Ints
from fraud.profiles.day.columns import NONE
from fraud.profiles.day.grouping import groups_of, order_of, starts_of
from fraud.profiles.day.rows import Codes
from fraud.profiles.skus import DRAWN, MOST_SEEN, STEPS, PriceLevel, SkuProfile

_BETWEEN = 1e-6
"""Of a step; logarithms of prices differ by some 1e-9 of one."""

_seen = attrgetter("seen")
_total = attrgetter("total")


class LevelColumns(NamedTuple):
    """The levels of skus, one sku after the other, each in the order in which its stores came; both by codes."""

    skus: Ints
    stores: Ints
    seen: Ints
    total: Floats

    @property
    def level(self) -> Floats:
        """`PriceLevel.level` of each."""
        return self.total / (self.seen + DRAWN)


class DayPrices(NamedTuple):
    """The prices of a day at stores with a level: how many, and the sum of their `ln`."""

    skus: Ints
    stores: Ints
    seen: Ints
    total: Floats


class Cells:
    """A sku at a store each: those with a level already, and those whose prices came now."""

    def __init__(self, profiles: Sequence[SkuProfile], stores: Codes, skus: Ints, of_store: Ints) -> None:
        """`skus` and `of_store` are those of prices, one sku after the other; a price without a store has no cell."""
        self._has_cell = np.flatnonzero((of_store != NONE) & (of_store != stores.get("", NONE)))
        self._levels = levels = levels_of(profiles, stores)
        width = len(stores)
        keys = np.concatenate([levels.skus, skus[self._has_cell]]) * width
        keys += np.concatenate([levels.stores, of_store[self._has_cell]])
        groups = groups_of(keys, len(profiles) * width)
        self._of_price = groups.of_row[len(levels.skus) :]
        self._skus, self._stores = np.divmod(keys[groups.firsts], width)
        self._has_level = _are_first(self._skus, len(profiles), MOST_VALUES)

    def without_level(self, prices: Floats) -> Floats:
        """Prices as they would be at a store like all others."""
        levels = self._levels
        factors = np.ones(len(self._skus))
        is_seen = np.flatnonzero(levels.seen)
        factors[is_seen] = [*map(math.exp, levels.level[is_seen].tolist())]
        result = prices.copy()
        result[self._has_cell] /= factors[self._of_price]
        return result

    def counted(self, logs: Floats) -> DayPrices:
        """The prices of the day, by the logarithm as which each counts."""
        seen = np.bincount(self._of_price, minlength=len(self._skus))
        total = np.bincount(self._of_price, logs[self._has_cell], minlength=len(self._skus)).astype(np.float64)
        own = np.flatnonzero(self._has_level & (seen > 0))
        return DayPrices(self._skus[own], self._stores[own], seen[own], total[own])

    def open_levels(self, profiles: Sequence[SkuProfile], stores: Sequence[str]) -> None:
        """Give each sku a level at the stores that are new to it, as far as there is room."""
        number = len(self._levels.skus)
        new = number + np.flatnonzero(self._has_level[number:])
        new = new[order_of(self._skus[new], len(profiles))]
        names = map(stores.__getitem__, self._stores[new].tolist())
        numbers = np.bincount(self._skus[new], minlength=len(profiles))
        for place in np.flatnonzero(numbers).tolist():
            profiles[place].at_stores.update((name, PriceLevel()) for name in islice(names, int(numbers[place])))


def _are_first(groups: Ints, number: int, most: int) -> Bools:
    """The rows that are among so many first ones of their group."""
    order = order_of(groups, number)
    counts = np.bincount(groups, minlength=number)
    result = np.empty(len(groups), bool)
    result[order] = np.arange(len(groups)) - np.repeat(starts_of(counts)[:-1], counts) < most
    return result


def levels_of(profiles: Sequence[SkuProfile], stores: Codes) -> LevelColumns:
    """The levels of skus; a store without a code gets one."""
    by_sku = [profile.at_stores for profile in profiles]
    numbers = np.array([*map(len, by_sku)], np.int64)
    levels = [*chain.from_iterable(own.values() for own in by_sku)]
    return LevelColumns(
        np.repeat(np.arange(len(profiles)), numbers),
        stores.of(chain.from_iterable(by_sku), len(levels)),
        np.fromiter(map(_seen, levels), np.int64, len(levels)),
        np.fromiter(map(_total, levels), np.float64, len(levels)),
    )


def close_day(profiles: Sequence[SkuProfile], stores: Codes, day: DayPrices) -> None:
    """End a day as `SkuProfile.close_day` does; each sku and store of it has a level, and each sku a price."""
    levels = levels_of(profiles, stores)
    keys = levels.skus * len(stores) + levels.stores
    order = np.argsort(keys)
    places = order[np.searchsorted(keys, day.skus * len(stores) + day.stores, sorter=order)]
    today = np.bincount(places, day.seen, minlength=len(keys)).astype(np.int64)
    total = np.bincount(places, day.total, minlength=len(keys))
    usual = lns(np.array([profile.prices.median for profile in profiles], np.float64))[levels.skus]
    seen = levels.seen + today
    total = np.where(today > 0, levels.total + (total + today * (levels.level - usual)), levels.total)
    total = np.where(seen > MOST_SEEN, total * MOST_SEEN / np.maximum(seen, 1), total)
    closed = map(PriceLevel, np.minimum(seen, MOST_SEEN).tolist(), total.tolist())
    for profile in profiles:
        profile.at_stores = dict(zip([*profile.at_stores], closed, strict=False))


def lns(prices: Floats) -> Floats:
    """`fraud.profiles.skus.ln` of each of them, and NaN of NaN."""
    steps = np.log(prices) * STEPS
    rounded = np.rint(steps)
    # numpy's logarithm is not that of `math` to the last bit, which only tells between two steps.
    between = np.flatnonzero(np.abs(steps - rounded) > 0.5 - _BETWEEN)
    rounded[between] = [round(math.log(price) * STEPS) for price in prices[between].tolist()]
    return rounded / STEPS
