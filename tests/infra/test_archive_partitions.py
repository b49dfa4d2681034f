"""The archive's request units are enough for the hottest of its physical partitions, at every size that scales.

A container that scales to M request units a second begins with M / 10,000 physical partitions, each with as much of
the range of hashes and at most 10,000 units ("Best practices for scaling provisioned throughput"). The hash is the
SDK's own.
"""
# pyright: reportPrivateUsage=false

import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from azure.cosmos import PartitionKey

from fraud.analysis import IDS_PER_CHUNK
from fraud.context.look_ups import MOST_OF_SHELF
from fraud.generation import CATEGORIES
from fraud.identity import archive_key
from tests.infra.deployment import ROOT
from tests.infra.test_costs import DOCUMENT, EVENTS, SIZES, STORES, UNITS_PER_EVENT

UNITS_OF_A_PARTITION = 10_000
UNITS_OF_A_WRITE, UNITS_OF_A_TERM = 4.95, 0.2
"""Request units of the creation of a document of 1 KB without an index, and of each term that is indexed."""
FLAGGED = 0.08
"""The share of events that are flagged: 80 % sales, a third of them with priority, a third of those above 50 %."""
UNITS_OF_A_QUERY = 2.3
QUERIES_OF_A_CHUNK = 9
"""Three for its ids, one each for quarantine, customers, skus and shelves, and two for contents elsewhere."""
PROCESSES = 10
OF_A_CUSTOMER, OF_A_SKU = 5, 5
"""Events of a customer in a day and of a sku in eight hours: an assumption of docs/azure.md."""
HASHES = 0x3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF + 1
"""Hashes of version 2 are numbers of 128 bits whose first two are 0."""
BAD_EVENTS = 0.05
"""The share of events without a store that a campaign may be told to send."""
SCALED = (40_000, 60_000, 80_000, 120_000)
SCALING = [size for size, numbers in SIZES.items() if numbers["archiveRequestUnits"]]


def by_store(store: str, event_id: str) -> str:
    """The key that the archive began with."""
    return store


def busiest_share(key: Callable[[str, str], str], partitions: int, events: Iterable[tuple[str, str]]) -> float:
    """The share of a load that the hottest of some physical partitions gets."""
    counts = Counter(_hash(key(store, event_id)) * partitions // HASHES for store, event_id in events)
    return max(counts.values()) / counts.total()


def rate_that_holds(key: Callable[[str, str], str], request_units: int, units_per_event: float) -> int:
    """Events a second until the hottest partition has used its request units up."""
    share = busiest_share(key, request_units // UNITS_OF_A_PARTITION, load())
    return int(UNITS_OF_A_PARTITION / share / units_per_event)


def load() -> list[tuple[str, str]]:
    """Stores and ids of a campaign of ten stores, some events without a store."""
    every = round(1 / BAD_EVENTS)
    return [("_unknown" if n % every == 0 else str(event.store_id), event.id) for n, event in enumerate(EVENTS)]


def _hash(value: str) -> int:
    span: Any = PartitionKey("/archive_key")._get_epk_range_for_partition_key([value])
    return int(span.min, 16)


@pytest.mark.parametrize("size", SCALING)
def test_the_hottest_partition_bears_the_rate_of_its_size(size: str):
    numbers = SIZES[size]

    assert UNITS_PER_EVENT >= 8
    assert rate_that_holds(archive_key, numbers["archiveRequestUnits"], UNITS_PER_EVENT) >= numbers["eventsPerSecond"]


@pytest.mark.parametrize(("request_units", "rate"), [(40_000, 5_000), (80_000, 10_000)])
def test_fewer_request_units_would_not_do(request_units: int, rate: int):
    assert rate_that_holds(archive_key, request_units, 8) < rate


@pytest.mark.parametrize("size", ["5k", "10k"])
def test_the_store_alone_heats_one_partition_whatever_is_paid(size: str):
    numbers = SIZES[size]

    assert rate_that_holds(by_store, numbers["archiveRequestUnits"], 8) < numbers["eventsPerSecond"]


def test_the_page_tells_what_the_hottest_partition_bears_at_8_and_at_10_units():
    text = " ".join(DOCUMENT.split())
    rates = {(units, cost): rate_that_holds(archive_key, units, cost) for units in SCALED for cost in (8, 10)}

    assert f"40,000 and 80,000 bear {rates[40_000, 8]:,} and {rates[80_000, 8]:,} events/s" in text
    assert f"60,000 ({rates[60_000, 8]:,}) and 120,000 ({rates[120_000, 8]:,})" in text
    assert f"they bear {rates[60_000, 10]:,} and {rates[120_000, 10]:,}." in text
    assert rates[60_000, 10] >= SIZES["5k"]["eventsPerSecond"]
    assert rates[120_000, 10] >= SIZES["10k"]["eventsPerSecond"]


def test_an_event_with_all_its_indexes_costs_no_more_than_is_assumed():
    """By Microsoft's figures for a document of 1 KB (packages/local-azure/docs/request-units.md)."""
    databases = json.loads((ROOT / "infra" / "emulators" / "cosmos.json").read_text())["databases"]
    events = next(container for container in databases[0]["containers"] if container["id"] == "events")
    policy = events["indexingPolicy"]
    terms = len(policy["includedPaths"]) + len(policy["compositeIndexes"])

    assert terms == 9
    assert UNITS_OF_A_WRITE + terms * UNITS_OF_A_TERM + FLAGGED * units_of_look_ups() <= UNITS_PER_EVENT


def units_of_look_ups() -> float:
    """Request units around a flagged id at 10k: documents as if each was read, and its share of a chunk's queries."""
    ids_of_a_window = SIZES["10k"]["eventsPerSecond"] * 300 * FLAGGED / STORES
    shelves = PROCESSES * len(CATEGORIES) * MOST_OF_SHELF / ids_of_a_window
    partitions = SIZES["10k"]["archiveRequestUnits"] // UNITS_OF_A_PARTITION
    queries = QUERIES_OF_A_CHUNK * UNITS_OF_A_QUERY * partitions / IDS_PER_CHUNK
    return 1 + OF_A_CUSTOMER + OF_A_SKU + shelves + queries


def test_the_page_tells_what_look_ups_cost():
    text = " ".join(DOCUMENT.split())

    assert f"ten processes judge: {units_of_look_ups():.0f}." in text
    assert "come up five times each in that time" in text
    assert OF_A_CUSTOMER == OF_A_SKU == 5
