"""Reading the documents of a container in the order of one of its indexes."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.index_key import Key, index_key, position, value_at
from local_azure.cosmos.path_index import Index
from local_azure.cosmos.query.legs import Leg, condition, order, rest_of
from local_azure.cosmos.query.values import Value
from local_azure.cosmos.store import Store

_FIRST_ROWS, _MORE_ROWS = 64, 512
_FIRST_BODIES, _MORE_BODIES = 8, 128
"""Documents that are read with one statement. A page that ends sooner has read some of them in vain."""


class Entry(NamedTuple):
    """A row in an index, with its keys there."""

    row: int
    partition: str
    keys: tuple[Key, ...]


class Walk:
    """Reads legs of an index, forwards or backwards, and remembers how far it is.

    No cursor stays open: writes go on meanwhile. A document whose indexed value is changed meanwhile may come twice or
    not at all, as on Azure.
    """

    def __init__(
        self, store: Store, table: str, index: Index, legs: list[Leg], *, reverse: bool = False, rows: int | None = None
    ) -> None:
        """`rows` is how many it reads of the index at first; the more it goes on, the more it reads at once."""
        self.index = index
        self.legs = legs
        """All of them, wherever it goes on."""
        self._store = store
        self._table = table
        self._legs = deque(legs)
        self._reverse = reverse
        self._pending: deque[Entry] = deque()
        self._loaded: dict[int, bytes] = {}
        self._rows = rows or _FIRST_ROWS
        self._bodies = _FIRST_BODIES

    def rows(self, holds: Callable[[str], bool]) -> Iterator[tuple[int, bytes | None]]:
        """Rows with their JSON, from where the last call ended; None for one whose partition `holds` does not want."""
        while self._pending or self._fetch():
            row, partition, _ = self._pending[0]
            is_held = holds(partition)
            if is_held and row not in self._loaded:
                self._load(holds)
            self._pending.popleft()
            yield row, self._loaded.pop(row, None) if is_held else None

    def entries(self) -> Iterator[Entry]:
        """The rows without their documents."""
        while self._pending or self._fetch():
            yield self._pending.popleft()

    def go_on_after(self, keys: tuple[Key, ...], row: int | None) -> bool:
        """Start after the row with these keys, or at the keys if it is None. False if no leg holds them."""
        legs = list(self._legs)
        for place, leg in enumerate(legs):
            if self._holds(leg, keys):
                self._legs = deque([*rest_of(leg, keys, row), *legs[place + 1 :]])
                return True
        return False

    def keys(self, document: Value) -> tuple[Key, ...]:
        """The keys of a document in the index."""
        return tuple(index_key(value_at(document, column.names)) for column in self.index.columns)

    def _fetch(self) -> bool:
        """Read more rows of the first leg that has some; False at the end."""
        while self._legs:
            leg = self._legs.popleft()
            where, values = condition(self.index, leg, reverse=self._reverse)
            # SQLite takes them from the index: no document is read for its keys.
            further = "".join(f", {column.expression}" for column in self.index.columns[len(leg.prefix) :])
            sql = (
                f'SELECT row, partition{further} FROM {self._table} INDEXED BY "{self.index.name(self._table)}" '
                f"WHERE {where} ORDER BY {order(self.index, leg, reverse=self._reverse)} LIMIT {self._rows}"
            )
            read = self._store.execute(sql, tuple(values)).fetchall()
            entries = [Entry(row, partition, (*leg.prefix, *keys)) for row, partition, *keys in read]
            if len(entries) == self._rows:
                self._legs.extendleft(reversed(rest_of(leg, entries[-1].keys, entries[-1].row)))
                self._rows = min(8 * self._rows, _MORE_ROWS)
            if entries:
                self._pending.extend(entries)
                return True
        return False

    def _load(self, holds: Callable[[str], bool]) -> None:
        """Read the documents of the next rows."""
        rows = [row for row, partition, _ in islice(self._pending, self._bodies) if holds(partition)]
        self._loaded = self._store.bodies(self._table, rows)
        self._bodies = min(2 * self._bodies, _MORE_BODIES)

    @staticmethod
    def _holds(leg: Leg, keys: tuple[Key, ...]) -> bool:
        depth = len(leg.prefix)
        if leg.prefix != keys[:depth]:
            return False
        if depth == len(keys):
            return True
        key = position(keys[depth])
        above = leg.low is None or position(leg.low) <= key
        return above and (leg.high is None or key <= position(leg.high))


def no_such_walk() -> Exception:
    """400 for a continuation token of an index that does not exist any more, or of another query."""
    return bad_request(
        "The continuation token belongs to another query, or to an index that the container has no more; start again."
    )
