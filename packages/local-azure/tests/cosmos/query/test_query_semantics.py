"""Random queries over random documents answer what a naive evaluator finds, in pages of any size."""

# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false
# pyright: reportUnknownMemberType=false
import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_azure.core.clock import Clock
from local_azure.cosmos.catalog import Catalog, Container
from local_azure.cosmos.items import create_item
from local_azure.cosmos.partition_key import canonical
from local_azure.cosmos.query.parser import parse
from local_azure.cosmos.query.rows import TableRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.store import Store
from tests.cosmos.query import oracle
from tests.cosmos.query.oracle import MISSING, Expression

SCALARS = st.sampled_from([None, True, False, -2, 0, 1, 2, 1.0, 0.5, "", "a", "A", "ab", "b%", "1", "ä"])
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("xy"), SCALARS, max_size=2))
STORES = ["1", "2", "3"]
NAMES = ["a", "b", "nested"]

DOCUMENTS = st.lists(
    st.builds(
        lambda values, store: values | {"store_id": store},
        st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
        st.sampled_from(STORES),
    ),
    max_size=12,
).map(lambda documents: [{"id": f"d{number % 7}", **document} for number, document in enumerate(documents)])

PROPERTIES = st.sampled_from(
    [oracle.prop(name) for name in (*NAMES, "id", "store_id", "absent")] + [oracle.prop("nested", "x")]
)
TERMS = st.one_of(PROPERTIES, VALUES.map(oracle.literal))
NUMBERS = st.one_of(
    TERMS,
    st.builds(oracle.arithmetic, st.sampled_from("+-*"), PROPERTIES, st.sampled_from([1, 2, 0.5]).map(oracle.literal)),
)
STRING_TESTS = {
    "CONTAINS": lambda value, part: part in value,
    "STARTSWITH": lambda value, part: value.startswith(part),
    "ENDSWITH": lambda value, part: value.endswith(part),
}
TYPE_TESTS = {
    "IS_DEFINED": lambda value: value is not MISSING,
    "IS_NULL": lambda value: value is None,
    "IS_STRING": lambda value: oracle.kind(value) == "string",
    "IS_NUMBER": lambda value: oracle.kind(value) == "number",
    "IS_BOOL": lambda value: oracle.kind(value) == "boolean",
    "IS_ARRAY": lambda value: oracle.kind(value) == "array",
    "IS_OBJECT": lambda value: oracle.kind(value) == "object",
}
KEY_TESTS = st.one_of(
    st.builds(lambda n: oracle.compared("=", oracle.prop("id"), oracle.literal(f"d{n}")), st.integers(0, 8)),
    st.builds(lambda s: oracle.compared("=", oracle.literal(s), oracle.prop("store_id")), st.sampled_from(STORES)),
    st.builds(
        lambda ids: oracle.among(oracle.prop("id"), [f"d{n}" for n in ids]),
        st.lists(st.integers(0, 8), min_size=1, max_size=4),
    ),
    st.builds(lambda s: oracle.among(oracle.prop("store_id"), s), st.lists(st.sampled_from(STORES), min_size=1)),
)


def array_contains(array: Any, wanted: Any) -> Any:
    if not isinstance(array, list) or wanted is MISSING:
        return MISSING
    return any(oracle.same(item, wanted) for item in array)


LEAVES = st.one_of(
    KEY_TESTS,
    st.builds(oracle.compared, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), NUMBERS, NUMBERS),
    st.builds(oracle.among, TERMS, st.lists(SCALARS, min_size=1, max_size=3)),
    st.builds(oracle.between, PROPERTIES, SCALARS.map(oracle.literal), SCALARS.map(oracle.literal)),
    st.builds(
        lambda name, a, b: oracle.called(name, oracle.of_strings(STRING_TESTS[name]), a, b),
        st.sampled_from(sorted(STRING_TESTS)),
        TERMS,
        TERMS,
    ),
    st.builds(
        lambda name, a: oracle.called(name, TYPE_TESTS[name], a), st.sampled_from(sorted(TYPE_TESTS)), PROPERTIES
    ),
    st.builds(lambda a, b: oracle.called("ARRAY_CONTAINS", array_contains, a, b), TERMS, TERMS),
    PROPERTIES,
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(oracle.negated, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: oracle.all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: oracle.any_of(*parts)),
    ),
    max_leaves=6,
)
PARTITIONS = st.sampled_from([None, *STORES])
PAGES = st.integers(1, 5)


