"""The documents that a query reads: few with an index, in the order of the index where it asks for that order."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import json

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.items import create_item, delete_item, upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query import planner
from local_azure.cosmos.query.legs import Leg, condition, order
from local_azure.cosmos.query.paging import Page
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.store import Store

DOCUMENTS = 3_000
EXCLUDED = [{"path": "/*"}]
NAMED: dict[str, Any] = {
    "includedPaths": [{"path": "/cust_id/?"}, {"path": "/seen/at/?"}],
    "excludedPaths": EXCLUDED,
    "compositeIndexes": [[{"path": "/store_id"}, {"path": "/seen/at", "order": "descending"}]],
}
DEFAULT: dict[str, Any] = {}
PERIOD = "c.seen.at >= @from AND c.seen.at < @to"


class Shop:
    """A container of sales: customer `c0` has every other one, the others 3 each."""

    def __init__(self, policy: dict[str, Any], documents: int = DOCUMENTS, key: str = "id") -> None:
        self._key = (key,)
        self.store = Store(Path(":memory:"))
        catalog = Catalog(self.store, Clock())
        body: dict[str, Any] = {"id": "c", "partitionKey": {"paths": [f"/{key}"]}, "indexingPolicy": policy}
        self.container: Container = catalog.create_container(catalog.create_database({"id": "d"}), body)
        for number in range(documents):
            sale: dict[str, Any] = {"id": f"{number}", "cust_id": f"c{number % 2 and number % 1000}"}
            sale |= {"store_id": number % 3, "seen": {"at": _time(number)}}
            sale |= {"tags": [number % 1_000, "all"]} if number % 5 else {}
            create_item(self.container, canonical(sale["id"]), msgspec.json.encode(sale))

    async def ask(
        self, sql: str, parameters: dict[str, Any] | None = None, size: int = 1_000, token: str | None = None
    ) -> tuple[Page, int]:
        """One page, and the number of documents that were read for it."""
        runner = Runner(parse(sql), parameters or {})
        documents = self.container.documents
        access = runner.access(self._key, None)
        rows = TableRows(self.store, documents.table, access, indexes=documents.indexes, key=self._key)
        page = await runner.page(rows, size, token)
        await self.store.settled()
        return page, rows.loaded


def _time(number: int) -> str:
    return f"2026-11-26T{number // 3600:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"


def _made(policy: dict[str, Any], documents: int = DOCUMENTS) -> Shop:
    async def make() -> Shop:
        shop = Shop(policy, documents)
        await shop.store.settled()
        return shop

    return asyncio.run(make())


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound so low that a few thousand documents are many."""
    monkeypatch.setattr(planner, "FEW", 500)


@pytest.fixture(scope="module")
def named() -> Iterator[Shop]:
    shop = _made(NAMED)
    yield shop
    shop.store.close()


@pytest.fixture(scope="module")
def plain() -> Iterator[Shop]:
    """A shop whose policy names no path."""
    shop = _made(DEFAULT)
    yield shop
    shop.store.close()


async def test_a_rare_customer_is_read_alone(named: Shop) -> None:
    page, loaded = await named.ask("SELECT * FROM c WHERE c.cust_id = 'c7'")
    assert (len(page.items), loaded) == (3, 3)


@pytest.mark.parametrize("leg", [Leg(), Leg((1,)), Leg((1,), "a", "b"), Leg((1, "a")), Leg((1, "a"), row=7)])
@pytest.mark.parametrize("reverse", [False, True])
def test_sqlite_reads_each_leg_as_it_lies_without_sorting(named: Shop, leg: Leg, reverse: bool) -> None:
    (index,) = [index for index in named.container.documents.indexes.existing if len(index.columns) == 2]
    table = named.container.documents.table
    where, values = condition(index, leg, reverse=reverse)
    sql = (
        f'EXPLAIN QUERY PLAN SELECT row FROM {table} INDEXED BY "{index.name(table)}" '
        f"WHERE {where} ORDER BY {order(index, leg, reverse=reverse)}"
    )
    steps = " ".join(step[3] for step in named.store.execute(sql, tuple(values)))
    assert "USING" in steps
    assert "TEMP B-TREE" not in steps


