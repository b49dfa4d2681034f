"""The index that serves a query best, by how many rows it has for it: counted, up to a bound, not estimated."""

import sys
from collections.abc import Callable, Iterator
from itertools import product

import msgspec

from local_azure.cosmos.index_key import Key, in_order, index_key, key_of, orders, value_at
from local_azure.cosmos.path_index import Column, Index, Indexes, Names
from local_azure.cosmos.query.intervals import Conditions, Elements, Interval, Intervals
from local_azure.cosmos.query.legs import MAX_LEGS, Leg, conditions_of, legs_of
from local_azure.cosmos.query.merged_walk import MergedWalk
from local_azure.cosmos.query.paging import Place
from local_azure.cosmos.query.values import Value
from local_azure.cosmos.query.walk import Walk, no_such_walk
from local_azure.cosmos.store import Store

FEW = 5_000
"""Rows that are gathered and then read in row order; more are read in the order of an index."""
_HANDFUL = 100
_MANY = 50_000
_WRITTEN: Names = ("_ts",)


class Wish(msgspec.Struct, frozen=True):
    """The properties that a query bounds, and its ORDER BY as far as an index can follow it."""

    conditions: Conditions
    order: tuple[Column, ...] = ()
    free: bool = False
    """True if the documents may come in any order."""
    elements: Elements = {}
    most: int = 100
    """Results of a page, at most."""
    exact: tuple[Names, Intervals] | None = None
    """The intervals of one property that are all that the query asks."""


class Plan(msgspec.Struct, frozen=True):
    """Rows with their partitions, or a walk; `group` gives the keys by which the walk follows ORDER BY.

    `complete`: the walk heeds all that is known of the properties, so that no other way meets fewer rows.
    """

    located: set[tuple[int, str]] | None = None
    walk: Walk | None = None
    group: Callable[[Value], tuple[Key, ...]] | None = None
    complete: bool = False
    unique: bool = False
    """The order knows no ties, of which a walk must meet all: the id is a part of it."""