class Database:
    """One container, filled anew for each example."""

    def __init__(self) -> None:
        self.store = Store(Path(":memory:"))
        self.catalog = Catalog(self.store, Clock())
        self.container: Container | None = None

    async def fill(self, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The documents as the container holds them: of two with one id in one store, the first."""
        database = self.catalog.databases.get("d") or self.catalog.create_database({"id": "d"})
        if self.container is not None:
            self.catalog.delete_container(database, self.container)
        settings_of: dict[str, Any] = {"id": "c", "partitionKey": {"paths": ["/store_id"]}}
        self.container = self.catalog.create_container(database, settings_of)
        kept: dict[tuple[str, str], dict[str, Any]] = {}
        for document in documents:
            key = (document["id"], document["store_id"])
            if key not in kept:
                kept[key] = document
                create_item(self.container, canonical(document["store_id"]), msgspec.json.encode(document))
        await self.store.settled()
        return list(kept.values())

    async def ask(self, sql: str, partition: str | None, size: int) -> list[Any]:
        """All results, page by page."""
        assert self.container is not None
        results: list[Any] = []
        token = None
        while True:
            runner = Runner(parse(sql), {})
            access = runner.access(("store_id",), None if partition is None else canonical(partition))
            documents = self.container.documents
            rows = TableRows(self.store, documents.table, access, indexes=documents.indexes, key=("store_id",))
            page = await runner.page(rows, size, token)
            assert len(page.items) <= size
            results += [msgspec.json.decode(item) for item in page.items]
            if page.continuation is None:
                return results
            token = page.continuation


@pytest.fixture(scope="module")
def database() -> Database:
    return Database()


def answers(
    database: Database, documents: list[dict[str, Any]], sql: str, partition: str | None, size: int
) -> tuple[list[dict[str, Any]], list[Any]]:
    """The documents of the partition, and what the query answers."""

    async def run() -> tuple[list[dict[str, Any]], list[Any]]:
        held = await database.fill(documents)
        return held, await database.ask(sql, partition, size)

    held, answer = asyncio.run(run())
    return [document for document in held if partition in (None, document["store_id"])], answer


def same_list(left: list[Any], right: list[Any]) -> bool:
    return oracle.same(left, right)


def in_any_order(answer: list[Any], expected: list[Any], length: int) -> bool:
    """True if the answer has so many of what is expected, each of them once: as pages of DISTINCT and GROUP BY do."""
    left = list(expected)
    for each in answer:
        place = next((place for place, other in enumerate(left) if oracle.same(each, other)), None)
        if place is None:
            return False
        del left[place]
    return len(answer) == length


property_test = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@property_test
@given(documents=DOCUMENTS, where=CONDITIONS, selected=NUMBERS, partition=PARTITIONS, size=PAGES)
def test_where_and_select_mean_what_the_naive_evaluator_says(
    *,
    database: Database,
    documents: list[dict[str, Any]],
    where: Expression,
    selected: Expression,
    partition: str | None,
    size: int,
) -> None:
    sql = f"SELECT c.id, {selected.sql} AS value1 FROM c WHERE {where.sql}"
    held, answer = answers(database, documents, sql, partition, size)
    expected = [
        {
            name: value
            for name, value in (("id", document["id"]), ("value1", selected.of(document)))
            if value is not MISSING
        }
        for document in held
        if where.of(document) is True
    ]
    assert same_list(answer, expected), sql


@property_test
@given(documents=DOCUMENTS, by=PROPERTIES, down=st.booleans(), skip=st.integers(0, 4), size=PAGES, partition=PARTITIONS)
def test_order_by_with_offset_and_limit(
    *,
    database: Database,
    documents: list[dict[str, Any]],
    by: Expression,
    down: bool,
    skip: int,
    size: int,
    partition: str | None,
) -> None:
    sql = f"SELECT VALUE c.id FROM c ORDER BY {by.sql} {'DESC' if down else ''} OFFSET {skip} LIMIT 6"
    held, answer = answers(database, documents, sql, partition, size)
    expected = sorted(held, key=lambda document: oracle.sort_key(by.of(document)), reverse=down)[skip : skip + 6]
    assert answer == [document["id"] for document in expected], sql


@property_test
@given(documents=DOCUMENTS, value=NUMBERS, top=st.integers(0, 8), size=PAGES)
def test_distinct_values_come_once_and_top_bounds_them(
    database: Database, documents: list[dict[str, Any]], value: Expression, top: int, size: int
) -> None:
    sql = f"SELECT DISTINCT TOP {top} VALUE {value.sql} FROM c"
    held, answer = answers(database, documents, sql, None, size)
    expected: list[Any] = []
    for document in held:
        candidate = value.of(document)
        if candidate is not MISSING and not any(oracle.same(candidate, earlier) for earlier in expected):
            expected.append(candidate)
    if len(expected) <= size or top <= size:
        assert same_list(answer, expected[:top]), sql
    else:
        assert in_any_order(answer, expected, min(top, len(expected))), sql


@property_test
@given(documents=DOCUMENTS, value=NUMBERS, by=PROPERTIES, down=st.booleans(), skip=st.integers(0, 3), size=PAGES)
def test_of_equal_results_in_an_order_the_first_stays_and_offset_counts_those_that_stay(
    *,
    database: Database,
    documents: list[dict[str, Any]],
    value: Expression,
    by: Expression,
    down: bool,
    skip: int,
    size: int,
) -> None:
    sql = f"SELECT DISTINCT VALUE {value.sql} FROM c ORDER BY {by.sql} {'DESC' if down else ''} OFFSET {skip} LIMIT 3"
    held, answer = answers(database, documents, sql, None, size)
    expected: list[Any] = []
    for document in sorted(held, key=lambda document: oracle.sort_key(by.of(document)), reverse=down):
        candidate = value.of(document)
        if candidate is not MISSING and not any(oracle.same(candidate, earlier) for earlier in expected):
            expected.append(candidate)
    assert same_list(answer, expected[skip : skip + 3]), sql


AGGREGATES = st.sampled_from(["COUNT", "SUM", "AVG", "MIN", "MAX"])


@property_test
@given(documents=DOCUMENTS, name=AGGREGATES, value=NUMBERS, where=CONDITIONS, ordered=st.booleans(), size=PAGES)
def test_aggregates_over_all_documents_in_whatever_order(
    *,
    database: Database,
    documents: list[dict[str, Any]],
    name: str,
    value: Expression,
    where: Expression,
    ordered: bool,
    size: int,
) -> None:
    sql = f"SELECT VALUE {name}({value.sql}) FROM c WHERE {where.sql} {'ORDER BY c.n' if ordered else ''}"
    held, answer = answers(database, documents, sql, None, size)
    expected = oracle.aggregated(name, [value.of(document) for document in held if where.of(document) is True])
    assert same_list(answer, [] if expected is MISSING else [expected]), sql


@property_test
@given(documents=DOCUMENTS, by=PROPERTIES, name=AGGREGATES, value=NUMBERS, size=PAGES)
def test_a_group_has_its_own_aggregates(
    *, database: Database, documents: list[dict[str, Any]], by: Expression, name: str, value: Expression, size: int
) -> None:
    sql = f"SELECT {by.sql} AS k, {name}({value.sql}) AS v FROM c GROUP BY {by.sql}"
    held, answer = answers(database, documents, sql, None, size)
    groups: list[tuple[Any, list[Any]]] = []
    for document in held:
        key = by.of(document)
        group = next((values for seen, values in groups if oracle.same(seen, key)), None)
        if group is None:
            groups.append((key, group := []))
        group.append(value.of(document))
    rows = [{"k": key, "v": oracle.aggregated(name, values)} for key, values in groups]
    expected = [{name: value for name, value in row.items() if value is not MISSING} for row in rows]
    if len(expected) <= size:
        assert same_list(answer, expected), sql
    else:
        assert in_any_order(answer, expected, len(expected)), sql
