"""A shard of customers: their rows of a day are added to the profiles of the days before, for all of them at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.counts import MOST_VALUES
from fraud.profiles.customers import LARGE, MOST_SKUS, CustomerProfile
from fraud.profiles.day.arrays import Bools, Ints
from fraud.profiles.day.columns import NONE
from fraud.profiles.day.grouping import groups_of, order_of, starts_of
from fraud.profiles.day.habits import HabitCounts, is_strange_hour, levels_of
from fraud.profiles.day.key_codes import key_codes
from fraud.profiles.day.keys import joined_keys, read_column, texts_of
from fraud.profiles.day.rows import (
    CUSTOMER_BUCKETS,
    CUSTOMER_ROW,
    DEEP,
    FLAGGED,
    PRIORITY,
    RETURN,
    SALE,
    Codes,
    CustomerSegment,
    Spill,
)
from fraud.profiles.day.shard import Shard
from fraud.profiles.day.welford import add_logs
from fraud.profiles.keeping import SHARDS
from fraud.profiles.moments import LogMoments
from fraud.profiles.population import Population

AT_ONCE = 1_000_000
"""Rows of a shard that are in memory at once: some 100 MB."""
_HABITS = {"store": "stores", "payment": "payments", "category": "categories"}
"""The field of a profile that counts the values of each column."""
_KNOWN, _NEW, _TOO_MANY = 0, 1, 2

_segment = msgspec.msgpack.Decoder(CustomerSegment)


class CustomerTotals(msgspec.Struct):
    """Counts that the customers of a day add to the population."""

    active: int = 0
    sales: int = 0
    by_new: int = 0
    habits: HabitCounts = msgspec.field(default_factory=HabitCounts)

    def close(self, population: Population, *, is_first_day: bool) -> None:
        """Add them."""
        population.active += self.active
        population.begin_later_day()
        if not is_first_day:
            population.of_later_days += self.sales
            population.by_new += self.by_new
        self.habits.close(population)


class _Sales(msgspec.Struct):
    """Rows of sales by customer, and of each customer in order of time; columns of texts hold places in `texts`."""

    names: list[str]
    before: list[CustomerProfile | None]
    """The profile of each customer, if it has one."""
    texts: dict[str, list[str]]
    customer: Ints
    skus: list[str]
    rows: NDArray[Any]


class CustomerShard:
    """The customers of a shard, on a day that is added to them."""

    def __init__(self, before: bytes | None, day: int, totals: CustomerTotals) -> None:
        """`before` is the shard up to the day before."""
        self._shard = Shard(CustomerProfile, before)
        self._day = day
        self._totals = totals
        self._active: set[str] = set()

    def add(self, spill: Spill, number: int) -> None:
        """Take in what the spill has for the shard of a number."""
        for bucket in range(number, CUSTOMER_BUCKETS, SHARDS):
            self._add_bucket(spill.read("customers", bucket))

    def _add_bucket(self, segments: Iterable[bytes]) -> None:
        waiting: list[CustomerSegment] = []
        number = 0
        for data in segments:
            segment = _segment.decode(data)
            waiting.append(segment)
            number += _rows_in(segment)
            if number >= AT_ONCE:
                self._add(waiting)
                waiting, number = [], 0
        if waiting:
            self._add(waiting)
        self._totals.active += len(self._active)
        self._active.clear()

    def _add(self, segments: list[CustomerSegment]) -> None:
        rows, texts = _rows_of(segments)
        customer, names = key_codes(joined_keys([read_column(own.customers, _rows_in(own)) for own in segments]))
        skus = joined_keys([read_column(own.skus, _rows_in(own)) for own in segments])
        segments.clear()
        order = order_of(customer, len(names))
        is_return = rows["flags"] & RETURN != 0
        returns = np.bincount(customer[is_return], minlength=len(names))
        order = order[(rows["flags"] & SALE != 0)[order]]
        before = [*map(self._shard.get, names)]
        # `take`, since an index takes fifty times as long for rows of several fields.
        sales = _Sales(names, before, texts, customer[order], texts_of(skus[order]), rows.take(order))
        self._shard.keep(names, self._profiles(sales, returns))

    def _profiles(self, sales: _Sales, returns: Ints) -> Iterator[CustomerProfile]:
        """The profiles up to the day, of customers with sales and returns on it."""
        customer, rows, before, day = sales.customer, sales.rows, sales.before, self._day
        counts = np.bincount(customer, minlength=len(before))
        flags = rows["flags"]
        flagged, priority, deep = (
            np.bincount(customer[flags & flag != 0], minlength=len(before)) for flag in (FLAGGED, PRIORITY, DEEP)
        )
        sold = _of(before, lambda profile: profile.sales)
        first_days = [day if profile is None else profile.first_day for profile in before]
        self._totals.sales += len(rows)
        self._active.update(sales.names[place] for place in np.flatnonzero(counts).tolist())
        self._totals.by_new += int(counts[np.array(first_days) == day].sum())
        ranks = np.arange(len(rows)) - np.repeat(starts_of(counts)[:-1], counts)
        sold_before = sold[customer] + ranks
        asked_at_all = sold_before > 0
        levels, positions = levels_of(sold_before), rows["position"].astype(np.int64)

        def watch(habit: str, has_value: Bools, broken: Bools) -> None:
            self._totals.habits.add(habit, asked_at_all & has_value, broken, levels=levels, positions=positions)

        counters: list[list[dict[str, int]]] = []
        for name, field in _HABITS.items():
            counter, broken = _count(sales, name, field)
            watch(name, rows[name] != NONE, broken)
            counters.append(counter)
        hours, broken = _hours(sales, ranks)
        watch("hour", np.ones(len(rows), bool), broken)
        values, has_mean, broken = _values(sales)
        watch("amount", has_mean, broken)
        return map(
            CustomerProfile,
            first_days,
            repeat(day),
            [1 if profile is None else profile.days + (profile.last_day != day) for profile in before],
            (sold + counts).tolist(),
            (_of(before, lambda profile: profile.returns) + returns).tolist(),
            (_of(before, lambda profile: profile.flagged) + flagged).tolist(),
            *counters,
            hours,
            values,
            _skus(sales, counts),
            (_of(before, lambda profile: profile.priority) + priority).tolist(),
            (_of(before, lambda profile: profile.deep) + deep).tolist(),
            (_of(before, lambda profile: profile.told) + counts).tolist(),
        )

    def __len__(self) -> int:
        return len(self._shard)

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()


def _rows_in(segment: CustomerSegment) -> int:
    return len(segment.rows) // CUSTOMER_ROW.itemsize


def _rows_of(segments: Sequence[CustomerSegment]) -> tuple[NDArray[Any], dict[str, list[str]]]:
    """The rows of segments, whose columns of texts hold places in the lists that come with them."""
    codes = {name: Codes() for name in _HABITS}
    # Joined as octets: numpy copies rows of several fields one field after the other.
    rows = np.frombuffer(bytearray().join(segment.rows for segment in segments), CUSTOMER_ROW)
    start = 0
    for segment in segments:
        end = start + _rows_in(segment)
        of_segment = rows[start:end]
        for (name, own), texts in zip(
            codes.items(), (segment.stores, segment.payments, segment.categories), strict=True
        ):
            places = np.append(own.of(texts, len(texts)), NONE)
            of_segment[name] = places[of_segment[name]]
        start = end
    return rows, {name: [*own] for name, own in codes.items()}


def _of(profiles: Iterable[CustomerProfile | None], number: Callable[[CustomerProfile], int]) -> Ints:
    """A number of each profile; 0 without a profile."""
    return np.array([0 if profile is None else number(profile) for profile in profiles], np.int64)


def _count(sales: _Sales, name: str, field: str) -> tuple[list[dict[str, int]], Bools]:
    """Count the values of a column for each customer; gives the rows, too, whose value it was not known for."""
    codes, texts = sales.rows[name].astype(np.int64), sales.texts[name]
    rows = np.flatnonzero(codes != NONE)
    customer, codes = sales.customer[rows], codes[rows]
    groups = groups_of(customer * len(texts) + codes, len(sales.before) * len(texts))
    values = map(texts.__getitem__, codes[groups.firsts].tolist())
    numbers = np.bincount(customer[groups.firsts], minlength=len(sales.before))
    pairs = zip(values, groups.counts.tolist(), strict=True)
    counters = [dict(islice(pairs, number)) for number in numbers.tolist()]
    states = np.full(len(groups.firsts), _NEW, np.int8)
    starts = starts_of(numbers)
    for place, (profile, today) in enumerate(zip(sales.before, counters, strict=True)):
        if profile is not None or len(today) > MOST_VALUES:
            counter: dict[str, int] = {} if profile is None else getattr(profile, field)
            counters[place] = counter
            states[starts[place] : starts[place + 1]] = _add_to(counter, today)
    broken = np.zeros(len(sales.rows), bool)
    broken[rows[groups.firsts[states == _NEW]]] = True
    if (is_too_many := states == _TOO_MANY).any():
        broken[rows[is_too_many[groups.of_row]]] = True
    return counters, broken


def _add_to(counter: dict[str, int], today: Mapping[str, int]) -> list[int]:
    """Add counts to those of the days before; gives the state of each."""
    states: list[int] = []
    for value, own in today.items():
        if value in counter:
            counter[value] += own
            states.append(_KNOWN)
        elif len(counter) < MOST_VALUES:
            counter[value] = own
            states.append(_NEW)
        else:
            states.append(_TOO_MANY)
    return states


def _hours(sales: _Sales, ranks: Ints) -> tuple[list[list[int]], Bools]:
    """The hours of each customer, and the sales at hours that are strange."""
    hours = sales.rows["hour"].astype(np.int64)
    before = np.zeros((len(sales.before), 24), np.int64)
    for own, profile in zip(before, sales.before, strict=True):
        if profile is not None:
            own[:] = profile.hours
    today = np.bincount(sales.customer * 24 + hours, minlength=before.size).reshape(before.shape)
    return (before + today).tolist(), is_strange_hour(sales.customer, hours, ranks, before > 0)


def _values(sales: _Sales) -> tuple[list[LogMoments], Bools, Bools]:
    """The values of each customer, the rows that can be held against those before, and those far above them."""
    logs = sales.rows["log_value"]
    rows = np.flatnonzero(~np.isnan(logs))
    counts = np.bincount(sales.customer[rows], minlength=len(sales.before))
    values = [LogMoments() if profile is None else profile.values for profile in sales.before]
    means = np.full(len(logs), np.nan)
    means[rows] = add_logs(values, counts, logs[rows])
    return values, ~np.isnan(means), logs - means > LARGE


def _skus(sales: _Sales, counts: Ints) -> list[dict[str, int]]:
    """The skus of each customer, with so many sales."""
    bought = iter(sales.skus)
    result: list[dict[str, int]] = []
    for profile, number in zip(sales.before, counts.tolist(), strict=True):
        skus: dict[str, int] = {} if profile is None else profile.skus
        own = [*islice(bought, number)]
        if not skus and len(today := dict.fromkeys(own, 1)) == number < MOST_SKUS and "" not in today:
            skus = today  # each another one
        else:
            for sku in own:
                if len(skus) >= MOST_SKUS:
                    break  # nothing is counted from then on
                if sku:
                    skus[sku] = skus.get(sku, 0) + 1
        result.append(skus)
    return result
