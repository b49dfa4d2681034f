"""The archive's request units are enough for the hottest of its physical partitions, at every size that scales.

A container that scales to M request units a second begins with M / 10,000 physical partitions, each with as much of
the range of hashes and at most 10,000 units ("Best practices for scaling provisioned throughput"). The hash is the
SDK's own.
"""

import json
import re
from collections.abc import Callable

import pytest

from fraud.analysis import IDS_PER_CHUNK
from fraud.context.look_ups import MOST_OF_SHELF
from fraud.generation import CATEGORIES
from fraud.identity import archive_key
from tests.infra.deployment import ROOT
from tests.infra.hottest import UNITS_OF_A_GIGABYTE, UNITS_OF_A_PARTITION, busiest_share, grown, load
from tests.infra.test_costs import DOCUMENT, SIZES, STORES, UNITS_PER_EVENT, rate

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
EVENT_DAYS = 30
SCALED = (40_000, 60_000, 80_000, 120_000)
SCALING = [size for size, numbers in SIZES.items() if numbers["archiveRequestUnits"]]


def by_store(store: str, event_id: str) -> str:
    """The key that the archive began with."""
    return store


def rate_that_holds(key: Callable[[str, str], str], request_units: int, units_per_event: float) -> int:
    """Events a second until the hottest partition has used its request units up."""
    share = busiest_share(key, request_units // UNITS_OF_A_PARTITION, load())
    return int(UNITS_OF_A_PARTITION / share / units_per_event)


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


@pytest.mark.parametrize("size", SCALING)
def test_the_page_tells_when_an_archive_has_outgrown_its_size_and_what_it_asks_for_then(size: str):
    """A deployment that asks for less than ten request units a GB is refused."""
    units = SIZES[size]["archiveRequestUnits"]
    days = units / UNITS_OF_A_GIGABYTE / gigabytes(size, 1)
    text = " ".join(DOCUMENT.split())
    told = re.search(rf"(\d+) days and `ARCHIVE_REQUEST_UNITS=(\d+)` at {size}", text)

    assert told
    assert (int(told[1]), int(told[2])) == (int(days), grown(units, gigabytes(size, EVENT_DAYS))[0])


def test_the_page_tells_what_an_archive_that_grows_bears_at_least():
    least: dict[str, int] = {}
    ended: dict[str, int] = {}
    for size in SCALING:
        archives = [grown(SIZES[size]["archiveRequestUnits"], gigabytes(size, day)) for day in range(1, EVENT_DAYS + 1)]
        rates = [min(UNITS_OF_A_PARTITION, units / partitions) / share / 8 for units, partitions, share in archives]
        least[size], ended[size] = int(min(rates)), archives[-1][1]

    text = " ".join(DOCUMENT.split())
    assert f"end with {ended['1k']}, {ended['5k']} and {ended['10k']:,} of them" in text
    assert f"at least {least['1k']:,}, {least['5k']:,} and {least['10k']:,} events/s" in text


def gigabytes(size: str, days: int) -> float:
    """The GB of an archive after so many days at the full rate, at 1 KB an event."""
    return rate(size) * 86_400 * days / 1e6


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
