"""Reading several stretches of an index side by side, in the order of what follows the keys that tell them apart.

`cust_id IN (3, 7) ... ORDER BY at` in an index over (cust_id, at): the sales of 3 and those of 7 each lie in order, and
the earlier one of the two that are next comes first. So a page reads what it gives, and no sale of other customers.
Where all of them together fit into a page, one statement reads them, instead of one for each stretch.
"""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any

from local_azure.cosmos.index_key import Key, position
from local_azure.cosmos.path_index import Index
from local_azure.cosmos.query.legs import Leg, conditions_of
from local_azure.cosmos.query.walk import Entry, Walk
from local_azure.cosmos.store import Store

_FIRST_ROWS = 4
"""Of each stretch: of many a page has a few each."""
_AT_ONCE = 128


class MergedWalk(Walk):
    """Reads the legs of each of several prefixes as a walk of its own, and what is next of all of them first."""

    def __init__(
        self,
        store: Store,
        table: str,
        index: Index,
        legs: list[list[Leg]],
        *,
        reverse: bool,
        descending: bool,
        most: int,
    ) -> None:
        """`legs` has those of each prefix, all prefixes being of one length; `descending` is how what follows goes.

        `most` is how many rows are wanted.
        """
        super().__init__(store, table, index, [leg for of_prefix in legs for leg in of_prefix], reverse=reverse)
        self._depth = len(legs[0][0].prefix)
        self._descending = descending
        self._most = max(most, _FIRST_ROWS * len(legs))
        # The rest of a stretch has other bounds than that of another one.
        self._alike = len(index.columns) == 2
        self._walks = {
            of_prefix[0].prefix: Walk(store, table, index, of_prefix, reverse=reverse, rows=_FIRST_ROWS)
            for of_prefix in legs
        }
        stretches = [walk.entries() for walk in self._walks.values()]
        # Nothing is read before the first of it is asked for.
        self._merged: Iterator[Entry] = merge(*stretches, key=self._place, reverse=descending)

    def go_on_after(self, keys: tuple[Key, ...], row: int | None) -> bool:
        """Start every stretch at the keys that follow its prefix, before anything is read."""
        self._alike = False
        went_on = [walk.go_on_after((*prefix, *keys), row) for prefix, walk in self._walks.items()]
        return any(went_on)

    def _fetch(self) -> bool:
        if self._alike:
            self._alike = False
            if (entries := self._all_at_once()) is not None:
                self._pending.extend(entries)
                self._merged = iter(())
        self._pending.extend(islice(self._merged, _AT_ONCE))
        return bool(self._pending)

    def _all_at_once(self) -> list[Entry] | None:
        """The rows of all stretches in their order, None if they are too many, or are bounded each in its own way."""
        (where, values), *others = conditions_of(self.index, self.legs)
        if others:
            return None
        first, second = (column.expression for column in self.index.columns)
        sql = (
            f"SELECT row, partition, {first}, {second} FROM {self._table} "
            f'INDEXED BY "{self.index.name(self._table)}" WHERE {where} LIMIT {self._most + 1}'
        )
        read = self._store.execute(sql, tuple(values)).fetchall()
        if len(read) > self._most:
            return None
        entries = [Entry(row, partition, (before, after)) for row, partition, before, after in read]
        # Of one key in the order of the stretches, as if they were merged.
        turn = -1 if self._reverse else 1
        entries.sort(key=lambda entry: (position(entry.keys[0]), turn * entry.row))
        entries.sort(key=self._place, reverse=self._descending)
        return entries

    def _place(self, entry: Entry) -> tuple[int, Any]:
        return position(entry.keys[self._depth])
