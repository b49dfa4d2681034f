"""A shard of skus: their rows of a day are added to the profiles of the days before, sku by sku."""

from bisect import insort
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.counts import SAMPLE, Sample
from fraud.profiles.day.arrays import Floats, Ints
from fraud.profiles.day.columns import logs
from fraud.profiles.day.grouping import order_of, starts_of
from fraud.profiles.day.rows import DEVIATION, SKU_ROW, Codes, SkuSegment, Spill
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
        """Take in the segments of the shard, in order; gives arrays of DEVIATION, each in order of positions."""
        skus = Codes()
        codes: list[Ints] = []
        rows: list[NDArray[np.void]] = []
        number = 0
        for data in segments:
            segment = _segment.decode(data)
            codes.append(skus.of(segment.skus, len(segment.skus)))
            rows.append(np.frombuffer(segment.rows, SKU_ROW))
            number += len(segment.skus)
            if number >= AT_ONCE:
                yield self._add(skus, np.concatenate(codes), np.concatenate(rows))
                skus, codes, rows, number = Codes(), [], [], 0
        if rows:
            yield self._add(skus, np.concatenate(codes), np.concatenate(rows))

    def _add(self, skus: Codes, codes: Ints, rows: NDArray[np.void]) -> NDArray[np.void]:
        profiles = [self._shard.get(sku) or SkuProfile() for sku in skus]
        sales = np.bincount(codes[rows["is_sale"] != 0], minlength=len(skus)).tolist()
        has_price = rows["price"] > 0
        codes, rows = codes[has_price], rows[has_price]
        order = order_of(codes, len(skus))
        prices = rows["price"][order].tolist()
        starts = starts_of(np.bincount(codes, minlength=len(skus))).tolist()
        ratios: list[float] = []
        firsts: list[int] = []
        for profile, own_sales, (start, end) in zip(profiles, sales, pairwise(starts), strict=True):
            profile.sales += own_sales
            if start < end:
                if not profile.prices.numbers:
                    firsts.append(start)
                ratios += _add_prices(profile.prices, prices[start:end])
        for sku, profile in zip(skus, profiles, strict=True):
            self._shard.keep(sku, profile)
        positions = np.delete(rows["position"][order], firsts)
        deviations = np.empty(len(ratios), DEVIATION)
        deviations["position"] = positions
        deviations["deviation"] = _deviations(np.array(ratios))
        return deviations[np.argsort(positions)]

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()


def _deviations(ratios: Floats) -> Floats:
    """`deviation` of each of them."""
    return np.where(ratios > 0, np.minimum(np.abs(logs(ratios, ratios > 0)), 1.0), 1.0)


def _add_prices(sample: Sample, prices: list[float]) -> list[float]:
    """Add prices to a sample one by one; gives each as a share of the usual price before it, if there was one."""
    numbers, seen = sample.numbers, sample.seen
    ratios: list[float] = []
    for price in prices:
        if numbers:
            ratios.append(price / numbers[len(numbers) // 2])
        seen += 1
        insort(numbers, price)
        if len(numbers) > SAMPLE:
            del numbers[0 if seen % 2 else -1]
    sample.seen = seen
    return ratios


def spill_deviations(deviations: NDArray[np.void], spill: Spill) -> None:
    """Keep deviations, which are in order of positions, until their place among those of all shards is known."""
    buckets = deviations["position"].astype(np.int64) >> POSITION_BITS
    starts = np.flatnonzero(np.diff(buckets, prepend=-1)).tolist()
    for start, end in pairwise([*starts, len(buckets)]):
        spill.add("deviations", int(buckets[start]), deviations[start:end].tobytes())


def read_deviations(deviations: PriceDeviations, spill: Spill, events: int) -> None:
    """Take in the deviations of a day of so many events in order, to the last bit as one after the other."""
    for bucket in range((events >> POSITION_BITS) + 1):
        of_bucket = [np.frombuffer(data, DEVIATION) for data in spill.read("deviations", bucket)]
        if of_bucket:
            rows = np.concatenate(of_bucket)
            seen = rows["deviation"][np.argsort(rows["position"])]
            deviations.count += len(seen)
            deviations.total = float(np.add.accumulate(np.concatenate(([deviations.total], seen)))[-1])
