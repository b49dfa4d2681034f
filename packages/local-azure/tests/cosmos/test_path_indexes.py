"""Indexes of the paths that a container's policy names: the same answers as a scan, from few rows."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import random
from typing import Any

import pytest
from azure.cosmos import PartitionKey

from tests.cosmos.running import ONE_SDK, Sdk

pytestmark = pytest.mark.slow

POLICY = {
    "includedPaths": [{"path": "/cust_id/?"}, {"path": "/at/?"}, {"path": '/deep/"a b"/?'}],
    "excludedPaths": [{"path": "/*"}],
}
NO_INDEX = {"includedPaths": [], "excludedPaths": [{"path": "/*"}]}
ODD: list[Any] = [None, True, False, 1, 1.0, "1", "", [1], {"a": 1}, 2**53, -0.0, "é", 1e300]


async def fill(sdk: Sdk, container: Any) -> None:
    chance = random.Random(7)
    for number in range(120):
        item = {"id": str(number), "store_id": f"s{number % 3}", "cust_id": f"c{number % 10}", "at": number}
        item |= {"cust_id": ODD[number % len(ODD)]} if number % 4 == 0 else {}
        item |= {"deep": {"a b": chance.choice(ODD)}} if number % 2 else {}
        await sdk.do(container.create_item(item))


@ONE_SDK
async def test_an_index_gives_what_a_scan_gives(sdk: Sdk, database: Any) -> None:
    indexed = await sdk.do(database.create_container("indexed", PartitionKey("/store_id"), indexing_policy=POLICY))
    plain = await sdk.do(database.create_container("plain", PartitionKey("/store_id")))
    for container in (indexed, plain):
        await fill(sdk, container)
    conditions = [f"c.cust_id = @{place}" for place in range(len(ODD))]
    conditions += [f"c.deep['a b'] = @{place} AND c.at > 50" for place in range(len(ODD))]
    conditions += [
        "c.cust_id IN ('c1', 'c2', 1)",
        "c.at BETWEEN 20 AND 30",
        "30 < c.at AND c.at <= 40 AND c.cust_id = 'c5'",
    ]
    conditions += [
        "ARRAY_CONTAINS(@list, c.cust_id)",
        "c.at >= 'a'",
        "c.cust_id < 'c2'",
        "c.cust_id = 'c1' OR c.at = 3",
    ]
    parameters = {f"@{place}": value for place, value in enumerate(ODD)} | {"@list": ["c3", "c4", None]}
    for condition in conditions:
        query = f"SELECT VALUE c.id FROM c WHERE {condition}"
        for options in ({}, {"partition_key": "s1"}):
            wanted = await sdk.ask(plain, query, parameters, **options)
            assert await sdk.ask(indexed, query, parameters, **options) == wanted, condition


@ONE_SDK
async def test_an_index_reads_few_documents_and_comes_and_goes_with_the_policy(sdk: Sdk, database: Any) -> None:
    container = await sdk.do(database.create_container("events", PartitionKey("/store_id"), indexing_policy=POLICY))
    await fill(sdk, container)

    async def loaded() -> int:
        await sdk.ask(container, "SELECT * FROM c WHERE c.at = 17", populate_query_metrics=True)
        metrics = container.client_connection.last_response_headers["x-ms-documentdb-query-metrics"]
        return int(dict(pair.split("=") for pair in metrics.split(";"))["retrievedDocumentCount"])

    assert await loaded() == 1
    await sdk.do(database.replace_container(container, PartitionKey("/store_id"), indexing_policy=NO_INDEX))
    assert await loaded() == 120
    await sdk.do(database.replace_container(container, PartitionKey("/store_id"), indexing_policy=POLICY))
    assert await loaded() == 1


@pytest.mark.parametrize("direction", ["", " DESC"])
async def test_pages_in_the_order_of_an_index_go_on_from_their_tokens(sdk: Sdk, database: Any, direction: str) -> None:
    container = await sdk.do(database.create_container("events", PartitionKey("/store_id"), indexing_policy=POLICY))
    await fill(sdk, container)
    text = f"SELECT VALUE c.at FROM c WHERE c.at >= 15 ORDER BY c.at{direction}"
    times: list[int] = []
    token: str | None = None
    while True:
        # Each page by a query of its own, so that nothing but the token goes from one to the next.
        pages = sdk.query(container, text, max_item_count=7).by_page(token)
        page = list(next(pages)) if sdk.kind == "sync" else [at async for at in await pages.__anext__()]
        assert len(page) <= 7
        times += page
        token = pages.continuation_token
        if not token:
            break
    assert times == sorted(range(15, 120), reverse=bool(direction))
