"""Containers of several ranges, where the SDK asks for a plan and merges the answers itself."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from typing import Any

import pytest
from azure.cosmos import PartitionKey, ThroughputProperties
from azure.cosmos.exceptions import CosmosHttpResponseError

from tests.cosmos.running import Sdk

pytestmark = pytest.mark.slow

DOCUMENTS = [{"id": str(n), "store_id": f"s{n % 7}", "n": n, "even": n % 2 == 0} for n in range(60)]


@pytest.fixture
async def wide(sdk: Sdk, database: Any) -> Any:
    """A container of two ranges with 60 documents."""
    container = await sdk.do(database.create_container("wide", PartitionKey("/store_id"), offer_throughput=12_000))
    for document in DOCUMENTS:
        await sdk.do(container.create_item(document))
    return container


async def test_the_sdk_merges_what_the_ranges_answer(sdk: Sdk, wide: Any) -> None:
    ranges = [item async for item in wide.read_feed_ranges()] if sdk.kind == "aio" else list(wide.read_feed_ranges())
    assert len(ranges) == 2
    shares = [await sdk.all(wide.query_items("SELECT VALUE c.n FROM c", feed_range=each)) for each in ranges]
    assert sorted(shares[0] + shares[1]) == list(range(60))
    assert all(shares)
    for query, wanted in (
        ("SELECT VALUE c.n FROM c ORDER BY c.n DESC", list(range(59, -1, -1))),
        ("SELECT TOP 5 c.n AS number FROM c WHERE c.n > 10 ORDER BY c.n", [{"number": n} for n in range(11, 16)]),
        ("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 3 LIMIT 4", [3, 4, 5, 6]),
        ("SELECT VALUE COUNT(1) FROM c", [60]),
        ("SELECT VALUE SUM(c.n) FROM c", [1770]),
        ("SELECT VALUE AVG(c.n) FROM c", [29.5]),
        ("SELECT VALUE MAX(c.n) FROM c", [59]),
        ("SELECT VALUE MIN(c.none) FROM c", [None]),
        ("SELECT VALUE SUM(c.n) FROM c ORDER BY c.n", [1770]),
        ("SELECT DISTINCT VALUE c.even FROM c ORDER BY c.even DESC", [True, False]),
        ("SELECT DISTINCT c.even FROM c ORDER BY c.n OFFSET 1 LIMIT 5", [{"even": False}]),
    ):
        assert await sdk.ask(wide, query) == wanted, query
    assert sorted(await sdk.ask(wide, "SELECT DISTINCT VALUE c.even FROM c")) == [False, True]
    assert len(await sdk.ask(wide, "SELECT * FROM c WHERE c.even")) == 30
    assert len(await sdk.ask(wide, "SELECT VALUE c.n FROM c OFFSET 50 LIMIT 100")) == 10
    assert await sdk.ask(wide, "SELECT VALUE COUNT(1) FROM c", partition_key="s3") == [9]


async def test_what_the_sdk_cannot_merge_is_refused(sdk: Sdk, wide: Any) -> None:
    for query, named in (
        ("SELECT COUNT(1) FROM c", "VALUE <AggregateFunc>"),
        ("SELECT c.even, COUNT(1) AS n FROM c GROUP BY c.even", "GroupBy"),
        ("SELECT VALUE COUNT(1) + 1 FROM c", "Compositions of aggregates"),
    ):
        with pytest.raises(CosmosHttpResponseError) as refusal:
            await sdk.ask(wide, query)
        assert (refusal.value.status_code, named in str(refusal.value)) == (400, True), query


async def test_throughput_is_told_and_can_be_changed(sdk: Sdk, database: Any, container: Any) -> None:
    assert (await sdk.do(container.get_throughput())).offer_throughput == 400
    await sdk.do(container.replace_throughput(500))
    assert (await sdk.do(container.get_throughput())).offer_throughput == 500
    scaling = ThroughputProperties(auto_scale_max_throughput=2_000)
    scaled = await sdk.do(database.create_container("scaled", PartitionKey("/a"), offer_throughput=scaling))
    assert (await sdk.do(scaled.get_throughput())).auto_scale_max_throughput == 2_000
    await sdk.do(scaled.replace_throughput(ThroughputProperties(auto_scale_max_throughput=3_000)))
    assert (await sdk.do(scaled.get_throughput())).auto_scale_max_throughput == 3_000
    with pytest.raises(CosmosHttpResponseError):
        await sdk.do(container.replace_throughput(450))
    with pytest.raises(CosmosHttpResponseError):
        await sdk.do(database.create_container("odd", PartitionKey("/a"), offer_throughput=333))


@pytest.mark.parametrize("percent", [0, 20])
async def test_the_percentage_by_which_autoscale_may_grow_is_kept(sdk: Sdk, database: Any, percent: int) -> None:
    def scaling(most: int, percent: int) -> ThroughputProperties:
        return ThroughputProperties(auto_scale_max_throughput=most, auto_scale_increment_percent=percent)

    container = await sdk.do(
        database.create_container("growing", PartitionKey("/a"), offer_throughput=scaling(2_000, percent))
    )
    assert (await sdk.do(container.get_throughput())).auto_scale_increment_percent == percent
    await sdk.do(container.replace_throughput(scaling(3_000, percent + 1)))
    throughput = await sdk.do(container.get_throughput())
    assert (throughput.auto_scale_max_throughput, throughput.auto_scale_increment_percent) == (3_000, percent + 1)
    with pytest.raises(CosmosHttpResponseError, match="Requested throughput -200 is less than required minimum"):
        await sdk.do(database.create_container("odd", PartitionKey("/a"), offer_throughput=scaling(-200, 0)))


async def test_a_hierarchical_key_finds_documents_by_the_whole_key_and_by_its_beginning(
    sdk: Sdk, database: Any
) -> None:
    key = PartitionKey(["/region", "/store"], kind="MultiHash")
    container = await sdk.do(database.create_container("tree", key, offer_throughput=12_000))
    for region in ("north", "south"):
        for store in ("1", "2"):
            await sdk.do(container.create_item({"id": f"{region}{store}", "region": region, "store": store}))
    assert (await sdk.do(container.read_item("north1", ["north", "1"])))["store"] == "1"
    everything = "SELECT VALUE c.id FROM c"
    assert sorted(await sdk.ask(container, everything, partition_key=["north"])) == ["north1", "north2"]
    assert await sdk.ask(container, everything, partition_key=["south", "2"]) == ["south2"]
    assert len(await sdk.ask(container, everything)) == 4
    named = "SELECT VALUE c.id FROM c WHERE c.region = 'south' AND c.store = '1'"
    assert await sdk.all(container.query_items(named)) == ["south1"], "without a word that it may cross partitions"


async def test_a_hierarchical_key_without_its_end_is_no_key_of_an_item(sdk: Sdk, database: Any) -> None:
    key = PartitionKey(["/region", "/store"], kind="MultiHash")
    container = await sdk.do(database.create_container("ends", key))
    for call in (
        lambda: container.create_item({"id": "1", "region": "north"}),
        lambda: container.read_item("1", ["north"]),
    ):
        with pytest.raises(CosmosHttpResponseError) as refusal:
            await sdk.do(call())
        assert (refusal.value.status_code, refusal.value.sub_status) == (400, 1001)
