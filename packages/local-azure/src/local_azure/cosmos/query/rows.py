"""Where a query's documents come from, in the order of their rows."""

from collections.abc import Iterator
from typing import Protocol

from local_azure.cosmos.query.access import Access
from local_azure.cosmos.store import Store


class Rows(Protocol):
    """Documents by row. `exact` tells that all of them fulfil WHERE, so that it need not be evaluated."""

    exact: bool

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        """Rows above `row` with their JSON, ascending, read while iterated."""
        ...

    def body(self, row: int) -> bytes | None:
        """The JSON of one row, None if it has gone."""
        ...

    def count(self) -> int | None:
        """How many rows there are, None if only reading them can tell."""
        ...


class ListRows:
    """A list of JSON values, such as the databases."""

    exact = False

    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies = bodies

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        return iter(list(enumerate(self._bodies, start=1))[row:])

    def body(self, row: int) -> bytes | None:
        return self._bodies[row - 1]

    def count(self) -> int | None:
        return len(self._bodies)


class TableRows:
    """The documents of a container's table: by keys, of one partition, or all."""

    def __init__(self, store: Store, table: str, access: Access) -> None:
        self._store = store
        self._table = table
        self._partition: str | None = None
        self._found: list[int] | None = None
        self.exact = access.exact
        if access.keys is None:
            return
        partitions = {partition for partition, _ in access.keys}
        if all(name is not None for _, name in access.keys):
            self._found = sorted({row for key in access.keys for row in self._locate(*key)})
        elif len(partitions) == 1:
            # All ids of one partition, or of any (None): the other keys lie within, and WHERE tells them apart.
            (self._partition,) = partitions
            self.exact = access.exact and len(access.keys) == 1
        else:
            # Several whole partitions: to read everything in row order beats sorting them.
            self.exact = False

    def after(self, row: int) -> Iterator[tuple[int, bytes]]:
        if self._found is not None:
            return self._read(found for found in self._found if found > row)
        if self._partition is None:
            return self._store.execute(f"SELECT row, body FROM {self._table} WHERE row > ? ORDER BY row", (row,))
        return self._store.execute(
            f"SELECT row, body FROM {self._table} INDEXED BY {self._table}_partition "
            "WHERE partition = ? AND row > ? ORDER BY row",
            (self._partition, row),
        )

    def body(self, row: int) -> bytes | None:
        found = self._store.execute(f"SELECT body FROM {self._table} WHERE row = ?", (row,)).fetchone()
        return None if found is None else found[0]

    def count(self) -> int | None:
        if self._found is not None:
            return len(self._found)
        if self._partition is None:
            return self._store.execute(f"SELECT count(*) FROM {self._table}").fetchone()[0]
        sql = f"SELECT count(*) FROM {self._table} WHERE partition = ?"
        return self._store.execute(sql, (self._partition,)).fetchone()[0]

    def _locate(self, partition: str | None, name: str | None) -> list[int]:
        if partition is None:
            cursor = self._store.execute(f"SELECT row FROM {self._table} WHERE id = ?", (name,))
        else:
            sql = f"SELECT row FROM {self._table} WHERE id = ? AND partition = ?"
            cursor = self._store.execute(sql, (name, partition))
        return [row for (row,) in cursor]

    def _read(self, rows: Iterator[int]) -> Iterator[tuple[int, bytes]]:
        for row in rows:
            body = self.body(row)
            if body is not None:
                yield row, body