async def test_the_documents_that_hold_a_value_in_an_array_are_read_alone(plain: Shop) -> None:
    shop = plain
    rare = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) ORDER BY c.cust_id")
    either = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) OR ARRAY_CONTAINS(c.tags, 8)")
    both = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 7) AND c.seen.at = @at", {"@at": _time(7)})
    frequent = await shop.ask("SELECT * FROM c WHERE ARRAY_CONTAINS(c.tags, 'all')", size=4_000)

    assert [(len(page.items), loaded) for page, loaded in (rare, either, both)] == [(3, 3), (6, 6), (1, 3)]
    assert (len(frequent[0].items), frequent[1]) == (2_400, DOCUMENTS)


async def test_an_order_without_ties_is_walked_where_that_meets_fewer_documents_than_gathering_them() -> None:
    named = [{"path": "/store_id/?"}, {"path": "/cust_id/?"}]
    order = [{"path": "/seen/at", "order": "descending"}, {"path": "/id"}]
    shop = Shop({"includedPaths": named, "excludedPaths": EXCLUDED, "compositeIndexes": [order]}, 1_200)
    asked = "SELECT TOP 10 * FROM c WHERE {} ORDER BY c.seen.at DESC, c.id"

    frequent, met = await shop.ask(asked.format("c.store_id = 1"))
    rare, met_of_rare = await shop.ask(asked.format("c.cust_id = 'c7'"))

    assert len(frequent.items) == 10
    assert met < 50, "400 documents are of the store"
    assert (len(rare.items), met_of_rare) == (2, 2)


@pytest.mark.parametrize("order", ["c.seen.at DESC, c.id", "c.store_id, c.seen.at DESC, c.id"])
async def test_the_order_within_a_value_is_walked_page_by_page_whether_or_not_it_names_the_value(
    order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "FEW", 2_000)
    within = [{"path": "/store_id"}, {"path": "/seen/at", "order": "descending"}, {"path": "/id"}]
    shop = Shop(
        {"includedPaths": [{"path": "/cust_id/?"}], "excludedPaths": EXCLUDED, "compositeIndexes": [within]}, 3_000
    )
    asked = f"SELECT VALUE c.id FROM c WHERE c.store_id = 1 AND IS_DEFINED(c.cust_id) ORDER BY {order}"
    ids: list[int] = []
    token, most = None, 0
    while token or not ids:
        page, met = await shop.ask(asked, size=400, token=token)
        ids, token = [*ids, *(int(msgspec.json.decode(item)) for item in page.items)], page.continuation
        most = max(most, met)

    assert ids == [number for number in range(2_999, -1, -1) if number % 3 == 1]
    assert most < 410, "1,000 documents are of the store"


async def test_what_was_written_since_is_read_along_the_order_that_is_asked_for_without_an_index_of_its_own() -> None:
    within = [{"path": "/cust_id"}, {"path": "/seen/at", "order": "descending"}]
    shop = Shop({**DEFAULT, "compositeIndexes": [within]})
    asked = f"SELECT VALUE c.id FROM c WHERE c.cust_id IN ('c7', 'c9') AND {PERIOD} AND c._ts >= @second"
    order = " ORDER BY c.seen.at DESC"
    period = {"@from": _time(0), "@to": _time(DOCUMENTS)}

    since, loaded = await shop.ask(asked + order, {**period, "@second": 0})
    never, _ = await shop.ask(asked + order, {**period, "@second": 9_999_999_999})
    names = [column.names for index in shop.container.documents.indexes.existing for column in index.columns]

    assert (len(since.items), loaded, never.items) == (6, 6, [])
    assert ("_ts",) not in names


async def test_pages_in_the_order_of_an_index_go_on_after_a_null() -> None:
    shop = Shop({"includedPaths": [{"path": "/rank/?"}], "excludedPaths": EXCLUDED}, 0)
    for number, rank in enumerate((None, None, True, 7, "a")):
        upsert_item(shop.container, canonical(f"{number}"), json.encode({"id": f"{number}", "rank": rank}), ALWAYS)
    seen: list[bytes] = []
    token = None
    for _ in range(5):
        page, _ = await shop.ask("SELECT VALUE c.id FROM c ORDER BY c.rank", size=1, token=token)
        seen += page.items
        token = page.continuation

    assert (seen, token) == ([b'"0"', b'"1"', b'"2"', b'"3"', b'"4"'], None)


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
        (f"c.seen.at BETWEEN '{_time(100)}' AND '{_time(199)}'", 100),
        (f"c.seen.at BETWEEN '{_time(199)}' AND '{_time(100)}'", 0),
        ("c.store_id BETWEEN 1 AND 2", 2_000),
        ("c.store_id BETWEEN 1 AND 'b'", 0),
    ],
)
async def test_how_many_fulfil_one_condition_is_counted_in_the_index_alone(plain: Shop, where: str, count: int) -> None:
    page, loaded = await plain.ask(f"SELECT VALUE COUNT(1) FROM c WHERE {where}")

    assert (page.items, loaded) == ([b"%d" % count], 0)


