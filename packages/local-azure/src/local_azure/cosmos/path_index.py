"""The indexes of a container's documents, as its indexing policy asks for them.

| the policy includes a property | index |
|---|---|
| by name, such as `/cust_id/?`, or in a composite index | made with the container, or when the policy changes |
| by a `*`, such as the root `/*` | made by the first query that bounds it, if the container is neither small nor vast |
| not at all | none: a query scans |
| as elements of an array, by name (`/tags/[]/?`) or by a `*` | as by a `*`, in `element_index.py` |

A composite index serves for its first property as well, so that one has none of its own. The partition key and the id
have indexes of their own. https://learn.microsoft.com/azure/cosmos-db/index-policy
"""

import logging
import re
import time
from typing import TypeAlias, cast

import msgspec

from local_azure.cosmos.element_index import ElementIndexes
from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject

logger = logging.getLogger(__name__)

MAX_INDEXES = 20
"""Each one makes a write slower by about 3 microseconds."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_ -]{1,100}")
_STEP = re.compile(r'/(?:"([^"]+)"|([^/"]+))')
_ALL, _SCALAR, _ELEMENT = "*", "?", "[]"

Names: TypeAlias = tuple[str, ...]


class Column(msgspec.Struct, frozen=True):
    """A property, by its names from the outside in."""

    names: Names
    descending: bool = False

    @property
    def expression(self) -> str:
        """Its key in SQL; names are of harmless characters."""
        return f"index_key(body, '{'/'.join(self.names)}')"


class Index(msgspec.Struct, frozen=True):
    """An index of one property, or a composite one of several."""

    columns: tuple[Column, ...]

    @property
    def code(self) -> str:
        """A name for it, from which `_parsed` reads it."""
        return "|".join("/".join(column.names) + ":-" * column.descending for column in self.columns).encode().hex()

    def name(self, table: str) -> str:
        """The name in SQLite."""
        return f"{_prefix(table)}{self.code}"

    def sql(self, table: str) -> str:
        """The statement that makes it."""
        columns = ", ".join(column.expression + " DESC" * column.descending for column in self.columns)
        return f'CREATE INDEX "{self.name(table)}" ON {table} ({columns})'


class Policy(msgspec.Struct, frozen=True):
    """`named` are the indexes to have at once; `entries` are the paths, each with True if it is included."""

    named: tuple[Index, ...]
    entries: tuple[tuple[Names, bool], ...]

    def covers(self, names: Names) -> bool:
        """True if a property may be indexed: the entry that fits it best is an included one."""
        fitting = [
            (len(path), path[-1:] == (_SCALAR,), included) for path, included in self.entries if _fits(path, names)
        ]
        return bool(fitting) and max(fitting)[2]


def policy_of(properties: JsonObject, key: Names | None) -> Policy:
    """The policy of a container whose partition key has the path `key` (None for a hierarchical one)."""
    policy = cast(JsonObject, properties.get("indexingPolicy") or {})
    entries = [
        (_steps(str(entry["path"])), name == "includedPaths")
        for name in ("includedPaths", "excludedPaths")
        for entry in cast(list[JsonObject], policy.get(name) or [])
    ]
    named = [Index((Column(steps[:-1]),)) for steps, included in entries if included and steps[-1:] == (_SCALAR,)]
    named = [index for index in named if index.columns[0].names not in (("id",), key)]
    for parts in cast(list[list[JsonObject]], policy.get("compositeIndexes") or []):
        columns = [Column(_steps(str(part["path"])), part.get("order") == "descending") for part in parts]
        named.append(Index(tuple(columns)))
    begun = {index.columns[0].names for index in named if len(index.columns) > 1}
    needed = [index for index in named if len(index.columns) != 1 or index.columns[0].names not in begun]
    plain = [index for index in needed if all(map(_is_plain, index.columns))]
    return Policy(tuple(dict.fromkeys(plain))[:MAX_INDEXES], tuple(entries))


class Indexes:
    """The indexes that the table of a container has."""

    def __init__(self, store: Store, table: str, policy: Policy) -> None:
        self._store = store
        self._table = table
        self._policy = policy
        self.existing = self._read()
        self.elements = ElementIndexes(store, table)

    def follow(self, policy: Policy) -> None:
        """Make what the policy names and is missing; drop what it covers no more, and what earlier versions made."""
        self._policy = policy
        kept = [index for index in self.existing if index in policy.named or self._may_stay(index)]
        for name in self._names() - {index.name(self._table) for index in kept}:
            self._store.write(f'DROP INDEX "{name}"')
        self.existing = kept
        for index in policy.named:
            if index not in kept:
                self._make(index)
        for names in self.elements.existing:
            if not self._policy.covers((*names, _ELEMENT)):
                self.elements.drop(names)

    def drop(self) -> None:
        """Drop what does not go with the table."""
        for names in self.elements.existing:
            self.elements.drop(names)

    def want(self, names: Names) -> None:
        """Make the index of a property that a query bounds, if the policy covers it and the container's size is fit."""
        index = Index((Column(names),))
        if any(each.columns[0].names == names for each in self.existing) or len(self.existing) >= MAX_INDEXES:
            return
        if _is_plain(index.columns[0]) and self._policy.covers(names) and self._is_fit():
            self._make(index)

    def want_elements(self, names: Names) -> bool:
        """Make the index of an array's elements that a query asks for, as `want` does; True if it is there."""
        if names in self.elements.existing:
            return True
        if _is_plain(Column(names)) and self._policy.covers((*names, _ELEMENT)) and self._is_fit():
            self.elements.make(names)
        return names in self.elements.existing

    def _is_fit(self) -> bool:
        """True if the container is neither small nor vast."""
        reaches = [
            self._store.execute(f"SELECT 1 FROM {self._table} LIMIT 1 OFFSET {bound}").fetchone() is not None
            for bound in (SMALL, VAST)
        ]
        return reaches == [True, False]

    def _make(self, index: Index) -> None:
        began = time.monotonic()
        self._store.write(index.sql(self._table))
        self.existing = [*self.existing, index]
        if self._store.execute(f"SELECT 1 FROM {self._table} LIMIT 1").fetchone() is not None:
            paths = ", ".join("/" + "/".join(column.names) for column in index.columns)
            logger.info("indexed %s of %s in %.1f s", paths, self._table, time.monotonic() - began)

    def _may_stay(self, index: Index) -> bool:
        first, *others = index.columns
        return not others and not first.descending and self._policy.covers(first.names)

    def _names(self) -> set[str]:
        rows = self._store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND (name LIKE ? OR name LIKE ?)",
            (self._table, "%_path_%", f"{_prefix(self._table)}%"),
        )
        return {name for (name,) in rows.fetchall()}

    def _read(self) -> list[Index]:
        prefix = _prefix(self._table)
        return [_parsed(name.removeprefix(prefix)) for name in sorted(self._names()) if name.startswith(prefix)]


SMALL, VAST = 2_000, 200_000
"""Documents up to which a scan will do, and from which on all others would wait for long while an index is made."""


def _prefix(table: str) -> str:
    """`range1` stands for the keys of `index_key`: other keys are another index."""
    return f"{table}_range1_"


def _parsed(code: str) -> Index:
    columns = bytes.fromhex(code).decode().split("|")
    return Index(tuple(Column(tuple(each.removesuffix(":-").split("/")), each.endswith(":-")) for each in columns))


def _steps(path: str) -> Names:
    return tuple(quoted or bare for quoted, bare in _STEP.findall(path))


def _fits(entry: Names, names: Names) -> bool:
    if entry[-1:] == (_ALL,):
        return names[: len(entry) - 1] == entry[:-1]
    return names == (entry[:-1] if entry[-1:] == (_SCALAR,) else entry)


def _is_plain(column: Column) -> bool:
    return bool(column.names) and all(_PLAIN_NAME.fullmatch(name) for name in column.names)
