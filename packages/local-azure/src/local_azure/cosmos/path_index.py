"""Indexes of the properties that a container's indexing policy names one by one, such as `/cust_id/?`.

Each is an index of SQLite on the value at that path. The root `/*` names no property, so it makes none: a container
with the default policy is scanned, and a write does not pay for what no query asks.
"""

import re
from typing import TypeAlias, cast

import msgspec

from local_azure.cosmos.store import Store
from local_azure.cosmos.wire import JsonObject

MAX_INDEXES = 20
"""Each one makes a write slower by about 7 microseconds."""

_PLAIN_PATH = re.compile(r'(?:/(?:"[A-Za-z0-9_ -]+"|[A-Za-z0-9_-]+))+/\?')
_NAME = re.compile(r'/(?:"([^"]+)"|([^/"?]+))')


class IndexedPath(msgspec.Struct, frozen=True):
    """The property names from the outside in."""

    names: tuple[str, ...]

    @property
    def expression(self) -> str:
        """The value in SQL; names are of harmless characters."""
        return "json_extract(body, '$" + "".join(f'."{name}"' for name in self.names) + "')"

    def index_of(self, table: str) -> str:
        """The name of the index."""
        return f"{table}_path_{'/'.join(self.names).encode().hex()}"


Paths: TypeAlias = dict[tuple[str, ...], IndexedPath]
"""By the property names."""


def paths_of(properties: JsonObject) -> Paths:
    """The paths that a container's policy names, by their names."""
    policy = properties.get("indexingPolicy")
    entries = policy.get("includedPaths") if isinstance(policy, dict) else None
    paths = [entry.get("path") for entry in cast(list[JsonObject], entries or [])]
    plain = [path for path in paths if isinstance(path, str) and _PLAIN_PATH.fullmatch(path)][:MAX_INDEXES]
    names = [tuple(quoted or bare for quoted, bare in _NAME.findall(path)) for path in plain]
    return {each: IndexedPath(each) for each in names}


def bring_about(store: Store, table: str, paths: Paths) -> None:
    """Make the indexes that are missing and drop those that the policy does not name any more."""
    wanted = {path.index_of(table): path for path in paths.values()}
    rows = store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND name LIKE ?", (table, "%_path_%")
    )
    existing = {name for (name,) in rows.fetchall()}
    for name in existing - wanted.keys():
        store.write(f'DROP INDEX "{name}"')
    for name in wanted.keys() - existing:
        store.write(f'CREATE INDEX "{name}" ON {table} ({wanted[name].expression})')


def existing_paths(store: Store, table: str, paths: Paths) -> Paths:
    """The paths whose index exists: a container of an earlier version has none until its policy is set."""
    rows = store.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", (table,))
    existing = {name for (name,) in rows.fetchall()}
    return {names: path for names, path in paths.items() if path.index_of(table) in existing}
