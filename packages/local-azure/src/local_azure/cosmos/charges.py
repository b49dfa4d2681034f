"""Request charges in RU, by a model and not by measurement.

The anchors are Microsoft's: a point read of 1 KB costs 1 RU and of 100 KB 10 RU, a write of 1 KB about 5 RU and of
100 KB 50 RU without indexes (learn.microsoft.com/azure/cosmos-db/request-units, .../key-value-store-cost); between
them the charge grows in proportion. A query costs at least 2.3 RU, and more with the documents that it loads and
the results that it gives back. What an index costs on a write is one figure for all containers.
"""

_FREE_BYTES = 1024
_BYTES_TIMES_TEN = 99 * 1024
INDEXING_CHARGE = 1.0
QUERY_CHARGE = 2.3
REFUSAL_CHARGE = 1.24
"""A refusal has read something, so it costs more than nothing (CosmosItemTests of the SDK for .NET)."""


def read_charge(size: int) -> float:
    """A point read of a document of `size` bytes."""
    return _scaled(1.0, size)


def write_charge(size: int) -> float:
    """A write that leaves a document of `size` bytes."""
    return _scaled(5.0, size) + INDEXING_CHARGE


def query_charge(loaded: int, loaded_bytes: int, results: int) -> float:
    """A page of a query: the documents that it loaded with their bytes, and how many results it gives back."""
    return QUERY_CHARGE + 0.02 * loaded + 0.02 * loaded_bytes / 1024 + 0.01 * results


def _scaled(base: float, size: int) -> float:
    return base * (1 + 9 * max(0, size - _FREE_BYTES) / _BYTES_TIMES_TEN)
