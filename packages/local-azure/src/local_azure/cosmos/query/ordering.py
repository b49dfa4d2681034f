"""ORDER BY: the first rows in order, in memory bounded by the page and not by the container."""

from typing import Any, TypeAlias

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.syntax import Order
from local_azure.cosmos.query.values import Value, sort_key

MAX_SORTED = 100_000
_SPARE = 1_000
"""The rows that gather beyond those wanted before they are sorted and cut."""
_MAX_KEPT_BYTES = 8 * 1024 * 1024
"""JSON of rows that is kept for their results; rows beyond it are read again."""

SortKeys: TypeAlias = list[tuple[int, Any]]


def are_sort_keys(keys: SortKeys) -> bool:
    """True if a token's keys can be compared with those of rows."""
    return all(_is_sort_key(rank, value) for rank, value in keys)


def _is_sort_key(rank: int, value: Any) -> bool:
    match rank:
        case 2:
            return type(value) is bool
        case 3:
            return type(value) in (int, float)
        case 4:
            return type(value) is str
        case _:
            return value == 0


class SortedRow(msgspec.Struct, frozen=True, gc=False):
    """A row with its sort keys, its JSON and the item itself; without the two if they would take too much memory."""

    keys: SortKeys
    row: int
    number: int
    body: bytes | None
    item: Value


class SortedRows:
    """Keeps the first `wanted` rows that come after `last`. 400 if that is more than `MAX_SORTED`."""

    def __init__(
        self, orders: tuple[Order, ...], compiler: Compiler, wanted: int, last: tuple[SortKeys, int, int] | None
    ) -> None:
        if wanted > MAX_SORTED:
            raise bad_request(f"ORDER BY with OFFSET and LIMIT beyond {MAX_SORTED} rows.")
        self._keys = [compiler.compile(order.by) for order in orders]
        self._descending = [order.descending for order in orders]
        self._wanted = wanted
        self._last = None if last is None else ([(rank, value) for rank, value in last[0]], *last[1:])
        self._rows: list[SortedRow] = []
        self._bytes = 0
        self.dropped = False
        """True if rows came after those kept."""

    @property
    def enough(self) -> bool:
        """True if a row more than those wanted has come."""
        return self.dropped or len(self._rows) > self._wanted

    def add(self, item: Value, row: int, number: int, body: bytes) -> None:
        """Take the item with this number of a row, unless it comes before `last`."""
        self._bytes += len(body)
        kept = self._bytes <= _MAX_KEPT_BYTES
        self.take(SortedRow(self.keys(item), row, number, body if kept else None, item if kept else None))

    def take(self, row: SortedRow) -> None:
        """Take a row with its keys, unless it comes before `last`."""
        if self._last is not None and not self.comes_after(self._last, row.keys, row.row, row.number):
            return
        self._rows.append(row)
        if len(self._rows) > self._wanted + _SPARE:
            self._cut()

    def keys(self, item: Value) -> SortKeys:
        """The sort keys of an item."""
        return [sort_key(key(item)) for key in self._keys]

    def first(self) -> list[SortedRow]:
        """The rows in order."""
        self._cut()
        return self._rows

    def comes_after(self, last: tuple[SortKeys, int, int], keys: SortKeys, row: int, number: int) -> bool:
        """True if the item with these keys, of this number of a row, comes after another."""
        for key, before, descending in zip(keys, last[0], self._descending, strict=True):
            if key != before:
                return (key < before) == descending
        return (row, number) > last[1:]

    def _cut(self) -> None:
        # The last key first: each sort leaves those that it finds equal as they are, backwards too.
        self._rows.sort(key=lambda each: (each.row, each.number))
        for place in range(len(self._descending) - 1, -1, -1):
            self._rows.sort(key=lambda each: each.keys[place], reverse=self._descending[place])
        self.dropped = self.dropped or len(self._rows) > self._wanted
        del self._rows[self._wanted :]
        self._bytes = sum(len(each.body or b"") for each in self._rows)