class Planner:
    """Plans for the documents of a table, or of one partition of it, whose key has the path `key`."""

    def __init__(
        self, store: Store, table: str, indexes: Indexes, partition: str | None, key: Names | None, *, whole: bool
    ) -> None:
        self._store = store
        self._table = table
        self._indexes = indexes
        self._partition = partition
        self._key = key
        # Only a query of less than the whole container must know the partitions, which lie in the table.
        self._partition_column = "''" if whole else "partition"

    def plan(self, wish: Wish, place: Place) -> Plan | None:  # noqa: PLR0911 - one for each way
        """None if no index helps. 400 for a place in an index that does not exist any more."""
        conditions = dict(wish.conditions)
        if self._partition is not None:
            if place.walk is None and not wish.order and self._count_partition() <= _HANDFUL:
                return None
            conditions |= self._of_partition(self._partition)
        if place.walk is not None:
            return self._resumed(conditions, place, place.walk)
        self._make_missing(conditions, wish.order)
        usable = _strongest(
            [(index, legs) for index in self._indexes.existing if (legs := legs_of(index, conditions)) is not None]
        )
        holding = self._holding(wish.elements)
        if holding is not None:
            few = self._few(usable) if len(holding) > _HANDFUL else None
            return Plan(holding if few is None else holding & few)
        ordered = self._in_order(conditions, wish, place) if wish.order else None
        if ordered is not None and ordered.complete:
            return ordered
        located = self._few(usable)
        if ordered is not None and (located is None or self._ends_sooner(ordered, len(located), wish.most)):
            return ordered
        if located is not None:
            return Plan(located)
        if not wish.free or (place.row and not wish.order):
            return None
        usable = [(index, legs) for index, legs in usable if self._names_the_partition(index, legs)]
        if not usable:
            return None
        index, legs = min(usable, key=lambda each: self._count(*each, _MANY)) if len(usable) > 1 else usable[0]
        return Plan(walk=Walk(self._store, self._table, index, legs))

    def _make_missing(self, conditions: Conditions, order: tuple[Column, ...]) -> None:
        for names in dict.fromkeys((*conditions, *(column.names for column in order[:1]))):
            # Who asks for an order and for what was written lately reads the end of that order: an index of the times
            # would cost each write, and narrow little.
            if names not in (("id",), self._key) and (names != _WRITTEN or not order):
                self._indexes.want(names)

    def count(self, names: Names, intervals: Intervals) -> int | None:
        """The number of documents within intervals of a property, from its index alone; None without one."""
        if self._partition is not None or self._partition_column == "partition":
            return None
        self._make_missing({names: intervals}, ())
        for index in self._indexes.existing:
            if index.columns[0].names == names and (legs := legs_of(index, {names: intervals})) is not None:
                return self._count(index, legs, sys.maxsize - 1)
        return None

    def _ends_sooner(self, ordered: Plan, located: int, most: int) -> bool:
        """True if a walk meets a page of what is wanted before it has met as many rows as are located."""
        if ordered.walk is None or not ordered.unique or located <= _HANDFUL:
            return False
        bound = located * located // max(most, 1)
        return self._count(ordered.walk.index, ordered.walk.legs, bound) <= bound

    def _holding(self, elements: Elements) -> set[tuple[int, str]] | None:
        """The documents whose arrays hold what is asked for; None if no index tells, or if they are many."""
        for names, keys in elements.items():
            if self._indexes.want_elements(names):
                rows = self._indexes.elements.rows(names, keys, FEW)
                if rows is not None:
                    return rows
        return None

    def _few(self, usable: list[tuple[Index, list[Leg]]]) -> set[tuple[int, str]] | None:
        """The rows that the indexes with few of them agree upon; None if all have many."""
        counted = [(self._count(index, legs, FEW), place) for place, (index, legs) in enumerate(usable)]
        few = sorted(each for each in counted if each[0] <= FEW)
        located: set[tuple[int, str]] | None = None
        left = dict(enumerate(usable))
        for _, place in few:
            if located is not None and len(located) <= _HANDFUL:
                break
            index, legs = left.pop(place)
            rows = self._rows(index, legs)
            located = rows if located is None else located & rows
        for index, legs in left.values():
            if located and len(located) <= _HANDFUL and len(legs) <= _HANDFUL:
                located = self._within(located, index, legs)
        return located

    def _within(self, located: set[tuple[int, str]], index: Index, legs: list[Leg]) -> set[tuple[int, str]]:
        """Those of a handful of rows that an index has too: looked up one by one, however many others it has."""
        conditions = conditions_of(index, legs)
        any_leg = " OR ".join(f"({where})" for where, _ in conditions)
        sql = f"SELECT row FROM {self._table} WHERE row IN ({', '.join('?' * len(located))}) AND ({any_leg})"
        values = [value for _, of_leg in conditions for value in of_leg]
        agreed = {row for (row,) in self._store.execute(sql, (*(row for row, _ in located), *values))}
        return {each for each in located if each[0] in agreed}

    def _in_order(self, conditions: Conditions, wish: Wish, place: Place) -> Plan | None:
        asked = wish.order
        places = _that_order(asked, conditions)
        order = tuple(asked[each] for each in places)
        best: tuple[tuple[int, bool], Index, list[tuple[Key, ...]], int] | None = None
        for index in self._indexes.existing:
            for prefixes in _prefixes(index, conditions):
                is_one, depth = len(prefixes) == 1, len(prefixes[0])
                shared = _shared(index.columns[depth:], order if is_one else order[:1])
                # Of two that serve as much, the one that reads a single stretch.
                if shared and (best is None or (depth + shared, is_one) > best[0]):
                    best = (depth + shared, is_one), index, prefixes, shared
        if best is None:
            return None
        _, index, prefixes, shared = best
        depth, descending = len(prefixes[0]), order[0].descending
        first = index.columns[depth]
        reverse = first.descending != descending
        if len(prefixes) == 1:
            # Single keys of what follows are stretches of their own: none of what lies between them is met.
            followed = {column.names for column in index.columns[: depth + shared]}
            bounded = {names: bounds for names, bounds in conditions.items() if names in followed}
            every = legs_of(index, bounded, reverse=reverse)
            legs = [[Leg()] if every is None else every]
        else:
            bounds = conditions.get(first.names)
            legs = [
                [Leg(prefix)] if bounds is None else [Leg(prefix, each.low, each.high) for each in bounds]
                for prefix in prefixes
            ]
            if descending:
                legs = [of_prefix[::-1] for of_prefix in legs]
        if not legs[0] or not self._names_the_partition(index, legs[0]):
            return None
        from_keys = () if place.keys is None else in_order(tuple(_keys(place)[each] for each in places[:shared]))
        if len(prefixes) == 1:
            walk = Walk(self._store, self._table, index, legs[0], reverse=reverse)
            from_keys = (*prefixes[0], *from_keys)
        else:
            walk = MergedWalk(
                self._store, self._table, index, legs, reverse=reverse, descending=descending, most=min(wish.most, FEW)
            )
        if place.keys is not None:
            walk.go_on_after(from_keys, None)
        names = [column.names for column in order[:shared]]
        heeded = max(depth + 1, _depth(legs[0]))
        complete = conditions.keys() <= {_WRITTEN, *(column.names for column in index.columns[:heeded])}

        def group(document: Value) -> tuple[Key, ...]:
            return in_order(tuple(index_key(value_at(document, each)) for each in names))

        return Plan(walk=walk, group=group, complete=complete, unique=("id",) in names)

    def _resumed(self, conditions: Conditions, place: Place, name: str) -> Plan:
        for index in self._indexes.existing:
            if index.code == name and (legs := legs_of(index, conditions)) is not None:
                walk = Walk(self._store, self._table, index, legs)
                keys = _keys(place)
                if len(keys) == len(index.columns) and walk.go_on_after(keys, place.row):
                    return Plan(walk=walk)
        raise no_such_walk()

    def _of_partition(self, partition: str) -> Conditions:
        """The interval of the partition key's own property."""
        value = msgspec.json.decode(partition)[0]
        if self._key is None or not (type(value) is str or (type(value) in (int, float) and abs(value) < 2**53)):
            return {}
        key = index_key(value)
        return {self._key: [Interval(key, key)]}

    def _names_the_partition(self, index: Index, legs: list[Leg]) -> bool:
        """True unless a walk would meet documents of all partitions where one is asked for."""
        if self._partition is None:
            return True
        depth = len(legs[0].prefix) if legs else 0
        return self._key in [column.names for column in index.columns[:depth]]

    def _count_partition(self) -> int:
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self._table} WHERE partition = ? LIMIT {_HANDFUL + 1})"
        return self._store.execute(sql, (self._partition,)).fetchone()[0]

    def _count(self, index: Index, legs: list[Leg], most: int) -> int:
        """The number of rows of the legs, or something above `most`."""
        count = 0
        for where, values in conditions_of(index, legs):
            inner = f'SELECT 1 FROM {self._table} INDEXED BY "{index.name(self._table)}" WHERE {where}'
            sql = f"SELECT count(*) FROM ({inner} LIMIT {most + 1 - count})"
            count += self._store.execute(sql, tuple(values)).fetchone()[0]
            if count > most:
                break
        return count

    def _rows(self, index: Index, legs: list[Leg]) -> set[tuple[int, str]]:
        table = f'{self._table} INDEXED BY "{index.name(self._table)}"'
        rows: set[tuple[int, str]] = set()
        for where, values in conditions_of(index, legs):
            sql = f"SELECT row, {self._partition_column} FROM {table} WHERE {where}"
            rows.update(self._store.execute(sql, tuple(values)))
        return rows


