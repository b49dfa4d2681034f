"""The sources of a query's documents, in the order of their rows."""

from collections.abc import Iterator
from typing import Protocol

from local_azure.cosmos.query.access import Access
from local_azure.cosmos.query.lookup import Lookup
from local_azure.cosmos.ranges import WHOLE, Span
from local_azure.cosmos.store import Store

MAX_LOOKED_UP = 5_000
"""The most rows that are taken from an index."""


class Rows(Protocol):
    """Documents by row. `exact` tells that all of them fulfil WHERE, so that it need not be evaluated."""

    exact: bool
    loaded: int
    """The number of documents that were read, and `loaded_bytes` their size; the reader counts them."""
    loaded_bytes: int

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        """Rows above `row` with their JSON, ascending, read while iterated."""
        ...

    def body(self, row: int) -> bytes | None:
        """The JSON of one row, None if it has gone."""
        ...

    def count(self) -> int | None:
        """The number of rows, None if only reading them can tell."""
        ...


class ListRows:
    """A list of JSON values, such as the databases."""

    exact = False
    loaded = 0
    loaded_bytes = 0

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        return iter(list(enumerate(self._bodies, start=1))[row:])

    def body(self, row: int) -> bytes | None:
        return self._bodies[row - 1]

    def count(self) -> int | None:
        return len(self._bodies)


class TableRows:
    """The documents of a container's table: by keys, of one partition, of a range of partitions, or all."""

    def __init__(
        self, store: Store, table: str, access: Access, span: Span = WHOLE, lookup: Lookup | None = None
    ) -> None:
        self.loaded = 0
        self.loaded_bytes = 0
        self._within = "" if span.whole else "effective_key(partition) >= ? AND effective_key(partition) < ? AND "
        self._bounds = () if span.whole else (span.low, span.high)
        self._store = store
        self._table = table
        self._partition: str | None = None
        self._located: list[int] | None = None
        self.exact = access.exact
        if access.keys is None:
            self._look_up(lookup, None, span)
            return
        partitions = {partition for partition, _ in access.keys}
        if all(name is not None for _, name in access.keys):
            self._located = sorted({row for key in access.keys for row in self._locate(*key)})
        elif len(partitions) == 1:
            # All ids of one partition, or of any (None): the other keys lie within, and WHERE tells them apart.
            (self._partition,) = partitions
            self.exact = access.exact and len(access.keys) == 1
            self._look_up(lookup, self._partition, span)
        else:
            # Several whole partitions: to read everything in row order beats sorting them.
            self.exact = False

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        if self._located is not None:
            return self._read(place for place in self._located if place > row)
        if self._partition is None:
            return self._store.execute(
                f"SELECT row, body FROM {self._table} WHERE {self._within}row > ? ORDER BY row", (*self._bounds, row)
            )
        return self._store.execute(
            f"SELECT row, body FROM {self._table} INDEXED BY {self._table}_partition "
            f"WHERE {self._within}partition = ? AND row > ? ORDER BY row",
            (*self._bounds, self._partition, row),
        )

    def body(self, row: int) -> bytes | None:
        stored = self._store.execute(f"SELECT body FROM {self._table} WHERE row = ?", (row,)).fetchone()
        return None if stored is None else stored[0]

    def count(self) -> int | None:
        if self._located is not None:
            return len(self._located)
        if self._partition is None:
            sql = f"SELECT count(*) FROM {self._table} WHERE {self._within}true"
            return self._store.execute(sql, self._bounds).fetchone()[0]
        sql = f"SELECT count(*) FROM {self._table} WHERE {self._within}partition = ?"
        return self._store.execute(sql, (*self._bounds, self._partition)).fetchone()[0]

    def _look_up(self, lookup: Lookup | None, partition: str | None, span: Span) -> None:
        """Take the rows from an index if they are few; to read many in row order beats sorting them."""
        if lookup is None:
            return
        sql = (
            f'SELECT row, partition FROM {self._table} INDEXED BY "{lookup.path.index_of(self._table)}" '
            f"WHERE {lookup.condition} LIMIT {MAX_LOOKED_UP + 1}"
        )
        entries = self._store.execute(sql, lookup.values).fetchall()
        if len(entries) > MAX_LOOKED_UP:
            return
        # WHERE is evaluated on each, but a partition or a range that only a header names is not in it.
        self._located = sorted(
            row for row, key in entries if (partition is None or key == partition) and (span.whole or span.holds(key))
        )
        self.exact = False

    def _locate(self, partition: str | None, name: str | None) -> list[int]:
        if partition is None:
            sql = f"SELECT row FROM {self._table} WHERE {self._within}id = ?"
            cursor = self._store.execute(sql, (*self._bounds, name))
        else:
            sql = f"SELECT row FROM {self._table} WHERE {self._within}id = ? AND partition = ?"
            cursor = self._store.execute(sql, (*self._bounds, name, partition))
        return [row for (row,) in cursor]

    def _read(self, rows: Iterator[int]) -> Iterator[tuple[int, bytes]]:
        for row in rows:
            body = self.body(row)
            if body is not None:
                yield row, body
