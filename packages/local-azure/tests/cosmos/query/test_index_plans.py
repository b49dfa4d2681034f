"""The documents that a query reads: few with an index."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import json

from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.items import create_item, delete_item, upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query import planner
from tests.cosmos.query.shop import DEFAULT, DOCUMENTS, EXCLUDED, PERIOD, Shop, at, made

pytestmark = pytest.mark.usefixtures("few")


@pytest.fixture(scope="module")
def plain() -> Iterator[Shop]:
    """A shop whose policy names no path."""
    shop = made(DEFAULT)
    yield shop
    shop.store.close()


async def test_a_rare_customer_is_read_alone(named: Shop) -> None:
    page, loaded = await named.ask("SELECT * FROM c WHERE c.cust_id = 'c7'")
    assert (len(page.items), loaded) == (3, 3)


async def test_the_documents_that_hold_a_value_in_an_array_are_read_alone(plain: Shop) -> None:
    shop = plain
    rare = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) ORDER BY c.cust_id")
    either = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) OR ARRAY_CONTAINS(c.tags, 8)")
    both = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) AND c.seen.at = @at", {"@at": at(7)})
    frequent = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 'all')", size=4_000)

    assert [(len(page.items), loaded) for page, loaded in (rare, either, both)] == [(3, 3), (6, 6), (1, 3)]
    assert (len(frequent[0].items), frequent[1]) == (2_400, DOCUMENTS)


async def test_the_elements_of_an_array_are_as_the_last_write_left_them() -> None:
    shop = Shop(DEFAULT)
    sql = "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'late')"
    before, _ = await shop.ask(sql)
    for number, tags in ((1, ["late"]), (2, ["late", "late"]), (3, ["early"])):
        upsert_item(shop.container, canonical(f"{number}"), json.encode({"id": f"{number}", "tags": tags}), ALWAYS)
    upsert_item(shop.container, canonical("2"), json.encode({"id": "2", "tags": "late"}), ALWAYS)
    delete_item(shop.container, canonical("7"), "7", ALWAYS)
    after, loaded = await shop.ask(sql)
    gone, _ = await shop.ask("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 7)")

    assert (before.items, after.items, loaded) == ([], [b'"1"'], 1)
    assert sorted(gone.items) == [b'"1007"', b'"2007"']


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("c.cust_id = 'c7'", 3),
        ("c.cust_id IN ('c7', 'c9', 'c7')", 6),
        ("IS_DEFINED(c.tags)", 2_400),
        ("NOT IS_DEFINED(c.tags)", 600),
        ("NOT IS_DEFINED(c.nothing)", DOCUMENTS),
        (f"c.seen.at BETWEEN '{at(100)}' AND '{at(199)}'", 100),
        (f"c.seen.at BETWEEN '{at(199)}' AND '{at(100)}'", 0),
        ("c.store_id BETWEEN 1 AND 2", 2_000),
        ("c.store_id BETWEEN 1 AND 'b'", 0),
    ],
)
async def test_how_many_fulfil_one_condition_is_counted_in_the_index_alone(plain: Shop, where: str, count: int) -> None:
    page, loaded = await plain.ask(f"SELECT VALUE COUNT(1) FROM c WHERE {where}")

    assert (page.items, loaded) == ([b"%d" % count], 0)


async def test_two_indexes_agree_upon_the_few_documents_of_a_frequent_customer_in_a_period(named: Shop) -> None:
    sql = f"SELECT * FROM c WHERE c.cust_id = @customer AND {PERIOD} ORDER BY c.seen.at"
    page, loaded = await named.ask(sql, {"@customer": "c0", "@from": at(100), "@to": at(200)})
    assert (len(page.items), loaded) == (50, 101)


async def test_of_a_handful_only_the_documents_that_a_long_index_has_too_are_read(named: Shop) -> None:
    sql = "SELECT VALUE c.id FROM c WHERE c.cust_id = 'c7' AND c.seen.at >= @from"
    page, loaded = await named.ask(sql, {"@from": at(1_500)})
    assert (page.items, loaded) == ([b'"2007"'], 1)


async def test_a_long_period_is_read_page_by_page_without_an_order(named: Shop) -> None:
    sql = "SELECT VALUE c.id FROM c WHERE c.seen.at >= @from"
    page, loaded = await named.ask(sql, {"@from": at(1_000)}, 100)
    assert (len(page.items), loaded) == (100, 101)
    page, loaded = await named.ask(sql, {"@from": at(1_000)}, 100, page.continuation)
    assert [msgspec.json.decode(item) for item in page.items] == [f"{number}" for number in range(1_100, 1_200)]
    assert loaded == 101


async def test_what_is_left_of_a_partition_is_found_though_its_pages_are_deleted_as_they_are_read() -> None:
    within = [{"path": "/store_id"}, {"path": "/seen/at"}]
    policy = {"includedPaths": [], "excludedPaths": EXCLUDED, "compositeIndexes": [within]}
    shop = Shop(policy, 0, key="store_id")
    for number in range(800):
        sale = {"id": f"{number}", "store_id": "5", "seen": {"at": at(799 - number)}}
        create_item(shop.container, canonical("5"), msgspec.json.encode(sale))
    sql, parameters = "SELECT VALUE c.id FROM c WHERE c.store_id = '5' AND c.seen.at >= @from", {"@from": ""}
    seen: list[str] = []
    token = None
    while token or not seen:
        page, _ = await shop.ask(sql, parameters, 250, token)
        seen += [msgspec.json.decode(item) for item in page.items]
        token = page.continuation
        for name in seen[-len(page.items) :]:
            delete_item(shop.container, canonical("5"), name, ALWAYS)

    assert seen == [f"{number}" for number in range(799, -1, -1)]
    handful = planner._HANDFUL  # pyright: ignore[reportPrivateUsage]
    assert handful >= 800 - 3 * 250, "the last page is of a partition with a handful of documents"


async def test_a_token_of_an_index_that_is_no_more_is_refused(named: Shop) -> None:
    page, _ = await named.ask("SELECT * FROM c WHERE c.seen.at >= @from", {"@from": ""}, 10)
    with pytest.raises(CosmosError, match="start again") as refusal:
        await named.ask("SELECT * FROM c WHERE c.cust_id >= ''", {}, 10, page.continuation)
    assert refusal.value.status == 400


def test_the_root_path_makes_an_index_once_a_query_bounds_a_property_and_keeps_it() -> None:
    shop = made(DEFAULT)

    async def loaded() -> list[int]:
        reads = [(await shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1]]
        sale = {"id": "new", "cust_id": "c7"}
        create_item(shop.container, canonical("new"), msgspec.json.encode(sale))
        return [*reads, (await shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1]]

    assert asyncio.run(loaded()) == [3, 4]
    shop.store.close()


@pytest.mark.parametrize(("policy", "documents"), [(DEFAULT, 1_000), ({"excludedPaths": EXCLUDED}, 3_000)])
def test_a_small_container_and_an_excluded_property_are_scanned(policy: dict[str, Any], documents: int) -> None:
    shop = made(policy, documents)
    assert asyncio.run(shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1] == documents
    shop.store.close()