def _strongest(usable: list[tuple[Index, list[Leg]]]) -> list[tuple[Index, list[Leg]]]:
    """Without the indexes that bound only some of the properties that another one bounds."""
    bounded = [frozenset(column.names for column in index.columns[: _depth(legs)]) for index, legs in usable]
    return [each for each, names in zip(usable, bounded, strict=True) if not any(names < other for other in bounded)]


def _depth(legs: list[Leg]) -> int:
    """The number of columns that the legs bound."""
    return max((len(leg.prefix) + (leg.low is not None or leg.high is not None) for leg in legs), default=0)


def _keys(place: Place) -> tuple[Key, ...]:
    """The keys in a continuation token. 400 if they cannot be."""
    try:
        return tuple(key_of(*key) for key in place.keys or ())
    except ValueError:
        raise no_such_walk() from None


def _prefixes(index: Index, conditions: Conditions) -> Iterator[list[tuple[Key, ...]]]:
    """Keys of none of the columns, of the first, of the first two, and so on, as long as single ones are asked for."""
    prefixes: list[tuple[Key, ...]] = [()]
    for column in index.columns:
        yield prefixes
        intervals = conditions.get(column.names, [])
        is_told = bool(intervals) and all(interval.is_point for interval in intervals)
        if not is_told or len(prefixes) * len(intervals) > MAX_LEGS:
            return
        prefixes = [(*prefix, each.low) for prefix, each in product(prefixes, intervals)]


def _that_order(asked: tuple[Column, ...], conditions: Conditions) -> list[int]:
    """The places in ORDER BY of the properties that order anything: one that has a single value does not."""
    bounds = [conditions.get(column.names, []) for column in asked]
    places = [
        place for place, each in enumerate(bounds) if len(each) != 1 or not each[0].is_point or not orders(each[0].low)
    ]
    return places or [0]


def _shared(columns: tuple[Column, ...], order: tuple[Column, ...]) -> int:
    """The number of columns that follow ORDER BY, all as it asks or all the other way round."""
    shared = 0
    for column, wanted in zip(columns, order, strict=False):
        turned = columns[0].descending != order[0].descending
        if column.names != wanted.names or (column.descending != wanted.descending) != turned:
            break
        shared += 1
    return shared
