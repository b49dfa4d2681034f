"""azure-cosmos over plain HTTP."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK is typed in part only.

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.cosmos import ContainerProxy, CosmosClient, PartitionKey
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosBatchOperationError,
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)


@pytest.fixture(scope="module")
def items(settings: dict[str, str]) -> Iterator[ContainerProxy]:
    client = CosmosClient(settings["COSMOS_ENDPOINT"], settings["COSMOS_KEY"])
    database = client.create_database(f"shop-{uuid.uuid4().hex[:8]}")
    container = database.create_container("orders", PartitionKey("/customer"))
    for number in range(30):
        container.create_item(
            {"id": str(number), "customer": f"c{number % 3}", "total": number, "tags": ["a", f"t{number % 2}"]}
        )
    yield container
    client.delete_database(database)


def fresh(items: ContainerProxy, **fields: Any) -> dict[str, Any]:
    return items.create_item({"id": uuid.uuid4().hex, "customer": "fresh", **fields})


def ask(items: ContainerProxy, text: str, **options: Any) -> list[Any]:
    options.setdefault("enable_cross_partition_query", "partition_key" not in options)
    return list(items.query_items(text, **options))


def test_a_container_tells_its_partition_key(items: ContainerProxy):
    assert items.read()["partitionKey"]["paths"] == ["/customer"]


@pytest.mark.parametrize(
    "value", [None, True, 7, 0.5, -1e300, "grüße", [1, [2, None]], {"deep": {"$type": "x"}}, "y" * 500_000]
)
def test_a_value_comes_back_as_it_was_written(items: ContainerProxy, value: Any):
    item = fresh(items, value=value)

    assert items.read_item(item["id"], "fresh")["value"] == value


def test_an_item_is_replaced_and_deleted(items: ContainerProxy):
    item = fresh(items, n=1)
    items.replace_item(item["id"], {**item, "n": 2})
    assert items.read_item(item["id"], "fresh")["n"] == 2
    items.delete_item(item["id"], "fresh")

    with pytest.raises(CosmosResourceNotFoundError):
        items.read_item(item["id"], "fresh")


def test_an_upsert_makes_or_replaces(items: ContainerProxy):
    item_id = uuid.uuid4().hex
    for number in (1, 2):
        items.upsert_item({"id": item_id, "customer": "u", "n": number})

    assert items.read_item(item_id, "u")["n"] == 2


def test_an_id_is_taken_once_in_its_partition(items: ContainerProxy):
    item = fresh(items)
    with pytest.raises(CosmosResourceExistsError):
        items.create_item({"id": item["id"], "customer": "fresh"})

    items.create_item({"id": item["id"], "customer": "elsewhere"})


def test_a_write_under_a_condition_is_refused_if_somebody_was_faster(items: ContainerProxy):
    item = fresh(items)
    condition: dict[str, Any] = {"etag": item["_etag"], "match_condition": MatchConditions.IfNotModified}
    items.replace_item(item["id"], {**item, "n": 1}, **condition)

    with pytest.raises(CosmosAccessConditionFailedError):
        items.replace_item(item["id"], {**item, "n": 2}, **condition)


def test_an_item_is_patched(items: ContainerProxy):
    item = fresh(items, n=1, list=[1], gone=1)
    operations = [
        {"op": "incr", "path": "/n", "value": 4},
        {"op": "add", "path": "/list/-", "value": 2},
        {"op": "remove", "path": "/gone"},
        {"op": "set", "path": "/new", "value": "x"},
    ]
    patched = items.patch_item(item["id"], "fresh", operations)

    assert (patched["n"], patched["list"], patched["new"], "gone" in patched) == (5, [1, 2], "x", False)


ARE_ORDERS = "IS_DEFINED(c.tags)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"SELECT VALUE c.total FROM c WHERE {ARE_ORDERS} ORDER BY c.total", list(range(30))),
        (f"SELECT VALUE COUNT(1) FROM c WHERE {ARE_ORDERS}", [30]),
        (f"SELECT VALUE SUM(c.total) FROM c WHERE {ARE_ORDERS}", [435]),
        (f"SELECT VALUE MAX(c.total) FROM c WHERE {ARE_ORDERS}", [29]),
        (f"SELECT TOP 2 VALUE c.total FROM c WHERE {ARE_ORDERS} ORDER BY c.total DESC", [29, 28]),
        (f"SELECT VALUE c.total FROM c WHERE {ARE_ORDERS} ORDER BY c.total OFFSET 3 LIMIT 2", [3, 4]),
        ("SELECT VALUE c.id FROM c WHERE c.total IN (3, 5) AND c.customer = 'c0'", ["3"]),
        ("SELECT VALUE UPPER(c.customer) FROM c WHERE c.id = '7' AND c.total = 7", ["C1"]),
        ("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.customer, 'c2') AND c.total < 5", ["2"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 't1') AND c.total < 2", ["1"]),
    ],
)
def test_a_query_over_all_partitions(items: ContainerProxy, text: str, expected: list[Any]):
    assert ask(items, text) == expected


def test_a_query_takes_parameters_and_one_partition(items: ContainerProxy):
    text = "SELECT VALUE c.id FROM c WHERE c.total > @least ORDER BY c.total DESC"
    parameters: list[dict[str, object]] = [{"name": "@least", "value": 20}]

    assert ask(items, text, parameters=parameters, partition_key="c0") == ["27", "24", "21"]


def test_distinct_values_come_once(items: ContainerProxy):
    assert sorted(ask(items, f"SELECT DISTINCT VALUE c.customer FROM c WHERE {ARE_ORDERS}")) == ["c0", "c1", "c2"]


def test_a_query_comes_in_pages_that_a_token_continues(items: ContainerProxy):
    options: dict[str, Any] = {"partition_key": "c1", "max_item_count": 4}
    pages: Any = items.query_items("SELECT VALUE c.total FROM c", **options).by_page()
    first: list[int] = list(next(pages))
    rest: Any = items.query_items("SELECT VALUE c.total FROM c", **options).by_page(pages.continuation_token)

    assert len(first) == 4
    assert len({*first, *(each for page in rest for each in page)}) == 10


def test_a_wrong_query_is_refused_with_a_reason(items: ContainerProxy):
    with pytest.raises(CosmosHttpResponseError) as refused:
        ask(items, "SELEKT * FROM c")

    assert refused.value.status_code == 400


def test_a_batch_is_done_whole_or_not_at_all(items: ContainerProxy):
    name = uuid.uuid4().hex
    items.execute_item_batch([("create", ({"id": name, "customer": "b"},))], "b")
    again = [("create", ({"id": f"{name}2", "customer": "b"},)), ("create", ({"id": name, "customer": "b"},))]
    with pytest.raises(CosmosBatchOperationError):
        items.execute_item_batch(again, "b")

    with pytest.raises(CosmosResourceNotFoundError):
        items.read_item(f"{name}2", "b")


def test_many_items_are_read_at_once(items: ContainerProxy):
    wanted = [(str(number), f"c{number % 3}") for number in range(10)]

    assert {item["id"] for item in items.read_items(wanted)} == {item_id for item_id, _ in wanted}


def test_changes_are_told_from_the_beginning(items: ContainerProxy):
    changed = items.query_items_change_feed(start_time="Beginning", partition_key="c0")

    assert len(list(changed)) == 10


def test_what_was_acknowledged_survives_kills(items: ContainerProxy, kill: Callable[[str], None]):
    names: list[str] = []
    for _ in range(2):
        names += [fresh(items, customer="kill")["id"] for _ in range(10)]
        kill("cosmos")

    assert sorted(ask(items, "SELECT VALUE c.id FROM c", partition_key="kill")) == sorted(names)
