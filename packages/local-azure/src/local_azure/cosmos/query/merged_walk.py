"""Reading several stretches of an index side by side, in the order of what follows the keys that tell them apart.

`cust_id IN (3, 7) ... ORDER BY at` in an index over (cust_id, at): the sales of 3 and those of 7 each lie in order, and
the earlier one of the two that are next comes first. So a page reads what it gives, and no sale of other customers.
"""

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Any

from local_azure.cosmos.index_key import Key, position
from local_azure.cosmos.path_index import Index
from local_azure.cosmos.query.legs import Leg
from local_azure.cosmos.query.walk import Entry, Walk
from local_azure.cosmos.store import Store

_FIRST_ROWS = 4
"""Of each stretch: of many a page has a few each."""
_AT_ONCE = 128


class MergedWalk(Walk):
    """Reads the legs of each of several prefixes as a walk of its own, and what is next of all of them first."""

    def __init__(
        self, store: Store, table: str, index: Index, legs: list[list[Leg]], *, reverse: bool, descending: bool
    ) -> None:
        """`legs` has those of each prefix, all prefixes being of one length; `descending` is how what follows goes."""
        super().__init__(store, table, index, [leg for of_prefix in legs for leg in of_prefix], reverse=reverse)
        self._depth = len(legs[0][0].prefix)
        self._walks = {
            of_prefix[0].prefix: Walk(store, table, index, of_prefix, reverse=reverse, rows=_FIRST_ROWS)
            for of_prefix in legs
        }
        stretches = [walk.entries() for walk in self._walks.values()]
        # Nothing is read before the first of it is asked for.
        self._merged: Iterator[Entry] = merge(*stretches, key=self._place, reverse=descending)

    def go_on_after(self, keys: tuple[Key, ...], row: int | None) -> bool:
        """Start every stretch at the keys that follow its prefix, before anything is read."""
        went_on = [walk.go_on_after((*prefix, *keys), row) for prefix, walk in self._walks.items()]
        return any(went_on)

    def _fetch(self) -> bool:
        self._pending.extend(islice(self._merged, _AT_ONCE))
        return bool(self._pending)

    def _place(self, entry: Entry) -> tuple[int, Any]:
        return position(entry.keys[self._depth])
