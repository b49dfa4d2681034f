"""The change feed: each document once, as it now is, in the order of its last write."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from tests.cosmos.running import Sdk

pytestmark = pytest.mark.slow


async def changes(sdk: Sdk, container: Any, **options: Any) -> tuple[list[str], str]:
    """The ids in the feed, and the continuation after them."""
    items = await sdk.all(container.query_items_change_feed(**options))
    return [item["id"] for item in items], container.client_connection.last_response_headers["etag"]


async def write(sdk: Sdk, container: Any, *names: str, store: str = "7") -> None:
    for name in names:
        await sdk.do(container.upsert_item({"id": name, "store_id": store}))


async def test_the_feed_goes_on_where_it_ended(sdk: Sdk, container: Any) -> None:
    await write(sdk, container, "a", "b", "c")
    await write(sdk, container, "a")
    await sdk.do(container.delete_item("c", "7"))
    ids, continuation = await changes(sdk, container, start_time="Beginning")
    assert ids == ["b", "a"], "the last write counts, and what is deleted is not told"
    await write(sdk, container, "d")
    ids, continuation = await changes(sdk, container, continuation=continuation)
    assert ids == ["d"]
    assert (await changes(sdk, container, continuation=continuation))[0] == []


async def test_pages_follow_each_other(sdk: Sdk, container: Any) -> None:
    await write(sdk, container, *(str(number) for number in range(10)))
    pages = await sdk.pages(container.query_items_change_feed(start_time="Beginning", max_item_count=4))
    assert [item["id"] for page in pages for item in page] == [str(number) for number in range(10)]
    assert max(len(page) for page in pages) == 4


async def test_a_page_has_at_most_4_mb(sdk: Sdk, container: Any) -> None:
    for name in "abcde":
        await sdk.do(container.create_item({"id": name, "store_id": "7", "pad": "x" * 1_500_000}))
    pages = await sdk.pages(container.query_items_change_feed(start_time="Beginning"))
    assert ["".join(item["id"] for item in page) for page in pages if page] == ["ab", "cd", "e"]


async def test_a_feed_from_now_on_has_nothing_of_before(sdk: Sdk, container: Any) -> None:
    await write(sdk, container, "before")
    ids, continuation = await changes(sdk, container, start_time="Now")
    assert ids == []
    await write(sdk, container, "after")
    assert (await changes(sdk, container, continuation=continuation))[0] == ["after"]


async def test_a_feed_from_a_time_on_has_nothing_of_before_even_if_nothing_is_newer(sdk: Sdk, container: Any) -> None:
    await write(sdk, container, "before")
    await asyncio.sleep(1.1)  # documents are dated to the second
    since = datetime.now(UTC)
    assert (await changes(sdk, container, start_time=since))[0] == []
    await write(sdk, container, "after")
    assert (await changes(sdk, container, start_time=since))[0] == ["after"]
    assert (await changes(sdk, container, start_time=since, partition_key="8"))[0] == []


async def test_a_partition_and_a_range_have_feeds_of_their_own(sdk: Sdk, database: Any) -> None:
    container = await sdk.do(database.create_container("wide", PartitionKey("/store_id"), offer_throughput=12_000))
    for number in range(12):
        await write(sdk, container, f"d{number}", store=str(number))
    assert (await changes(sdk, container, start_time="Beginning", partition_key="3"))[0] == ["d3"]
    ranges = (
        [item async for item in container.read_feed_ranges()]
        if sdk.kind == "aio"
        else list(container.read_feed_ranges())
    )
    shares = [(await changes(sdk, container, start_time="Beginning", feed_range=each))[0] for each in ranges]
    assert sorted(shares[0] + shares[1]) == sorted(f"d{number}" for number in range(12))
    assert all(shares)


async def test_a_feed_by_the_number_of_a_range_goes_on_where_it_ended(sdk: Sdk, container: Any) -> None:
    await write(sdk, container, "a")
    ids, continuation = await changes(sdk, container, is_start_from_beginning=True, partition_key_range_id="0")
    assert ids == ["a"]
    assert continuation.strip('"').isdecimal(), "the SDK tells the continuations of a range by that"
    await write(sdk, container, "b", "c")
    ids, _ = await changes(sdk, container, continuation=continuation, partition_key_range_id="0", max_item_count=1)
    assert ids == ["b", "c"]


async def test_the_mode_of_all_versions_is_refused(sdk: Sdk, container: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await changes(sdk, container, mode="AllVersionsAndDeletes")
    assert (refusal.value.status_code, "all versions" in str(refusal.value)) == (400, True)
