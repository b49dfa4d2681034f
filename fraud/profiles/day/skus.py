"""A shard of skus: their rows of a day are added to the profiles of the days before, sku by sku."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Floats, Ints
from fraud.profiles.day.columns import NONE, logs
from fraud.profiles.day.grouping import groups_of, order_of
from fraud.profiles.day.keys import read_keys
from fraud.profiles.day.rows import SKU_ROW, Codes, SkuSegment
from fraud.profiles.day.samples import add_numbers
from fraud.profiles.day.shard import Shard
from fraud.profiles.skus import LEAST_PRICE, MOST_FAR, STEPS, PriceDeviations, SkuDay, SkuProfile

AT_ONCE = 1_000_000
"""Rows of a shard that are in memory at once: some 100 MB."""

_segment = msgspec.msgpack.Decoder(SkuSegment)


class _Rows(NamedTuple):
    """Rows of skus and stores, by codes."""

    skus: Ints
    stores: Ints
    rows: NDArray[np.void]


class SkuShard:
    """The skus of a shard, on a day that is added to them."""

    def __init__(self, before: bytes | None, deviations: PriceDeviations) -> None:
        """`before` is the shard up to the day before; `deviations` are those of all shards."""
        self._shard = Shard(SkuProfile, before)
        self._deviations = deviations
        self._days: dict[str, SkuDay] = defaultdict(SkuDay)

    def __len__(self) -> int:
        return len(self._shard)

    def add(self, segments: Iterable[bytes]) -> None:
        """Take in all segments of the shard, in order."""
        skus, stores = Codes(), Codes()
        parts: list[_Rows] = []
        number = 0
        for data in segments:
            segment = _segment.decode(data)
            rows = np.frombuffer(segment.rows, SKU_ROW)
            of_store = np.append(stores.of(segment.stores, len(segment.stores)), NONE)[rows["store"]]
            parts.append(_Rows(skus.of(read_keys(segment.skus), len(rows)), of_store, rows))
            number += len(rows)
            if number >= AT_ONCE:
                self._add([*skus], [*stores], parts)
                skus, stores, parts, number = Codes(), Codes(), [], 0
        if parts:
            self._add([*skus], [*stores], parts)
        self._close()

    def _add(self, skus: Sequence[str], stores: Sequence[str], parts: Sequence[_Rows]) -> None:
        codes = np.concatenate([part.skus for part in parts])
        rows = np.concatenate([part.rows for part in parts])
        profiles = [self._shard.get(sku) or SkuProfile() for sku in skus]
        sales = np.bincount(codes[rows["is_sale"] != 0], minlength=len(skus)).tolist()
        for profile, own_sales in zip(profiles, sales, strict=True):
            profile.sales += own_sales
        has_price = np.flatnonzero(rows["price"] >= LEAST_PRICE)
        order = has_price[order_of(codes[has_price], len(skus))]
        of_store = np.concatenate([part.stores for part in parts])[order]
        self._add_prices(skus, stores, profiles, _Prices(codes[order], of_store, rows["price"][order]))
        self._shard.keep(skus, profiles)

    def _add_prices(
        self, skus: Sequence[str], stores: Sequence[str], profiles: Sequence[SkuProfile], seen: "_Prices"
    ) -> None:
        """Take in prices as `SkuProfile.add` does."""
        at_store = np.flatnonzero(seen.stores != NONE)
        cells = groups_of(seen.skus[at_store] * len(stores) + seen.stores[at_store], len(skus) * len(stores))
        firsts, of_row = at_store[cells.firsts], cells.of_row
        places: list[tuple[int, int]] = [*zip(seen.skus[firsts].tolist(), seen.stores[firsts].tolist(), strict=True)]
        levels = [profiles[sku].level_at(stores[store]) for sku, store in places]
        prices = seen.prices.copy()
        prices[at_store] /= np.array([math.exp(own.level) if own and own.seen else 1.0 for own in levels])[of_row]
        counts = np.bincount(seen.skus, minlength=len(skus))
        lns, usual = _lns(prices), _lns(add_numbers([profile.prices for profile in profiles], counts, prices))
        far = lns - usual
        compared = far[~np.isnan(far)]
        self._deviations.count += len(compared)
        self._deviations.total += float(np.minimum(np.abs(compared), 1.0).sum())
        bounded = np.where(np.isnan(far), lns, usual + np.clip(far, -MOST_FAR, MOST_FAR))
        totals = np.bincount(of_row, bounded[at_store], minlength=len(levels)).tolist()
        for (sku, store), own, number, total in zip(places, levels, cells.counts.tolist(), totals, strict=True):
            if own:
                self._days[skus[sku]].add(stores[store], number, total)

    def _close(self) -> None:
        """End the day of each sku."""
        profiles = [self._shard.get(sku) or SkuProfile() for sku in self._days]
        for profile, day in zip(profiles, self._days.values(), strict=True):
            profile.close_day(day)
        self._shard.keep(self._days, profiles)

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()


class _Prices(NamedTuple):
    """Prices of skus at stores, by codes: one sku after the other, each in order of time."""

    skus: Ints
    stores: Ints
    prices: Floats


def _lns(prices: Floats) -> Floats:
    """`ln` of each of them, and NaN of NaN."""
    return np.rint(logs(prices, ~np.isnan(prices)) * STEPS) / STEPS
