"""The documents that hold a value in an array, by the array's path: `ARRAY_CONTAINS(c.tags, 'a')` reads them alone.

SQLite has no index with several entries of one row, so each path has a table of keys and rows, kept by triggers in the
transaction of the document. It is made by the first query that asks, as the indexes that only a `*` covers are.
"""

import logging
import time

from local_azure.cosmos.index_key import Key
from local_azure.cosmos.store import Store

logger = logging.getLogger(__name__)

MAX_PATHS = 4
"""Each one makes a write slower by about 5 microseconds and 2 for each element."""

Names = tuple[str, ...]


class ElementIndexes:
    """The element indexes of the table of a container."""

    def __init__(self, store: Store, table: str) -> None:
        self._store = store
        self._table = table
        self.existing = self._read()

    def make(self, names: Names) -> None:
        """Make the index of an array, with the documents that are there. Nothing happens beyond MAX_PATHS."""
        if len(self.existing) >= MAX_PATHS:
            return
        began = time.monotonic()
        name, path = self._name(names), "/".join(names)
        self._store.write(f'CREATE TABLE "{name}" (key, row INTEGER, PRIMARY KEY (key, row)) WITHOUT ROWID')

        def elements(of: str) -> str:
            return f"SELECT value FROM json_each(element_keys({of}body, '{path}'))"

        put = f'INSERT OR IGNORE INTO "{name}" SELECT value, NEW.row FROM ({elements("NEW.")});'
        taken = f'DELETE FROM "{name}" WHERE row = OLD.row AND key IN ({elements("OLD.")});'
        for event, steps in (("INSERT", put), ("UPDATE OF body", taken + put), ("DELETE", taken)):
            trigger = f"{name}_{event.partition(' ')[0].lower()}"
            self._store.write(f'CREATE TRIGGER "{trigger}" AFTER {event} ON {self._table} BEGIN {steps} END')
        self._store.write(
            f'INSERT OR IGNORE INTO "{name}" SELECT value, row FROM {self._table}, '
            f"json_each(element_keys(body, '{path}'))"
        )
        self.existing = [*self.existing, names]
        logger.info("indexed the elements of /%s of %s in %.1f s", path, self._table, time.monotonic() - began)

    def drop(self, names: Names) -> None:
        """Drop the index of an array, and with it what keeps it."""
        name = self._name(names)
        for event in ("insert", "update", "delete"):
            self._store.write(f'DROP TRIGGER IF EXISTS "{name}_{event}"')
        self._store.write(f'DROP TABLE "{name}"')
        self.existing = [each for each in self.existing if each != names]

    def rows(self, names: Names, keys: frozenset[Key], most: int) -> set[tuple[int, str]] | None:
        """Row and partition of the documents that hold one of the keys; None if they are more than `most`."""
        rows: set[tuple[int, str]] = set()
        for key in keys:
            entries = f'SELECT row FROM "{self._name(names)}" WHERE key = ? LIMIT {most + 1}'
            sql = f"SELECT row, partition FROM {self._table} WHERE row IN ({entries})"
            rows.update(self._store.execute(sql, (key,)).fetchall())
            if len(rows) > most:
                return None
        return rows

    def _name(self, names: Names) -> str:
        return f"{self._prefix}{'/'.join(names).encode().hex()}"

    @property
    def _prefix(self) -> str:
        return f"{self._table}_elements_"

    def _read(self) -> list[Names]:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE ?"
        names = [name for (name,) in self._store.execute(sql, (f"{self._prefix}%",)).fetchall()]
        codes = [name.removeprefix(self._prefix) for name in sorted(names) if name.startswith(self._prefix)]
        return [tuple(bytes.fromhex(code).decode().split("/")) for code in codes]
