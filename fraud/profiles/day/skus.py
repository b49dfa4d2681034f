"""A shard of skus: their rows of a day are added to the profiles of the days before, sku by sku."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from fraud.profiles.day.arrays import Floats, Ints
from fraud.profiles.day.columns import NONE
from fraud.profiles.day.grouping import order_of
from fraud.profiles.day.key_codes import key_codes
from fraud.profiles.day.keys import KeyColumn, joined_keys, read_column
from fraud.profiles.day.price_levels import Cells, DayPrices, close_day, lns
from fraud.profiles.day.rows import SKU_ROW, Codes, SkuSegment
from fraud.profiles.day.samples import add_numbers
from fraud.profiles.day.shard import Shard
from fraud.profiles.skus import LEAST_PRICE, MOST_FAR, PriceDeviations, SkuProfile

AT_ONCE = 1_000_000
"""Rows of a shard that are in memory at once: some 100 MB."""

_segment = msgspec.msgpack.Decoder(SkuSegment)


class _Rows(NamedTuple):
    """Rows of skus and, by codes, of stores."""

    skus: KeyColumn
    stores: Ints
    rows: bytes


class SkuShard:
    """The skus of a shard, on a day that is added to them."""

    def __init__(self, before: bytes | None, deviations: PriceDeviations) -> None:
        """`before` is the shard up to the day before; `deviations` are those of all shards."""
        self._shard = Shard(SkuProfile, before)
        self._deviations = deviations
        self._skus, self._stores = Codes(), Codes()
        self._day: list[DayPrices] = []
        self._open: dict[str, SkuProfile] = {}
        """Those that are being changed, which the shard does not have yet."""

    def __len__(self) -> int:
        return len(self._shard)

    def add(self, segments: Iterable[bytes]) -> None:
        """Take in all segments of the shard, in order."""
        parts: list[_Rows] = []
        number = 0
        for data in segments:
            segment = _segment.decode(data)
            rows = np.frombuffer(segment.rows, SKU_ROW)
            of_store = np.append(self._stores.of(segment.stores, len(segment.stores)), NONE)[rows["store"]]
            parts.append(_Rows(read_column(segment.skus, len(rows)), of_store, segment.rows))
            number += len(rows)
            if number >= AT_ONCE:
                self._add(parts)
                parts, number = [], 0
        if parts:
            self._add(parts)
        self._close()

    def _add(self, parts: Sequence[_Rows]) -> None:
        codes, skus = key_codes(joined_keys([part.skus for part in parts]))
        rows = np.frombuffer(b"".join(part.rows for part in parts), SKU_ROW)
        profiles = self._opened(skus)
        sales = np.bincount(codes[rows["is_sale"] != 0], minlength=len(skus)).tolist()
        for profile, own_sales in zip(profiles, sales, strict=True):
            profile.sales += own_sales
        has_price = np.flatnonzero(rows["price"] >= LEAST_PRICE)
        order = has_price[order_of(codes[has_price], len(skus))]
        of_store = np.concatenate([part.stores for part in parts])[order]
        seen = self._add_prices(profiles, codes[order], of_store, rows["price"][order])
        self._day.append(seen._replace(skus=self._skus.of(skus, len(skus))[seen.skus]))

    def _opened(self, skus: Iterable[str]) -> list[SkuProfile]:
        """The profiles of skus, to be changed; all others are kept as they are."""
        opened = {sku: self._open.pop(sku, None) or self._shard.get(sku) or SkuProfile() for sku in skus}
        self._keep()
        self._open = opened
        return [*opened.values()]

    def _keep(self) -> None:
        self._shard.keep(self._open.keys(), self._open.values())

    def _add_prices(self, profiles: Sequence[SkuProfile], skus: Ints, of_store: Ints, seen: Floats) -> DayPrices:
        """Take in prices as `SkuProfile.add` does: one sku after the other, each in order of time."""
        cells = Cells(profiles, self._stores, skus, of_store)
        prices = cells.without_level(seen)
        counts = np.bincount(skus, minlength=len(profiles))
        logs, usual = lns(prices), lns(add_numbers([profile.prices for profile in profiles], counts, prices))
        far = logs - usual
        compared = far[~np.isnan(far)]
        self._deviations.count += len(compared)
        self._deviations.total += float(np.minimum(np.abs(compared), 1.0).sum())
        cells.open_levels(profiles, [*self._stores])
        return cells.counted(np.where(np.isnan(far), logs, usual + np.clip(far, -MOST_FAR, MOST_FAR)))

    def _close(self) -> None:
        """End the day of each sku."""
        if self._day:
            day = DayPrices._make(map(np.concatenate, zip(*self._day, strict=True)))
            skus = np.flatnonzero(np.bincount(day.skus))
            named = [*self._skus]
            profiles = self._opened([named[sku] for sku in skus.tolist()])
            close_day(profiles, self._stores, day._replace(skus=np.searchsorted(skus, day.skus)))
        self._keep()

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()