async def test_two_indexes_agree_upon_the_few_documents_of_a_frequent_customer_in_a_period(named: Shop) -> None:
    sql = f"SELECT * FROM c WHERE c.cust_id = @customer AND {PERIOD} ORDER BY c.seen.at"
    page, loaded = await named.ask(sql, {"@customer": "c0", "@from": _time(100), "@to": _time(200)})
    assert (len(page.items), loaded) == (50, 101)


async def test_of_a_handful_only_the_documents_that_a_long_index_has_too_are_read(named: Shop) -> None:
    sql = "SELECT VALUE c.id FROM c WHERE c.cust_id = 'c7' AND c.seen.at >= @from"
    page, loaded = await named.ask(sql, {"@from": _time(1_500)})
    assert (page.items, loaded) == ([b'"2007"'], 1)


async def test_customers_in_a_period_come_in_the_order_of_time_page_by_page(named: Shop) -> None:
    sql = f"SELECT VALUE c.seen.at FROM c WHERE c.cust_id IN ('c7', 'c0', 'c9') AND {PERIOD} ORDER BY c.seen.at"
    period = {"@from": _time(500), "@to": _time(2_500)}
    times: list[str] = []
    page, loaded = await named.ask(sql, period, 100)
    most = loaded
    while True:
        times += [msgspec.json.decode(item) for item in page.items]
        if page.continuation is None:
            break
        page, loaded = await named.ask(sql, period, 100, page.continuation)
        most = max(most, loaded)
    wanted = [number for number in range(500, 2_500) if (number % 2 and number % 1_000) in (0, 7, 9)]
    assert times == [_time(number) for number in wanted]
    assert most < 250, "a page reads about as many documents as it gives, not all of the period"


async def test_a_long_period_is_read_page_by_page_without_an_order(named: Shop) -> None:
    sql = "SELECT VALUE c.id FROM c WHERE c.seen.at >= @from"
    page, loaded = await named.ask(sql, {"@from": _time(1_000)}, 100)
    assert (len(page.items), loaded) == (100, 101)
    page, loaded = await named.ask(sql, {"@from": _time(1_000)}, 100, page.continuation)
    assert [msgspec.json.decode(item) for item in page.items] == [f"{number}" for number in range(1_100, 1_200)]
    assert loaded == 101


async def test_what_is_left_of_a_partition_is_found_though_its_pages_are_deleted_as_they_are_read() -> None:
    within = [{"path": "/store_id"}, {"path": "/seen/at"}]
    policy = {"includedPaths": [], "excludedPaths": EXCLUDED, "compositeIndexes": [within]}
    shop = Shop(policy, 0, key="store_id")
    for number in range(800):
        sale = {"id": f"{number}", "store_id": "5", "seen": {"at": _time(799 - number)}}
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


async def test_the_newest_come_first_from_the_end_of_the_index(named: Shop) -> None:
    page, loaded = await named.ask("SELECT TOP 5 VALUE c.id FROM c ORDER BY c.seen.at DESC")
    assert [msgspec.json.decode(item) for item in page.items] == ["2999", "2998", "2997", "2996", "2995"]
    assert loaded < 10


async def test_a_composite_index_gives_the_newest_of_a_store(named: Shop) -> None:
    page, loaded = await named.ask("SELECT TOP 3 VALUE c.id FROM c WHERE c.store_id = 1 ORDER BY c.seen.at DESC")
    assert [msgspec.json.decode(item) for item in page.items] == ["2998", "2995", "2992"]
    assert loaded < 10


