"""Random queries give the same answers with indexes and without, whatever has been written, changed and deleted."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.documents import ALWAYS
from local_azure.cosmos.items import delete_item, upsert_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.path_index import Indexes, policy_of
from local_azure.cosmos.query import merged_walk, planner, walk
from local_azure.cosmos.query.merged_walk import MergedWalk
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.store import Store
from tests.cosmos.query import oracle
from tests.cosmos.query.oracle import MISSING, Expression
from tests.cosmos.query.test_query_semantics import CONDITIONS, STORES, array_contains

NO_INDEX: dict[str, Any] = {"includedPaths": [], "excludedPaths": [{"path": "/*"}]}
EVERY_PATH = [{"path": f"/{path}/?"} for path in ("a", "b", "nested/x", "store_id")]
POLICIES: list[dict[str, Any]] = [
    {"includedPaths": EVERY_PATH, "excludedPaths": [{"path": "/*"}]},
    {"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/a/?"}]},
    {
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [],
        "compositeIndexes": [
            [{"path": "/a"}, {"path": "/b", "order": "descending"}],
            [{"path": "/store_id"}, {"path": "/b"}, {"path": "/nested/x"}],
            [{"path": "/b", "order": "descending"}, {"path": "/a", "order": "descending"}],
        ],
    },
]
LONG = "a" * 200
EDGES = [None, True, False, -1, 0, 1, 1.0, 0.5, 2**53, 2**53 + 1, 2**64, -(2**64), 1e300, -sys.float_info.max]
ALIKE = [LONG, f"{LONG}b", f"{LONG}c"]
SCALARS = st.sampled_from([*EDGES, "", "a", "ab", *ALIKE, "\uffff", "\U0001f600", "\0", "a\0b", "1"])
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=1), st.dictionaries(st.just("x"), SCALARS, max_size=1))
DOCUMENTS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(STORES), st.dictionaries(st.sampled_from("ab"), VALUES), VALUES).map(
        lambda parts: {"id": f"d{parts[0]}", "store_id": parts[1], **parts[2], "nested": parts[3]}
    ),
    max_size=25,
)
INDEXED = [oracle.prop("a"), oracle.prop("b"), oracle.prop("nested", "x"), oracle.prop("store_id")]
BOUNDS = st.one_of(
    st.builds(
        oracle.compared,
        st.sampled_from(["=", "<", "<=", ">", ">="]),
        st.sampled_from(INDEXED),
        SCALARS.map(oracle.literal),
    ),
    st.builds(oracle.among, st.sampled_from(INDEXED), st.lists(SCALARS, min_size=1, max_size=4)),
    st.builds(oracle.between, st.sampled_from(INDEXED), SCALARS.map(oracle.literal), SCALARS.map(oracle.literal)),
)


def _defined(path: Expression) -> Expression:
    return oracle.called("IS_DEFINED", lambda value: value is not MISSING, path)  # pyright: ignore[reportUnknownLambdaType]


def _holding(path: Expression, wanted: Expression) -> Expression:
    return oracle.called("ARRAY_CONTAINS", array_contains, path, wanted)


DEFINED = st.sampled_from(INDEXED).map(_defined)
HOLDING = st.builds(_holding, st.sampled_from(INDEXED), SCALARS.map(oracle.literal))
ALONE = st.one_of(DEFINED, DEFINED.map(oracle.negated), HOLDING)
WHERE = st.one_of(
    BOUNDS,
    ALONE,
    st.lists(st.one_of(BOUNDS, ALONE), min_size=2, max_size=3).map(lambda parts: oracle.all_of(*parts)),
    st.lists(HOLDING, min_size=2, max_size=3).map(lambda parts: oracle.any_of(*parts)),
    st.lists(BOUNDS, min_size=2, max_size=3).map(lambda parts: oracle.all_of(*parts)),
    st.lists(BOUNDS, min_size=2, max_size=3).map(lambda parts: oracle.any_of(*parts)),
    CONDITIONS,
)
DIRECTED = st.tuples(
    st.sampled_from(["c.a", "c.b", "c.nested.x", "c.store_id", "c.id"]), st.sampled_from(["", " DESC"])
)
ORDERS = st.lists(DIRECTED, max_size=3, unique_by=lambda each: each[0]).map(
    lambda parts: f" ORDER BY {', '.join(map(''.join, parts))}" if parts else ""
)
SELECTS = st.sampled_from(["*", "c.id, c.b", "DISTINCT VALUE c.a", "VALUE COUNT(1)", "VALUE MAX(c.b)"])

IN_ORDER = [{"id": f"d{number}", "store_id": STORES[0], "a": number, "nested": None} for number in range(9)]
"""Documents of which a page in the order of `a` is walked to: what is drawn by chance may not do so once in 200."""


@pytest.fixture(autouse=True)
def few_rows() -> Iterator[None]:
    """Bounds so low that a handful of documents takes every way, and is packed from the fourth on."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (planner, "FEW", 2),
            (planner, "_HANDFUL", 0),
            (walk, "_FIRST_ROWS", 2),
            (walk, "_MORE_ROWS", 3),
            (walk, "_FIRST_BODIES", 1),
            (walk, "_MORE_BODIES", 2),
            (merged_walk, "_FIRST_ROWS", 1),
            (merged_walk, "_AT_ONCE", 2),
        ):
            patch.setattr(module, name, value)
        patch.setattr("local_azure.cosmos.path_index.SMALL", 0)
        patch.setattr("local_azure.core.packing.SAMPLES", 3)
        yield


