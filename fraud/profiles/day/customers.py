"""A shard of customers: their rows of a day are added to the profiles of the days before, for all of them at once."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.counts import MOST_VALUES
from fraud.profiles.customers import LARGE, MOST_SKUS, CustomerProfile
from fraud.profiles.day.arrays import Bools, Ints
from fraud.profiles.day.columns import NONE
from fraud.profiles.day.grouping import Groups, groups_of, order_of, starts_of
from fraud.profiles.day.habits import HabitCounts, is_strange_hour, levels_of
from fraud.profiles.day.rows import CUSTOMER_BUCKETS, CUSTOMER_ROW, FLAGGED, RETURN, SALE, Codes, CustomerSegment, Spill
from fraud.profiles.day.shard import Shard
from fraud.profiles.day.welford import add_logs
from fraud.profiles.keeping import SHARDS
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
        if not is_first_day:
            population.of_later_days += self.sales
            population.by_new += self.by_new
        self.habits.close(population)


class _Rows(msgspec.Struct):
    """Rows by customer, and of each customer in order of time; columns of texts hold places in `texts`."""

    names: list[str]
    profiles: list[CustomerProfile]
    texts: dict[str, list[str]]
    customer: Ints
    skus: Ints
    rows: NDArray[Any]

    def by_customer(self, customers: Ints, groups: Groups) -> Iterator[tuple[int, int, int]]:
        """The groups of each customer that has any: its place, and those from start to end."""
        ends = starts_of(np.bincount(customers[groups.firsts], minlength=len(self.profiles)))
        for place in np.flatnonzero(np.diff(ends)).tolist():
            yield place, int(ends[place]), int(ends[place + 1])


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
            number += len(segment.customers)
            if number >= AT_ONCE:
                self._add(waiting)
                waiting, number = [], 0
        if waiting:
            self._add(waiting)
        self._totals.active += len(self._active)
        self._active.clear()

    def _add(self, segments: list[CustomerSegment]) -> None:
        rows = self._rows(segments)
        segments.clear()
        changed = rows.profiles
        for profile in changed:
            if profile.last_day != self._day:
                profile.last_day = self._day
                profile.days += 1
        returns = np.bincount(rows.customer[rows.rows["flags"] & RETURN != 0], minlength=len(changed))
        for place in np.flatnonzero(returns).tolist():
            changed[place].returns += int(returns[place])
        is_sale = rows.rows["flags"] & SALE != 0
        rows.customer, rows.skus, rows.rows = rows.customer[is_sale], rows.skus[is_sale], rows.rows[is_sale]
        self._add_sales(rows)
        for name, profile in zip(rows.names, changed, strict=True):
            self._shard.keep(name, profile)

    def _rows(self, segments: list[CustomerSegment]) -> _Rows:
        customers, skus = Codes(), Codes({"": 0})
        codes = {name: Codes() for name in _HABITS}
        parts: list[NDArray[Any]] = []
        of_customer: list[Ints] = []
        of_sku: list[Ints] = []
        for segment in segments:
            number = len(segment.customers)
            of_customer.append(customers.of(segment.customers, number))
            of_sku.append(skus.of(segment.skus, number))
            rows = np.frombuffer(segment.rows, CUSTOMER_ROW).copy()
            for (name, own), texts in zip(
                codes.items(), (segment.stores, segment.payments, segment.categories), strict=True
            ):
                places = np.append(own.of(texts, len(texts)), NONE)
                rows[name] = places[rows[name]]
            parts.append(rows)
        customer = np.concatenate(of_customer)
        order = order_of(customer, len(customers))
        return _Rows(
            [*customers],
            [self._shard.get(name) or CustomerProfile(first_day=self._day) for name in customers],
            {name: [*own] for name, own in codes.items()} | {"sku": [*skus]},
            customer[order],
            np.concatenate(of_sku)[order],
            np.concatenate(parts)[order],
        )

    def _add_sales(self, sales: _Rows) -> None:
        profiles, customer, rows = sales.profiles, sales.customer, sales.rows
        number = len(rows)
        counts = np.bincount(customer, minlength=len(profiles))
        starts = starts_of(counts)
        ranks = np.arange(number) - np.repeat(starts[:-1], counts)
        before = np.array([profile.sales for profile in profiles], np.int64)[customer] + ranks
        is_new = np.array([profile.first_day == self._day for profile in profiles], bool)
        self._totals.sales += number
        self._active.update(sales.names[place] for place in np.flatnonzero(counts).tolist())
        self._totals.by_new += int(counts[is_new].sum())
        asked_at_all = before > 0
        levels, positions = levels_of(before), rows["position"].astype(np.int64)

        def watch(habit: str, has_value: Bools, broken: Bools) -> None:
            self._totals.habits.add(habit, asked_at_all & has_value, broken, levels=levels, positions=positions)

        for name, field in _HABITS.items():
            watch(name, rows[name] != NONE, self._count(sales, name, field))
        hours = rows["hour"].astype(np.int64)
        watch("hour", np.ones(number, bool), self._add_hours(sales, hours, ranks))
        watch("amount", *self._add_values(sales))
        self._add_skus(sales)
        flagged = np.bincount(customer[rows["flags"] & FLAGGED != 0], minlength=len(profiles)).tolist()
        for profile, own, own_flagged in zip(profiles, counts.tolist(), flagged, strict=True):
            profile.sales += own
            profile.flagged += own_flagged

    def _count(self, sales: _Rows, name: str, field: str) -> Bools:
        """Count the values of a column; gives the rows whose value their customer was not known for."""
        codes, texts = sales.rows[name].astype(np.int64), sales.texts[name]
        rows = np.flatnonzero(codes != NONE)
        groups = groups_of(sales.customer[rows] * len(texts) + codes[rows], len(sales.profiles) * len(texts))
        different: list[int] = codes[rows][groups.firsts].tolist()
        values = [texts[code] for code in different]
        counts: list[int] = groups.counts.tolist()
        states: list[int] = []
        for place, start, end in sales.by_customer(sales.customer[rows], groups):
            profile = sales.profiles[place]
            counter: dict[str, int] = getattr(profile, field)
            if not counter and end - start <= MOST_VALUES:
                setattr(profile, field, dict(zip(values[start:end], counts[start:end], strict=True)))
                states += [_NEW] * (end - start)
                continue
            for value, own in zip(values[start:end], counts[start:end], strict=True):
                if value in counter:
                    counter[value] += own
                    states.append(_KNOWN)
                elif len(counter) < MOST_VALUES:
                    counter[value] = own
                    states.append(_NEW)
                else:
                    states.append(_TOO_MANY)
        broken = np.zeros(len(codes), bool)
        state = np.array(states, np.int8)
        broken[rows[groups.firsts[state == _NEW]]] = True
        broken[rows[(state == _TOO_MANY)[groups.of_row]]] = True
        return broken

    def _add_hours(self, sales: _Rows, hours: Ints, ranks: Ints) -> Bools:
        before = np.array([profile.hours for profile in sales.profiles], np.int64).reshape(-1, 24)
        broken = is_strange_hour(sales.customer, hours, ranks, before > 0)
        today = np.bincount(sales.customer * 24 + hours, minlength=before.size).reshape(before.shape)
        for profile, own in zip(sales.profiles, (before + today).tolist(), strict=True):
            profile.hours = own
        return broken

    def _add_values(self, sales: _Rows) -> tuple[Bools, Bools]:
        """Add the values; gives the rows that can be held against the values before, and those far above them."""
        logs = sales.rows["log_value"]
        rows = np.flatnonzero(~np.isnan(logs))
        counts = np.bincount(sales.customer[rows], minlength=len(sales.profiles))
        means = np.full(len(logs), np.nan)
        means[rows] = add_logs([profile.values for profile in sales.profiles], counts, logs[rows])
        return ~np.isnan(means), logs - means > LARGE

    def _add_skus(self, sales: _Rows) -> None:
        is_full = np.array([len(profile.skus) >= MOST_SKUS for profile in sales.profiles], bool)
        rows = np.flatnonzero((sales.skus != 0) & ~is_full[sales.customer])
        texts = sales.texts["sku"]
        groups = groups_of(sales.customer[rows] * len(texts) + sales.skus[rows], len(sales.profiles) * len(texts))
        different: list[int] = sales.skus[rows][groups.firsts].tolist()
        values = [texts[code] for code in different]
        counts: list[int] = groups.counts.tolist()
        customers = sales.customer[rows]
        ends = starts_of(np.bincount(customers, minlength=len(sales.profiles))).tolist()
        for place, start, end in sales.by_customer(customers, groups):
            profile = sales.profiles[place]
            if not (skus := profile.skus) and end - start < MOST_SKUS:
                profile.skus = dict(zip(values[start:end], counts[start:end], strict=True))
            elif len(skus.keys() | set(values[start:end])) < MOST_SKUS:
                for value, own in zip(values[start:end], counts[start:end], strict=True):
                    skus[value] = skus.get(value, 0) + own
            else:  # it fills up today: nothing is counted from then on
                bought: list[int] = sales.skus[rows[ends[place] : ends[place + 1]]].tolist()
                for code in bought:
                    if len(skus) < MOST_SKUS:
                        skus[texts[code]] = skus.get(texts[code], 0) + 1

    def __len__(self) -> int:
        return len(self._shard)

    def encoded(self) -> bytes:
        """The shard up to the day."""
        return self._shard.encoded()