@pytest.mark.parametrize("direction", ["", " DESC"])
async def test_the_rows_of_some_customers_of_a_store_come_in_the_order_of_both_without_those_between(
    direction: str,
) -> None:
    order = [{"path": f"/{name}", "order": "descending"} for name in ("store_id", "cust_id", "seen/at")]
    shop = Shop({"includedPaths": [], "excludedPaths": EXCLUDED, "compositeIndexes": [order]})
    by = ", ".join(f"c.{name}{direction}" for name in ("store_id", "cust_id", "seen.at"))
    where = f"c.store_id = 1 AND c.cust_id IN ('c0', 'c7', 'c901') AND {PERIOD}"
    period = {"@from": _time(100), "@to": _time(2_500)}

    ids, token, pages = list[int](), None, 0
    while token is not None or not pages:
        page, loaded = await shop.ask(f"SELECT VALUE c.id FROM c WHERE {where} ORDER BY {by}", period, 150, token)
        assert loaded <= len(page.items) + 4
        ids += [int(json.decode(item)) for item in page.items]
        token, pages = page.continuation, pages + 1

    of_store = range(100, 2_500)[(1 - 100) % 3 :: 3]
    wanted = [number for of in (0, 7, 901) for number in of_store if (number % 2 and number % 1_000) == of]
    assert ids == (wanted[::-1] if direction else wanted)
    assert pages == -(-len(wanted) // 150) > 2


async def test_a_token_of_an_index_that_is_no_more_is_refused(named: Shop) -> None:
    page, _ = await named.ask("SELECT * FROM c WHERE c.seen.at >= @from", {"@from": ""}, 10)
    with pytest.raises(CosmosError, match="start again") as refusal:
        await named.ask("SELECT * FROM c WHERE c.cust_id >= ''", {}, 10, page.continuation)
    assert refusal.value.status == 400


def test_the_root_path_makes_an_index_once_a_query_bounds_a_property_and_keeps_it() -> None:
    shop = _made(DEFAULT)

    async def loaded() -> list[int]:
        reads = [(await shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1]]
        sale = {"id": "new", "cust_id": "c7"}
        create_item(shop.container, canonical("new"), msgspec.json.encode(sale))
        return [*reads, (await shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1]]

    assert asyncio.run(loaded()) == [3, 4]
    shop.store.close()


@pytest.mark.parametrize(("policy", "documents"), [(DEFAULT, 1_000), ({"excludedPaths": EXCLUDED}, 3_000)])
def test_a_small_container_and_an_excluded_property_are_scanned(policy: dict[str, Any], documents: int) -> None:
    shop = _made(policy, documents)
    assert asyncio.run(shop.ask("SELECT * FROM c WHERE c.cust_id = 'c7'"))[1] == documents
    shop.store.close()


@pytest.mark.parametrize("direction", ["", " DESC"])
async def test_the_rows_of_some_customers_come_in_order_without_those_of_others(direction: str) -> None:
    order = [{"path": "/cust_id"}, {"path": "/seen/at", "order": "descending"}]
    shop = Shop({"includedPaths": [{"path": "/seen/at/?"}], "excludedPaths": EXCLUDED, "compositeIndexes": [order]})
    asked = f"SELECT VALUE c.id FROM c WHERE c.cust_id IN ('c0', 'c7', 'c9') AND {PERIOD} ORDER BY c.seen.at{direction}"
    period = {"@from": _time(5), "@to": _time(2_500)}

    ids, token, pages = list[int](), None, 0
    while token is not None or not pages:
        page, loaded = await shop.ask(asked, period, 400, token)
        assert loaded <= len(page.items) + 4, (
            "the last one before it, and those by which it knows that another page follows"
        )
        ids += [int(json.decode(item)) for item in page.items]
        token, pages = page.continuation, pages + 1

    wanted = [number for number in range(5, 2_500) if number % 2 == 0 or number % 1_000 in (7, 9)]
    assert ids == (wanted[::-1] if direction else wanted)
    assert pages == -(-len(wanted) // 400)


async def test_stretches_in_an_order_that_no_value_fulfils_are_empty(named: Shop) -> None:
    where = "c.store_id IN (0, 1) AND c.seen.at = 'a' AND c.seen.at = 'b'"
    assert await named.ask(f"SELECT * FROM c WHERE {where} ORDER BY c.seen.at") == (Page([]), 0)


@pytest.mark.parametrize("descending", ["", " DESC"])
async def test_stretches_that_fit_a_page_are_read_with_one_statement(named: Shop, descending: str) -> None:
    statements: list[str] = []
    named.store._database.set_trace_callback(statements.append)  # pyright: ignore[reportPrivateUsage]
    where = f"c.store_id IN (0, 2, 7) AND c.seen.at <= '{_time(299)}'"
    page, loaded = await named.ask(f"SELECT VALUE c.id FROM c WHERE {where} ORDER BY c.seen.at{descending}")
    named.store._database.set_trace_callback(None)  # pyright: ignore[reportPrivateUsage]
    expected = sorted((number for number in range(300) if number % 3 != 1), reverse=bool(descending))
    assert [int(item.strip(b'"')) for item in page.items] == expected
    assert loaded == len(expected)
    assert len([sql for sql in statements if "INDEXED BY" in sql]) == 1