class Database:
    """A container that is filled anew for each example, read by its indexes or by none."""

    def __init__(self) -> None:
        self.store = Store(Path(":memory:"))
        self.catalog = Catalog(self.store, Clock())
        self.database = self.catalog.create_database({"id": "d"})
        self.walked = self.merged = 0

    def fill(self, documents: list[dict[str, Any]], policy: dict[str, Any]) -> Container:
        """Write the documents, which overwrite each other, and delete every fifth."""
        for container in list(self.database.containers.values()):
            self.catalog.delete_container(self.database, container)
        body: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/store_id"]}, "indexingPolicy": policy}
        container = self.catalog.create_container(self.database, body)
        for number, document in enumerate(documents):
            partition = canonical(document["store_id"])
            upsert_item(container, partition, msgspec.json.encode(document), ALWAYS)
            if number % 5 == 4:
                delete_item(container, partition, document["id"], ALWAYS)
        return container

    async def ask(
        self, container: Container, sql: str, partition: str | None, size: int, *, indexed: bool
    ) -> list[Any]:
        """All results, page by page."""
        indexes = container.documents.indexes
        if not indexed:
            indexes = Indexes(self.store, "none", policy_of({"indexingPolicy": NO_INDEX}, None))
        results: list[Any] = []
        token = None
        while True:
            runner = Runner(parse(sql), {})
            access = runner.access(("store_id",), None if partition is None else canonical(partition))
            rows = TableRows(self.store, container.documents.table, access, indexes=indexes, key=("store_id",))
            page = await runner.page(rows, size, token)
            self.walked += rows.walk is not None
            self.merged += isinstance(rows.walk, MergedWalk)
            results += [msgspec.json.decode(item) for item in page.items]
            if page.continuation is None:
                return results
            token = page.continuation


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made: list[Database] = []

    async def make() -> None:
        made.append(Database())
        await made[0].store.settled()

    asyncio.run(make())
    yield made[0]
    assert made[0].walked, "no query has followed an index"
    assert made[0].merged, "no query has followed several stretches of one side by side"


def both_ways(
    database: Database, documents: list[dict[str, Any]], policy: dict[str, Any], sql: str, pages: tuple[str | None, int]
) -> tuple[list[Any], list[Any]]:
    """The results of a query with the indexes of a policy and without any; `pages` are a partition and their size."""
    partition, size = pages

    async def run() -> tuple[list[Any], list[Any]]:
        container = database.fill(documents, policy)
        try:
            by_index = await database.ask(container, sql, partition, size, indexed=True)
            return by_index, await database.ask(container, sql, partition, size, indexed=False)
        finally:
            await database.store.settled()

    return asyncio.run(run())


