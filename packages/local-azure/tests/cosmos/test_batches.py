"""Transactional batches: all operations of one partition, or none."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError, CosmosResourceNotFoundError

from tests.cosmos.running import Sdk

pytestmark = pytest.mark.slow


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "store_id": "7", "qty": 1} | more


async def test_every_kind_of_operation_in_order(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(event("old")))
    results = await sdk.do(
        container.execute_item_batch(
            [
                ("create", (event("a"),)),
                ("upsert", (event("a", qty=2),)),
                ("upsert", (event("b"),)),
                ("replace", ("b", event("b", qty=3))),
                (
                    "patch",
                    ("b", [{"op": "incr", "path": "/qty", "value": 4}]),
                    {"filter_predicate": "FROM c WHERE c.qty = 3"},
                ),
                ("read", ("b",)),
                ("delete", ("old",)),
            ],
            partition_key="7",
        )
    )
    assert [result["statusCode"] for result in results] == [201, 200, 201, 200, 200, 200, 204]
    assert results[5]["resourceBody"]["qty"] == 7
    assert results[5]["eTag"] == results[5]["resourceBody"]["_etag"]
    assert sorted(await sdk.ask(container, "SELECT VALUE c.id FROM c", partition_key="7")) == ["a", "b"]


async def test_one_failure_undoes_the_batch_and_names_itself(sdk: Sdk, container: Any) -> None:
    await sdk.do(container.create_item(event("taken")))
    operations = [("create", (event("new"),)), ("create", (event("taken"),)), ("create", (event("later"),))]
    with pytest.raises(CosmosBatchOperationError) as refusal:
        await sdk.do(container.execute_item_batch(operations, partition_key="7"))
    assert refusal.value.status_code == 409
    assert refusal.value.error_index == 1
    assert [result["statusCode"] for result in refusal.value.operation_responses or []] == [424, 409, 424]
    for name in ("new", "later"):
        with pytest.raises(CosmosResourceNotFoundError):
            await sdk.do(container.read_item(name, "7"))


async def test_etags_bind_operations(sdk: Sdk, container: Any) -> None:
    stale = (await sdk.do(container.create_item(event("a"))))["_etag"]
    await sdk.do(container.upsert_item(event("a", qty=2)))
    operation = ("replace", ("a", event("a", qty=3)), {"if_match_etag": stale})
    with pytest.raises(CosmosBatchOperationError) as refusal:
        await sdk.do(container.execute_item_batch([operation], partition_key="7"))
    assert refusal.value.status_code == 412


async def test_an_item_of_another_partition_is_refused(sdk: Sdk, container: Any) -> None:
    with pytest.raises(CosmosBatchOperationError) as refusal:
        await sdk.do(container.execute_item_batch([("create", ({"id": "x", "store_id": "8"},))], partition_key="7"))
    assert refusal.value.status_code == 400


async def test_a_hundred_operations_are_allowed_and_no_more(sdk: Sdk, container: Any) -> None:
    operations = [("create", (event(f"e{number}"),)) for number in range(101)]
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.execute_item_batch(operations, partition_key="7"))
    assert refusal.value.status_code == 400
    assert len(await sdk.do(container.execute_item_batch(operations[:100], partition_key="7"))) == 100
    assert await sdk.ask(container, "SELECT VALUE COUNT(1) FROM c") == [100]


async def test_a_batch_of_more_than_2_mb_is_refused(sdk: Sdk, container: Any) -> None:
    operations = [("create", (event(f"e{number}", pad="x" * 800_000),)) for number in range(3)]
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.do(container.execute_item_batch(operations, partition_key="7"))
    assert refusal.value.status_code == 413
    assert await sdk.ask(container, "SELECT * FROM c") == []
