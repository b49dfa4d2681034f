"""Charges at the points that Microsoft's documentation tells, and what makes them grow between."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.charges import (
    create_charge,
    example_charge,
    feed_charge,
    query_charge,
    read_charge,
    replace_charge,
)
from local_azure.cosmos.documents import ALWAYS, Stored
from local_azure.cosmos.items import create_item, delete_item, patch_item, replace_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.store import Store

KB = 1024
EVENT: dict[str, Any] = {
    "id": "1",
    "store_id": 7,
    "price": 12.5,
    "gift": None,
    "tags": ["a", "b"],
    "archive": {"at": "2026-11-26", "place": {"partition": 1, "offset": 99}},
}
NOTHING: dict[str, Any] = {"excludedPaths": [{"path": "/*"}]}


@pytest.mark.parametrize(("kilobytes", "read", "write"), [(1, 1.0, 4.95), (8, 1.33, 7.04), (32, 2.19, 11.23)])
def test_sizes_cost_what_the_table_says(kilobytes: int, read: float, write: float) -> None:
    assert (read_charge(kilobytes * KB), create_charge(kilobytes * KB, 0)) == pytest.approx((read, write))


def test_a_hundred_kilobytes_cost_ten_to_read_and_fifty_to_write() -> None:
    assert (read_charge(100 * KB), create_charge(100 * KB, 0)) == pytest.approx((10, 50))


def test_ten_indexed_terms_make_a_write_of_a_kilobyte_cost_seven() -> None:
    assert create_charge(KB, 10) == pytest.approx(7, abs=0.1)


def test_a_replacement_that_changes_two_terms_costs_ten_and_eight_tenths() -> None:
    assert replace_charge(KB, KB, 2) == pytest.approx(10.8, abs=0.11)


def test_five_documents_of_a_feed_cost_as_much_as_five_reads() -> None:
    assert feed_charge(5, 5 * KB) == pytest.approx(5)


@pytest.mark.parametrize(("documents", "charge"), [(0, 2.3), (1, 2.3), (1_000, 1_001.3)])
def test_a_query_costs_at_least_two_and_a_bit_and_about_one_for_each_kilobyte(documents: int, charge: float) -> None:
    assert query_charge(documents, documents * KB) == pytest.approx(charge)


@pytest.mark.parametrize(
    ("pages", "documents", "size", "printed"),
    [(1, 1, 9_963, 3.19), (1, 60_951, 399_998_938, 4_059.95), (1, 1, 671, 2.27), (2, 540, 127_000, 12.05)],
)
def test_queries_of_which_microsoft_prints_the_charge_cost_about_that(
    pages: int, documents: int, size: int, printed: float
) -> None:
    assert 0.9 < example_charge(pages, documents, size) / printed < 1.3


@pytest.mark.parametrize(
    ("policy", "terms"),
    [
        ({}, 9),
        (NOTHING, 0),
        ({"includedPaths": [{"path": "/price/?"}, {"path": "/archive/at/?"}, {"path": "/absent/?"}]} | NOTHING, 2),
        ({"includedPaths": [{"path": "/archive/*"}]} | NOTHING, 3),
        ({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/archive/place/*"}]}, 7),
        ({"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/tags/*"}, {"path": "/archive/?"}]}, 7),
        ({"includedPaths": [{"path": "/tags/[]/?"}]} | NOTHING, 2),
        ({"compositeIndexes": [[{"path": "/store_id"}, {"path": "/price"}]]} | NOTHING, 1),
    ],
)
async def test_the_policy_says_which_terms_count(policy: dict[str, Any], terms: int) -> None:
    store, container = _container(policy)
    stored = create_item(container, canonical("1"), msgspec.json.encode(EVENT))
    assert stored.charge == pytest.approx(create_charge(len(stored.body), terms))
    await store.settled()


async def test_writes_are_charged_by_what_they_delete_and_insert() -> None:
    store, container = _container({})
    partition = canonical("1")

    def replaced(**changes: Any) -> Stored:
        return replace_item(container, partition, "1", msgspec.json.encode(EVENT | changes), ALWAYS)

    create_item(container, partition, msgspec.json.encode(EVENT))
    assert replaced().charge == pytest.approx(9.9)
    assert replaced(price=1, archive={"at": "x"}).charge == pytest.approx(9.9 + 0.4 * 4)
    patched = patch_item(container, partition, "1", b'[{"op": "set", "path": "/price", "value": 2}]', ALWAYS)
    assert patched.charge == pytest.approx(9.9 + 0.8)
    assert delete_item(container, partition, "1", ALWAYS) == pytest.approx(4.95 + 0.2 * 7)
    await store.settled()


def _container(policy: dict[str, Any]) -> tuple[Store, Container]:
    store = Store(Path(":memory:"))
    catalog = Catalog(store, Clock())
    body: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/id"]}, "indexingPolicy": policy}
    return store, catalog.create_container(catalog.create_database({"id": "d"}), body)
