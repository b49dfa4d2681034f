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

SortKeys: TypeAlias = list[tuple[int, Any]]


class _Descending(msgspec.Struct, frozen=True):
    key: tuple[int, Any]

    def __lt__(self, other: "_Descending") -> bool:
        return other.key < self.key


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
        self._after = None if last is None else self._place([(rank, value) for rank, value in last[0]], *last[1:])
        self._rows: list[tuple[Any, SortKeys, int, int]] = []
        self.dropped = False
        """True if rows came after those kept."""

    @property
    def enough(self) -> bool:
        """True if a row more than those wanted has come."""
        return self.dropped or len(self._rows) > self._wanted

    def add(self, item: Value, row: int, number: int) -> None:
        """Take the item with this number of a row, unless it comes before `last`."""
        keys = [sort_key(key(item)) for key in self._keys]
        place = self._place(keys, row, number)
        if self._after is not None and not self._after < place:
            return
        self._rows.append((place, keys, row, number))
        if len(self._rows) > self._wanted + _SPARE:
            self._cut()

    def first(self) -> list[tuple[SortKeys, int, int]]:
        """The sort keys, rows and numbers, in order."""
        self._cut()
        return [(keys, row, number) for _, keys, row, number in self._rows]

    def _place(self, keys: SortKeys, row: int, number: int) -> tuple[Any, ...]:
        directed = [_Descending(key) if down else key for key, down in zip(keys, self._descending, strict=True)]
        return (*directed, row, number)

    def _cut(self) -> None:
        self._rows.sort(key=lambda entry: entry[0])
        self.dropped = self.dropped or len(self._rows) > self._wanted
        del self._rows[self._wanted :]
