"""A shard of skus: their rows of a day are added to the profiles of the days before, sku by sku."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Floats, Ints
from fraud.profiles.day.columns import logs
from fraud.profiles.day.grouping import order_of, starts_of
from fraud.profiles.day.keys import read_keys
from fraud.profiles.day.rows import DEVIATION, SKU_ROW, Codes, SkuSegment, Spill
from fraud.profiles.day.samples import add_numbers
from fraud.profiles.day.shard import Shard
from fraud.profiles.skus import PriceDeviations, SkuProfile

AT_ONCE = 1_000_000
"""Rows of a shard that are in memory at once: some 100 MB."""

POSITION_BITS = 20
"""Deviations of a million neighbouring events are put in order together."""

_segment = msgspec.msgpack.Decoder(SkuSegment)


class SkuShard:
    """The skus of a shard, on a day that is added to them."""

    def __init__(self, before: bytes | None) -> None:
        """`before` is the shard up to the day before."""
        self._shard = Shard(SkuProfile, before)

    def __len__(self) -> int:
        return len(self._shard)

    def add(self, segments: Iterable[bytes]) -> Iterator[NDArray[np.void]]:
        """Take in the segments of the shard, in order; gives arrays of DEVIATION."""
        skus = Codes()
        codes: list[Ints] = []
        rows: list[NDArray[np.void]] = []
        number = 0
        for data in segments:
            segment = _segment.decode(data)
            rows.append(np.frombuffer(segment.rows, SKU_ROW))
            codes.append(skus.of(read_keys(segment.skus), len(rows[-1])))
            number += len(rows[-1])
            if number >= AT_ONCE:
                yield self._add(skus, np.concatenate(codes), np.concatenate(rows))
                skus, codes, rows, number = Codes(), [], [], 0
        if rows:
            yield self._add(skus, np.concatenate(codes), np.concatenate(rows))

    def _add(self, skus: Codes, codes: Ints, rows: NDArray[np.void]) -> NDArray[np.void]:
        profiles = [self._shard.get(sku) or SkuProfile() for sku in skus]
        sales = np.bincount(codes[rows["is_sale"] != 0], minlength=len(skus)).tolist()
        has_price = np.flatnonzero(rows["price"] > 0)
        codes = codes[has_price]
        order = has_price[order_of(codes, len(skus))]
        prices = rows["price"][order]
        usual = add_numbers([profile.prices for profile in profiles], np.bincount(codes, minlength=len(skus)), prices)
        for profile, own_sales in zip(profiles, sales, strict=True):
            profile.sales += own_sales
        self._shard.keep(skus, profiles)
        has_usual = ~np.isnan(usual)
        deviations = np.empty(np.count_nonzero(has_usual), DEVIATION)
        deviations["position"] = rows["position"][order[has_usual]]
        with np.errstate(over="ignore"):  # two prices may be too far apart for any double
            deviations["deviation"] = _deviations(prices[has_usual] / usual[has_usual])
        return deviations

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()


def _deviations(ratios: Floats) -> Floats:
    """`deviation` of each of them."""
    return np.where(ratios > 0, np.minimum(np.abs(logs(ratios, ratios > 0)), 1.0), 1.0)


def spill_deviations(deviations: NDArray[np.void], spill: Spill) -> None:
    """Keep deviations until their place among those of all shards is known."""
    buckets = deviations["position"] >> POSITION_BITS
    counts = np.bincount(buckets)
    in_order = deviations[order_of(buckets, len(counts))]
    for bucket, (start, end) in enumerate(pairwise(starts_of(counts).tolist())):
        if start < end:
            spill.add("deviations", bucket, in_order[start:end].tobytes())


def read_deviations(deviations: PriceDeviations, spill: Spill, events: int) -> None:
    """Take in the deviations of a day of so many events in order, to the last bit as one after the other."""
    for bucket in range((events >> POSITION_BITS) + 1):
        of_bucket = [np.frombuffer(data, DEVIATION) for data in spill.read("deviations", bucket)]
        if of_bucket:
            by_position = np.full(1 << POSITION_BITS, np.nan)
            for rows in of_bucket:
                by_position[rows["position"] & ((1 << POSITION_BITS) - 1)] = rows["deviation"]
            seen = by_position[~np.isnan(by_position)]
            deviations.count += len(seen)
            deviations.total = float(np.add.accumulate(np.concatenate(([deviations.total], seen)))[-1])
