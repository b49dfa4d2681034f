"""The rows of a query in the order of an index where it asks for that order: no more are read than a page needs."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import msgspec
import pytest
from msgspec import json

from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.items import upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query import planner
from local_azure.cosmos.query.legs import Leg, condition, order
from local_azure.cosmos.query.paging import Page
from tests.cosmos.query.shop import DEFAULT, DOCUMENTS, EXCLUDED, PERIOD, Shop, at

pytestmark = pytest.mark.usefixtures("few")


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
    period = {"@from": at(0), "@to": at(DOCUMENTS)}

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


async def test_customers_in_a_period_come_in_the_order_of_time_page_by_page(named: Shop) -> None:
    sql = f"SELECT VALUE c.seen.at FROM c WHERE c.cust_id IN ('c7', 'c0', 'c9') AND {PERIOD} ORDER BY c.seen.at"
    period = {"@from": at(500), "@to": at(2_500)}
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
    assert times == [at(number) for number in wanted]
    assert most < 250, "a page reads about as many documents as it gives, not all of the period"


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
    period = {"@from": at(100), "@to": at(2_500)}

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


@pytest.mark.parametrize("direction", ["", " DESC"])
async def test_the_rows_of_some_customers_come_in_order_without_those_of_others(direction: str) -> None:
    order = [{"path": "/cust_id"}, {"path": "/seen/at", "order": "descending"}]
    shop = Shop({"includedPaths": [{"path": "/seen/at/?"}], "excludedPaths": EXCLUDED, "compositeIndexes": [order]})
    asked = f"SELECT VALUE c.id FROM c WHERE c.cust_id IN ('c0', 'c7', 'c9') AND {PERIOD} ORDER BY c.seen.at{direction}"
    period = {"@from": at(5), "@to": at(2_500)}

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
    where = f"c.store_id IN (0, 2, 7) AND c.seen.at <= '{at(299)}'"
    page, loaded = await named.ask(f"SELECT VALUE c.id FROM c WHERE {where} ORDER BY c.seen.at{descending}")
    named.store._database.set_trace_callback(None)  # pyright: ignore[reportPrivateUsage]
    expected = sorted((number for number in range(300) if number % 3 != 1), reverse=bool(descending))
    assert [int(item.strip(b'"')) for item in page.items] == expected
    assert loaded == len(expected)
    assert len([sql for sql in statements if "INDEXED BY" in sql]) == 1
