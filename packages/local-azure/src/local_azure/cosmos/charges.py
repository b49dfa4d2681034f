"""Request charges in RU, by a model of Microsoft's figures; `docs/request-units.md` has it with its sources.

All are for session consistency and one region. Sizes are of the JSON with its system properties, where Azure's are of a
binary form that nobody tells.
"""

from bisect import bisect_right
from itertools import pairwise

import msgspec

QUERY_CHARGE = 2.3
"""The least that a page of a query costs in each range that it asks: planning and looking up, and a document."""
REFUSAL_CHARGE = 1.24
"""A refusal has read something, so it costs more than nothing (CosmosItemTests of the SDK for .NET)."""
TERM_CHARGE = 0.2
"""An indexed term that is written or deleted."""
EXAMPLE_PAGE, EXAMPLE_DOCUMENT, EXAMPLE_MEGABYTE = 2.9, 0.015, 8.0
"""A page of a query, each document that it loads, and each million bytes of these, where Microsoft prints what a query
was charged: some 40 times less than by its rule that a result of 1 KB costs one unit."""
PATCHED_CHARGE = 0.4
"""A term that a patch changes, beside what the replacement costs."""

DELETE_PARTITION_CHARGE = 4.95
"""The request alone: what it deletes is charged in the background on Azure."""

_KB = 1024
_READS = (
    *((1, 1.0), (2, 1.04), (4, 1.14), (8, 1.33), (16, 1.67), (32, 2.19), (64, 4.76), (100, 10.0), (256, 20.28)),
    *((512, 40.95), (1024, 145.9), (2048, 291.8)),
)
_WRITES = (
    *((1, 4.95), (2, 6.29), (4, 6.67), (8, 7.04), (16, 9.52), (32, 11.23), (64, 22.67), (100, 50.0), (256, 98.29)),
    *((512, 184.57), (1024, 625.0), (2048, 1250.0)),
)


class Charges(msgspec.Struct):
    """The requests about items that were answered since the start, and the request units that they were charged.

    Of the pages of queries also their number, and the documents that they loaded, with their bytes.
    """

    requests: int = 0
    charge: float = 0.0
    query_pages: int = 0
    query_documents: int = 0
    query_bytes: int = 0

    def add(self, charge: float) -> None:
        """Count a request."""
        self.requests += 1
        self.charge += charge

    def add_page(self, documents: int, size: int) -> None:
        """Count what a page of a query has loaded."""
        self.query_pages += 1
        self.query_documents += documents
        self.query_bytes += size

    def since(self, before: "Charges") -> "Charges":
        """The counts that were added after an earlier look."""
        earlier = msgspec.structs.asdict(before)
        return Charges(**{name: value - earlier[name] for name, value in msgspec.structs.asdict(self).items()})


class _Scale:
    """Straight lines between documented points; below the first one what it says, beyond the last one on as before."""

    def __init__(self, points: tuple[tuple[int, float], ...]) -> None:
        self._least = points[0][1]
        self._ends = [kilobytes * _KB for kilobytes, _ in points]
        self._lines = [
            (low, (above - below) / ((high - low) * _KB), below) for (low, below), (high, above) in pairwise(points)
        ]

    def at(self, size: int) -> float:
        """The charge for so many bytes."""
        place = bisect_right(self._ends, size)
        if place == 0:
            return self._least
        start, slope, charge = self._lines[min(place, len(self._lines)) - 1]
        return charge + (size - start * _KB) * slope


_READ = _Scale(_READS)
_WRITE = _Scale(_WRITES)


def read_charge(size: int) -> float:
    """A point read of a document of `size` bytes."""
    return _READ.at(size)


def create_charge(size: int, terms: int) -> float:
    """The creation of a document of `size` bytes with so many indexed terms; its deletion costs the same."""
    return _WRITE.at(size) + TERM_CHARGE * terms


def replace_charge(old_size: int, size: int, changed: int) -> float:
    """A replacement, which deletes and inserts: both sizes, and each changed term is taken out and put in."""
    return _WRITE.at(old_size) + _WRITE.at(size) + 2 * TERM_CHARGE * changed


def feed_charge(documents: int, size: int) -> float:
    """A page of a feed, with the documents that it reads and their bytes: as if each had been read by itself."""
    return max(1.0, documents * _READ.at(size // documents)) if documents else 1.0


def query_charge(documents: int, size: int) -> float:
    """A page of a query in one range, with the documents that it loads and their bytes."""
    return QUERY_CHARGE - 1.0 + feed_charge(documents, size)


def example_charge(pages: int, documents: int, size: int) -> float:
    """Pages of queries as those examples were charged: in one range each, with all their documents and bytes."""
    return EXAMPLE_PAGE * pages + EXAMPLE_DOCUMENT * documents + EXAMPLE_MEGABYTE * size / 1e6
