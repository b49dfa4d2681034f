"""DISTINCT and GROUP BY page by page.

What fits a page comes in the order in which the documents have it. More comes in the order of digests of the results'
identities, and a token has the last one: so each comes once, whatever is written and deleted between two pages.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from hashlib import blake2b
from typing import Any

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.paging import Collector, Page, Place
from local_azure.cosmos.query.values import identity

MAX_DISTINCT = 100_000
_SPARE = 1_000
"""The results that gather beyond those wanted before they are cut."""
_decode = msgspec.json.Decoder[Any]().decode


def digest(*identities: bytes) -> str:
    """A short text for what a result or a group is told apart by."""
    return blake2b(b"\n".join(identities), digest_size=16).hexdigest()


def check_room(taken: int) -> None:
    """400 if as many groups or distinct results are held as there may be."""
    if taken >= MAX_DISTINCT:
        raise bad_request(f"The query has more than {MAX_DISTINCT} groups or distinct results.")


def page_of(results: Iterable[tuple[str, bytes | None]], collector: Collector, *, ended: bool = True) -> Page:
    """A page of results with their digests; `ended` tells that no others follow them."""
    for code, item in results:
        if item is not None:
            if not collector.has_room_for(item):
                return collector.page(ended=False)
            collector.take(0, item)
        collector.after = code
    return collector.page(ended)


async def distinct_page(results: AsyncGenerator[bytes], place: Place, size: int) -> Page:
    """A page of the results that differ, at most `size`."""
    collector = Collector(place, size)
    kept = _Kept(collector.wanted, place.after or "")
    is_first = place.after is None
    async with aclosing(results):
        async for item in results:
            if not kept.add(item) or not is_first:
                continue
            is_first = collector.has_room_for(item)
            if is_first:
                collector.take(0, item)
                if collector.exhausted:
                    break
    if is_first:
        return collector.page(ended=True)
    return page_of(kept.in_order(), Collector(place, size), ended=not kept.dropped)


class _Kept:
    """The `wanted` results with the least digests above `after`; more of them until they are asked for in order."""

    def __init__(self, wanted: int, after: str) -> None:
        self._wanted = wanted
        self._after = after
        self._items: dict[str, bytes] = {}
        # Most of what comes again is written alike, and need not be told apart by its identity.
        self._alike: set[bytes] = set()
        self._most: str | None = None
        """The greatest digest that is wanted, once some were dropped."""

    @property
    def dropped(self) -> bool:
        """True if results come after those kept."""
        return self._most is not None

    def add(self, item: bytes) -> bool:
        """Take a result; False for one that is kept already, or is not wanted."""
        if item in self._alike:
            return False
        code = digest(identity(_decode(item)))
        if code in self._items or code <= self._after or (self._most is not None and code > self._most):
            return False
        check_room(len(self._items))
        self._items[code] = item
        self._alike.add(item)
        if len(self._items) > self._wanted + _SPARE:
            self.in_order()
        return True

    def in_order(self) -> list[tuple[str, bytes]]:
        """Those that are wanted, by their digests; the others are dropped."""
        ordered = sorted(self._items.items())
        if len(ordered) > self._wanted:
            del ordered[self._wanted :]
            self._items = dict(ordered)
            self._alike = set(self._items.values())
            self._most = ordered[-1][0]
        return ordered
