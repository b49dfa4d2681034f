"""The sources of a query's documents."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Protocol

from local_azure.cosmos.index_key import Key
from local_azure.cosmos.path_index import Indexes, Names
from local_azure.cosmos.query.access import Access
from local_azure.cosmos.query.access import Key as AccessKey
from local_azure.cosmos.query.paging import Place
from local_azure.cosmos.query.planner import Planner, Wish
from local_azure.cosmos.query.values import Value
from local_azure.cosmos.query.walk import Walk
from local_azure.cosmos.ranges import WHOLE, Span
from local_azure.cosmos.store import Store

_AT_ONCE = 100
"""Documents that are read with one statement."""


class Rows(Protocol):
    """Documents, in the order of their rows unless there is a `walk`, then in the order of its index.

    `exact` tells that all of them fulfil WHERE, so that it need not be evaluated.
    """

    exact: bool
    walk: Walk | None
    group: Callable[[Value], tuple[Key, ...]] | None
    """If the walk follows ORDER BY: the keys by which it does; ties are in any order."""
    loaded: int
    """The number of documents that were read, and `loaded_bytes` their size; the reader counts them."""
    loaded_bytes: int

    @property
    def told(self) -> bool:
        """True if it is known which documents they are, so that no index could help."""
        ...

    def prepare(self, wish: Wish, place: Place) -> None:
        """Find the best way to what a query wants, from this place on."""
        ...

    def after(self, row: int) -> Iterator[tuple[int, bytes | None]]:
        """Rows above `row` with their JSON (None: not a document of this source), read while iterated.

        A walk goes on from where the last call of this has ended, whatever the row.
        """
        ...

    def body(self, row: int) -> bytes | None:
        """The JSON of one row, None if it has gone."""
        ...

    def count(self) -> int | None:
        """The number of rows, None if only reading them can tell."""
        ...

    def count_exactly(self, wish: Wish) -> int | None:
        """The number of rows that a query asks for, from an index alone; None if no index can tell."""
        ...


class ListRows:
    """A list of JSON values, such as the databases."""

    exact = False
    walk: Walk | None = None
    group: Callable[[Value], tuple[Key, ...]] | None = None
    loaded = 0
    loaded_bytes = 0
    told = True

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies

    def prepare(self, wish: Wish, place: Place) -> None:
        pass

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        return iter(list(enumerate(self._bodies, start=1))[row:])

    def body(self, row: int) -> bytes | None:
        return self._bodies[row - 1]

    def count(self) -> int | None:
        return len(self._bodies)

    def count_exactly(self, wish: Wish) -> int | None:
        return None


class TableRows:
    """The documents of a container's table: by keys, of one partition, of a range of partitions, or all.

    `key` is the path of the partition key, None if it is hierarchical.
    """

    def __init__(
        self, store: Store, table: str, access: Access, span: Span = WHOLE, *, indexes: Indexes, key: Names | None
    ) -> None:
        self.loaded = 0
        self.loaded_bytes = 0
        self.walk: Walk | None = None
        self.group: Callable[[Value], tuple[Key, ...]] | None = None
        self._span = span
        self._within = "" if span.whole else "effective_key(partition) >= ? AND effective_key(partition) < ? AND "
        self._bounds = () if span.whole else (span.low, span.high)
        self._store = store
        self._table = table
        self._indexes = indexes
        self._key = key
        self._partition: str | None = None
        self._located: list[int] | None = None
        self._loaded: dict[int, bytes | None] = {}
        self.exact = access.exact
        if access.keys is None:
            return
        partitions = {partition for partition, _ in access.keys}
        if all(name is not None for _, name in access.keys):
            self._located = self._locate(access.keys)
        elif len(partitions) == 1:
            # All ids of one partition, or of any (None): the other keys lie within, and WHERE tells them apart.
            (self._partition,) = partitions
            self.exact = access.exact and len(access.keys) == 1
        else:
            # Several whole partitions: to read everything in row order beats sorting them.
            self.exact = False

    @property
    def told(self) -> bool:
        return self._located is not None

    def prepare(self, wish: Wish, place: Place) -> None:
        plan = self._planner().plan(wish, place)
        if plan is None:
            return
        self.exact = False
        self.walk = plan.walk
        self.group = plan.group
        if plan.located is not None:
            self._located = sorted(row for row, partition in plan.located if self._holds(partition))

    def after(self, row: int) -> Iterator[tuple[int, bytes | None]]:
        if self.walk is not None:
            return self.walk.rows(self._holds)
        if self._located is not None:
            return self._read([place for place in self._located if place > row])
        if self._partition is None:
            sql = f"SELECT row, body FROM {self._table} WHERE {self._within}row > ? ORDER BY row"
            return self._plain(self._store.execute(sql, (*self._bounds, row)))
        cursor = self._store.execute(
            f"SELECT row, body FROM {self._table} INDEXED BY {self._table}_partition "
            f"WHERE {self._within}partition = ? AND row > ? ORDER BY row",
            (*self._bounds, self._partition, row),
        )
        return self._plain(cursor)

    def body(self, row: int) -> bytes | None:
        return self._store.bodies(self._table, [row]).get(row)

    def count(self) -> int | None:
        if self._located is not None:
            return len(self._located)
        if self._partition is None:
            sql = f"SELECT count(*) FROM {self._table} WHERE {self._within}true"
            return self._store.execute(sql, self._bounds).fetchone()[0]
        sql = f"SELECT count(*) FROM {self._table} WHERE {self._within}partition = ?"
        return self._store.execute(sql, (*self._bounds, self._partition)).fetchone()[0]

    def count_exactly(self, wish: Wish) -> int | None:
        if wish.exact is None:
            return None
        return self._planner().count(*wish.exact)

    def _planner(self) -> Planner:
        whole = self._partition is None and self._span.whole
        return Planner(self._store, self._table, self._indexes, self._partition, self._key, whole=whole)

    def _holds(self, partition: str) -> bool:
        """True if a document of this partition is one of this source, which WHERE need not say."""
        if self._partition is not None and partition != self._partition:
            return False
        return self._span.whole or self._span.holds(partition)

    def _locate(self, keys: Iterable[AccessKey]) -> list[int]:
        anywhere = [name for partition, name in keys if partition is None]
        pairs = [key for key in keys if key[0] is not None]
        rows: set[int] = set()
        if anywhere:
            sql = f"SELECT row FROM {self._table} WHERE {self._within}id IN ({', '.join('?' * len(anywhere))})"
            rows.update(row for (row,) in self._store.execute(sql, (*self._bounds, *anywhere)))
        if pairs:
            # Joined, since SQLite scans the whole index for `(partition, id) IN`.
            sql = (
                f"WITH wanted(owner, name) AS (VALUES {', '.join(['(?, ?)'] * len(pairs))}) "
                f"SELECT row FROM wanted CROSS JOIN {self._table} WHERE {self._within}id = name AND partition = owner"
            )
            rows.update(row for (row,) in self._store.execute(sql, (*chain.from_iterable(pairs), *self._bounds)))
        return sorted(rows)

    def _plain(self, cursor: sqlite3.Cursor) -> Iterator[tuple[int, bytes]]:
        plain = self._store.plain
        return ((row, plain(body)) for row, body in cursor)

    def _read(self, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Those of these rows that still exist. What a slice had no time for is not read again by the next one: of
        large documents each has time for one."""
        for number, row in enumerate(rows):
            if row not in self._loaded:
                asked = rows[number : number + _AT_ONCE]
                self._loaded = {**dict.fromkeys(asked), **self._store.bodies(self._table, asked)}
            if (body := self._loaded.pop(row)) is not None:
                yield row, body
