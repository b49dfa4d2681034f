"""The hottest physical partition of the archive, found by the SDK's own hash."""
# pyright: reportPrivateUsage=false

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any, Final

from azure.cosmos import PartitionKey

from fraud.generation import generate_events
from fraud.identity import KEYS_PER_STORE

UNITS_OF_A_PARTITION: Final = 10_000
"""Request units a second that a physical partition serves at most."""
GIGABYTES_OF_A_PARTITION: Final = 50
"""It holds so much; then it is split in two, each with half of its hashes."""
UNITS_OF_A_GIGABYTE: Final = 10
"""Cosmos raises what a container scales to so far, and refuses less ("Frequently asked questions about autoscale")."""
HASHES: Final = 0x3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF + 1
"""Hashes of version 2 are numbers of 128 bits whose first two are 0."""
BAD_EVENTS: Final = 0.05
"""The share of events without a store that a campaign may be told to send."""
EVENTS: Final = list(generate_events("sizes", 0, 10_000, 0.1, "2026-01-02T10:00:00+00:00"))


def load() -> list[tuple[str, str]]:
    """Stores and ids of a campaign of ten stores, some events without a store."""
    every = round(1 / BAD_EVENTS)
    return [("_unknown" if n % every == 0 else str(event.store_id), event.id) for n, event in enumerate(EVENTS)]


def busiest_share(key: Callable[[str, str], str], partitions: int, events: Iterable[tuple[str, str]]) -> float:
    """The share of a load that the hottest of some physical partitions gets."""
    counts = Counter(hash_of(key(store, event_id)) * partitions // HASHES for store, event_id in events)
    return max(counts.values()) / counts.total()


def grown(request_units: int, gigabytes: float) -> tuple[int, int, float]:
    """An archive of ten stores that holds so much: request units that it scales to, partitions, the hottest's share."""
    stores = Counter(store for store, _ in load())
    shares = {
        hash_of(f"{store}-{part}"): count / stores.total() / KEYS_PER_STORE
        for store, count in stores.items()
        for part in range(KEYS_PER_STORE)
    }

    def halves(low: int, high: int) -> list[float]:
        inside = [share for hashed, share in shares.items() if low <= hashed < high]
        if len(inside) < 2 or sum(inside) * gigabytes <= GIGABYTES_OF_A_PARTITION:
            return [sum(inside)]
        return halves(low, (low + high) // 2) + halves((low + high) // 2, high)

    begun = request_units // UNITS_OF_A_PARTITION
    bounds = [HASHES * number // begun for number in range(begun + 1)]
    split = [share for low, high in pairwise(bounds) for share in halves(low, high)]
    thousands = -(-gigabytes * UNITS_OF_A_GIGABYTE // 1_000)
    return max(request_units, int(thousands) * 1_000), len(split), max(split)


def hash_of(value: str) -> int:
    """Where a partition key lies among all hashes."""
    span: Any = PartitionKey("/archive_key")._get_epk_range_for_partition_key([value])
    return int(span.min, 16)
