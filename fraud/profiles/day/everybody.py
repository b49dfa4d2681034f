"""All events of a day, as they come: what is counted of everybody together, and of each store."""

from collections import defaultdict
from itertools import pairwise

import numpy as np

from fraud.profiles.counts import count
from fraud.profiles.day.arrays import Ints
from fraud.profiles.day.columns import NONE, DayColumns, Texts
from fraud.profiles.day.grouping import groups_of, order_of, starts_of
from fraud.profiles.population import Population
from fraud.profiles.stores import StoreDay, StoreProfile


class Everybody:
    """Adds events to the population, and keeps the day of each store."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._of_store: dict[str, StoreDay] = defaultdict(StoreDay)

    def add(self, columns: DayColumns) -> None:
        """Take in events, later than all before."""
        self._add_to_stores(columns)
        population, is_sale = self._population, columns.is_sale
        population.events += len(is_sale)
        population.returns += int(columns.is_return.sum())
        population.sales += int(is_sale.sum())
        population.deep += int((columns.is_deep & is_sale).sum())
        population.flagged += int((columns.is_flagged & is_sale).sum())
        population.priority += int((columns.is_priority & is_sale).sum())
        population.told += int(is_sale.sum())
        hours = np.bincount(columns.hour[is_sale], minlength=24).tolist()
        population.hours = [before + today for before, today in zip(population.hours, hours, strict=True)]
        sales = np.flatnonzero(is_sale)
        _count(population.payments, columns.payment, sales)
        _count(population.stores, columns.store, sales)
        _count(population.categories, columns.category, sales)
        self._add_amounts(columns, sales)

    def _add_amounts(self, columns: DayColumns, sales: Ints) -> None:
        """Take in values and quantities by category, of the categories that are counted."""
        population, codes = self._population, columns.category.codes[sales]
        amounts = (
            (population.values, columns.log_value[sales]),
            (population.quantities, columns.log_qty[sales]),
        )
        groups = groups_of(codes + 1, len(columns.category.texts) + 1)
        order = order_of(groups.of_row, len(groups.firsts))
        different: list[int] = codes[groups.firsts].tolist()
        for code, (start, end) in zip(different, pairwise(starts_of(groups.counts).tolist()), strict=True):
            if code == NONE or (category := columns.category.texts[code]) not in population.categories:
                continue
            rows = order[start:end]
            for moments, numbers in amounts:
                of_category = numbers[rows]
                moments[category].add_logs(of_category[~np.isnan(of_category)].tolist())

    def _add_to_stores(self, columns: DayColumns) -> None:
        store = columns.store
        for code, number in enumerate(np.bincount(store.codes + 1, minlength=len(store.texts) + 1)[1:].tolist()):
            self._of_store[store.texts[code]].events += number
        for name, values in (
            ("names", columns.store_name),
            ("networks", columns.network),
            ("gateways", columns.gateway),
        ):
            rows = np.flatnonzero((store.codes != NONE) & (values.codes != NONE))
            stores, codes = store.codes[rows].astype(np.int64), values.codes[rows]
            groups = groups_of(stores * len(values.texts) + codes, len(store.texts) * len(values.texts))
            for of_store, code, number in zip(
                stores[groups.firsts].tolist(), codes[groups.firsts].tolist(), groups.counts.tolist(), strict=True
            ):
                getattr(self._of_store[store.texts[of_store]], name)[values.texts[code]] += number

    def close(self, stores: dict[str, StoreProfile], day: int) -> None:
        """Add the day of each store to its profile."""
        for store, seen in self._of_store.items():
            stores.setdefault(store, StoreProfile(first_day=day)).close_day(seen)


def _count(counter: dict[str, int], column: Texts, rows: Ints) -> None:
    codes = column.codes[rows]
    groups = groups_of(codes + 1, len(column.texts) + 1)
    different: list[int] = codes[groups.firsts].tolist()
    for code, number in zip(different, groups.counts.tolist(), strict=True):
        count(counter, None if code == NONE else column.texts[code], number)