OF_SOME = [{"id": f"d{n}", "store_id": STORES[0], "a": n % 3, "b": n // 2, "nested": None} for n in range(10)]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=DOCUMENTS,
    policy=st.sampled_from(POLICIES),
    select=SELECTS,
    where=st.one_of(st.none(), WHERE),
    order=ORDERS,
    partition=st.sampled_from([None, *STORES]),
    size=st.integers(1, 4),
)
@example(documents=IN_ORDER, policy=POLICIES[0], select="*", where=None, order=" ORDER BY c.a", partition=None, size=2)
@example(
    documents=OF_SOME,
    policy=POLICIES[2],
    select="*",
    where=oracle.among(oracle.prop("a"), [0, 2]),
    order=" ORDER BY c.b DESC",
    partition=None,
    size=2,
)
@example(
    documents=OF_SOME,
    policy=POLICIES[2],
    select="*",
    where=oracle.all_of(
        oracle.compared("=", oracle.prop("store_id"), oracle.literal(STORES[0])),
        oracle.among(oracle.prop("b"), [0, 3, 4]),
    ),
    order=" ORDER BY c.b DESC, c.nested.x DESC",
    partition=None,
    size=2,
)
@example(
    documents=[{"id": "d0", "store_id": STORES[0], "b": ["a\0b"], "nested": None}],
    policy=POLICIES[1],
    select="*",
    where=_holding(oracle.prop("b"), oracle.literal("a\0b")),
    order="",
    partition=None,
    size=2,
)
def test_an_index_gives_what_a_scan_gives(
    *,
    database: Database,
    documents: list[dict[str, Any]],
    policy: dict[str, Any],
    select: str,
    where: Expression | None,
    order: str,
    partition: str | None,
    size: int,
) -> None:
    if order and (select.startswith("DISTINCT") or "(" in select):
        order = ""
    sql = f"SELECT {select} FROM c" + (f" WHERE {where.sql}" if where else "") + order

    by_index, by_scan = both_ways(database, documents, policy, sql, (partition, size))
    if not order:
        by_index, by_scan = (sorted(map(json.dumps, each)) for each in (by_index, by_scan))
    assert by_index == by_scan, sql


def _item(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "store_id": STORES[0], "nested": None, **more}


of_pages = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.integers(0, 9).map(lambda number: f"d{number}")
TEXTS_ALIKE = st.lists(
    st.builds(
        _item,
        NAMES,
        a=st.sampled_from([*ALIKE, f"{LONG}d", "a", 2**64, 2**64 + 1, 2**64 + 2]),
        b=st.integers(0, 3),
    ),
    max_size=20,
)
ORDER_OF_TEXTS = st.sampled_from(["c.a, c.b DESC", "c.a DESC, c.b", "c.b, c.a", "c.b DESC, c.a DESC"])
AMONG_ALIKE = st.one_of(
    st.none(),
    st.lists(st.sampled_from(ALIKE), min_size=1, max_size=3).map(lambda texts: oracle.among(oracle.prop("a"), texts)),
    st.just(oracle.between(oracle.prop("a"), oracle.literal(LONG), oracle.literal(f"{LONG}c"))),
)


BACKWARDS = [_item(f"d{8 - n}", a=f"{LONG}{8 - n}", b=8 - n) for n in range(9)]
"""In the index of both their keys the last comes first."""
ALL_OF_THEM = oracle.among(oracle.prop("a"), [each["a"] for each in BACKWARDS])


@of_pages
@example(documents=BACKWARDS, order="c.a, c.b DESC", where=None, top=9, size=1)
@example(documents=BACKWARDS, order="c.a, c.b DESC", where=ALL_OF_THEM, top=2, size=1)
@given(documents=TEXTS_ALIKE, order=ORDER_OF_TEXTS, where=AMONG_ALIKE, top=st.integers(1, 20), size=st.integers(1, 4))
def test_values_that_share_a_key_come_in_their_own_order(
    *, database: Database, documents: list[dict[str, Any]], order: str, where: Expression | None, top: int, size: int
) -> None:
    sql = f"SELECT TOP {top} c.id, c.a, c.b FROM c" + (f" WHERE {where.sql}" if where else "") + f" ORDER BY {order}"
    by_index, by_scan = both_ways(database, documents, POLICIES[2], sql, (None, size))
    assert by_index == by_scan, sql


OF_LINES = st.lists(
    st.builds(
        _item,
        NAMES,
        lines=st.lists(st.integers(0, 5), max_size=4),
        a=st.integers(0, 5),
    ),
    max_size=15,
)


@of_pages
@given(
    documents=OF_LINES,
    least=st.integers(0, 3),
    order=st.sampled_from(["", " ORDER BY c.a", " ORDER BY c.a DESC"]),
    size=st.integers(1, 4),
)
@example(documents=[{**each, "lines": [1, 2, 3]} for each in IN_ORDER], least=0, order="", size=2)
def test_a_page_that_ends_within_a_document_goes_on_there(
    *, database: Database, documents: list[dict[str, Any]], least: int, order: str, size: int
) -> None:
    sql = f"SELECT VALUE {{i: c.id, l: l}} FROM c JOIN l IN c.lines WHERE c.a >= {least}{order}"
    by_index, by_scan = both_ways(database, documents, POLICIES[0], sql, (None, size))
    if not order:
        by_index, by_scan = (sorted(map(json.dumps, each)) for each in (by_index, by_scan))
    assert by_index == by_scan, sql


TRUTHS = st.sampled_from([True, False])


@of_pages
@given(
    documents=st.lists(st.builds(_item, NAMES, a=st.one_of(TRUTHS, SCALARS)), max_size=12),
    low=TRUTHS,
    high=TRUTHS,
)
@example(documents=[IN_ORDER[0] | {"a": True}, IN_ORDER[1] | {"a": False}], low=True, high=True)
def test_truths_between_two_are_counted_as_they_are(
    database: Database, documents: list[dict[str, Any]], low: bool, high: bool
) -> None:
    within = oracle.between(oracle.prop("a"), oracle.literal(low), oracle.literal(high))
    sql = f"SELECT VALUE COUNT(1) FROM c WHERE {within.sql}"
    by_index, by_scan = both_ways(database, documents, POLICIES[0], sql, (None, 1))
    assert by_index == by_scan, sql
