"""Many documents at once: pages, continuation tokens, read_items."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosHttpResponseError
from azure.cosmos.partition_key import NonePartitionKeyValue

from tests.cosmos.running import Sdk

pytestmark = pytest.mark.slow


async def fill(sdk: Sdk, container: Any, count: int, stores: int = 3) -> None:
    """Documents `e0`, `e1`... dealt to stores in turn."""
    for store in range(stores):
        operations = [
            ("create", ({"id": f"e{number}", "store_id": str(store), "rank": -number},))
            for number in range(store, count, stores)
        ]
        for start in range(0, len(operations), 100):
            await sdk.do(container.execute_item_batch(operations[start : start + 100], partition_key=str(store)))


@pytest.mark.parametrize("text", ["SELECT VALUE c.id FROM c", "SELECT VALUE c.id FROM c ORDER BY c.rank"])
async def test_pages_are_no_larger_than_asked_and_complete(sdk: Sdk, container: Any, text: str) -> None:
    await fill(sdk, container, 25)
    pages = await sdk.pages(sdk.query(container, text, max_item_count=10))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert {name for page in pages for name in page} == {f"e{number}" for number in range(25)}


async def test_a_query_goes_on_from_its_token_after_later_writes(sdk: Sdk, container: Any) -> None:
    await fill(sdk, container, 9, stores=1)
    text = "SELECT VALUE c.id FROM c ORDER BY c.rank"

    async def page(token: str | None) -> tuple[list[str], str | None]:
        pages = sdk.query(container, text, max_item_count=4, partition_key="0").by_page(token)
        if sdk.kind == "sync":
            return list(next(pages)), pages.continuation_token
        return [name async for name in await pages.__anext__()], pages.continuation_token

    first, token = await page(None)
    assert first == ["e8", "e7", "e6", "e5"]
    await sdk.do(container.delete_item("e8", "0"))
    await sdk.do(container.create_item({"id": "early", "store_id": "0", "rank": -100}))
    second, token = await page(token)
    assert second == ["e4", "e3", "e2", "e1"]
    third, token = await page(token)
    assert third == ["e0"]
    assert token is None


async def test_a_token_of_somebody_else_is_refused(sdk: Sdk, container: Any) -> None:
    for token in ("nonsense", "AAAA", "WzEsLTEsbnVsbCxudWxsXQ=="):
        pages = sdk.query(container, "SELECT * FROM c", partition_key="0").by_page(token)
        with pytest.raises(CosmosHttpResponseError) as refusal:
            await sdk.do(next(pages) if sdk.kind == "sync" else pages.__anext__())
        assert refusal.value.status_code == 400


async def test_read_items_gives_what_exists_in_the_order_asked(sdk: Sdk, container: Any) -> None:
    await fill(sdk, container, 150)
    asked = [(f"e{number}", str(number % 3)) for number in range(149, -1, -7)]
    items = await sdk.do(container.read_items([("missing", "0"), *asked, ("e0", "1")]))
    assert [item["id"] for item in items] == [name for name, _ in asked]


async def test_read_items_of_one_partition_and_of_thousands(sdk: Sdk, container: Any) -> None:
    await fill(sdk, container, 1200, stores=1)
    items = await sdk.do(container.read_items([(f"e{number}", "0") for number in range(1200)]))
    assert len(items) == 1200
    mixed = await sdk.do(container.read_items([(f"e{number}", str(number % 2)) for number in range(1000)]))
    assert len(mixed) == 500
    assert await sdk.do(container.read_items([])) == []


async def test_read_items_finds_items_without_a_partition_key(sdk: Sdk, container: Any) -> None:
    for name in ("a", "b"):
        await sdk.do(container.create_item({"id": name}))
    asked = [("a", NonePartitionKeyValue), ("b", NonePartitionKeyValue), ("c", "7")]
    assert [item["id"] for item in await sdk.do(container.read_items(asked))] == ["a", "b"]
