"""The query language as the SDKs ask it: each family of features once, and what is refused by name."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
from collections.abc import Iterator
from typing import Any

import pytest
from azure.cosmos import CosmosClient, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from tests.cosmos.running import ONE_SDK, Sdk

pytestmark = pytest.mark.slow

EVENTS: list[dict[str, Any]] = [
    {"id": "1", "store_id": "7", "category": "Toys", "qty": 2, "price": 10.5, "tags": ["a", "b"], "who": {"n": 1}},
    {"id": "2", "store_id": "7", "category": "toys", "qty": 5, "price": 3, "tags": [], "note": None},
    {"id": "3", "store_id": "7", "category": "Garden_%", "qty": 1, "order": 9},
    {"id": "4", "store_id": "8", "category": "Toys", "qty": "many", "price": 1, "tags": ["c", {"k": 1, "l": 2}]},
]


DATABASE = "queries"


@pytest.fixture(scope="module", autouse=True)
def filled(account: tuple[str, str]) -> Iterator[None]:
    """A container that the tests only read."""
    with CosmosClient(*account) as client:
        container = client.create_database_if_not_exists(DATABASE).create_container("events", PartitionKey("/store_id"))
        for event in EVENTS:
            container.create_item(event)
        yield
        client.delete_database(DATABASE)


@pytest.fixture
def container(sdk: Sdk) -> Any:
    """The same through the client under test."""
    return sdk.client.get_database_client(DATABASE).get_container_client("events")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.id FROM c", ["1", "2", "3", "4"]),
        ("select value e.id from events as e where e.qty = 5", ["2"]),
        ("SELECT c.id, c.who.n AS n, c.tags[0] AS first FROM c WHERE c.id = '1'", [{"id": "1", "n": 1, "first": "a"}]),
        ("SELECT c['order'], c.order FROM c WHERE c.id = '3'", None),
        ("SELECT c.order FROM c WHERE c.id = '3'", [{"order": 9}]),
        ("SELECT c.id, c.note FROM c WHERE c.id IN ('2', '3')", [{"id": "2", "note": None}, {"id": "3"}]),
        ("SELECT VALUE c.note FROM c", [None]),
        (
            "SELECT VALUE {id: c.id, 'absent': c.nope, list: [c.qty, c.nope]} FROM c WHERE c.id = '1'",
            [{"id": "1", "list": [2]}],
        ),
        ("SELECT DISTINCT VALUE c.category FROM c", ["Toys", "toys", "Garden_%"]),
        ("SELECT DISTINCT VALUE c.category FROM c ORDER BY c.category", ["Garden_%", "Toys", "toys"]),
        ("SELECT DISTINCT VALUE c.category FROM c ORDER BY c.id DESC OFFSET 1 LIMIT 1", ["Garden_%"]),
        ("SELECT VALUE COUNT(1) FROM c ORDER BY c.qty", [4]),
        ("SELECT c.qty, COUNT(1) AS n FROM c GROUP BY c.qty ORDER BY c.qty", None),
        ("SELECT TOP 2 VALUE c.id FROM c", ["1", "2"]),
        ("SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2", ["2", "3"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.qty", ["3", "1", "2", "4"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.price DESC", ["1", "2", "4", "3"]),
        ("SELECT VALUE c.id FROM c WHERE c.qty > 1", ["1", "2"]),
        ("SELECT VALUE c.id FROM c WHERE NOT (c.qty > 1)", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE c.qty != 5", ["1", "3", "4"]),
        ("SELECT VALUE c.id FROM c WHERE c.note = null", ["2"]),
        ("SELECT VALUE c.id FROM c WHERE c.note != null", []),
        ("SELECT VALUE c.id FROM c WHERE c.qty BETWEEN 2 AND 5 AND c.id != '1'", ["2"]),
        ("SELECT VALUE c.id FROM c WHERE c.category LIKE 'T%y_'", ["1", "4"]),
        ("SELECT VALUE c.id FROM c WHERE c.category LIKE '%!_!%' ESCAPE '!'", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE c.category NOT LIKE '%oys'", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.price)", ["3"]),
        ("SELECT VALUE c.id FROM c WHERE IS_STRING(c.qty) OR IS_NULL(c.note)", ["2", "4"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'a')", ["1"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, {'k': 1}, true)", ["4"]),
        ("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.category, 'TO', true)", ["1", "2", "4"]),
        ("SELECT VALUE c.id FROM c WHERE CONTAINS(UPPER(c.category), 'TOY') AND ENDSWITH(c.id, '2')", ["2"]),
        ("SELECT VALUE c.qty * 2 + 1 FROM c WHERE c.id = '1'", [5]),
        ("SELECT VALUE c.qty % 2 = 0 ? 'even' : 'odd' FROM c WHERE IS_NUMBER(c.qty)", ["even", "odd", "odd"]),
        ("SELECT VALUE c.nope ?? c.id || '!' FROM c WHERE c.id = '1'", ["1!"]),
        ("SELECT VALUE COUNT(1) FROM c", [4]),
        ("SELECT VALUE COUNT(c.price) FROM c", [3]),
        ("SELECT VALUE SUM(c.price) FROM c", [14.5]),
        ("SELECT VALUE AVG(c.price) FROM c WHERE c.price < 5", [2]),
        ("SELECT VALUE MIN(c.price) FROM c", [1]),
        ("SELECT VALUE MAX(c.qty) FROM c", ["many"]),
        ("SELECT VALUE SUM(c.qty) FROM c", []),
        ("SELECT VALUE 1 + 1", [2]),
        ("SELECT VALUE 'it\\'s \\u00e4' FROM c WHERE c.id = '1'", ["it's ä"]),
    ],
)
@ONE_SDK
async def test_a_query_across_partitions_gives_its_results(
    sdk: Sdk, container: Any, text: str, expected: list[Any] | None
) -> None:
    if expected is None:
        with pytest.raises(CosmosHttpResponseError):
            await sdk.ask(container, text)
        return
    assert await sdk.ask(container, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.id FROM c", ["1", "2", "3"]),
        ("SELECT VALUE COUNT(1) FROM c", [3]),
        ("SELECT COUNT(1) AS n, MAX(c.qty) AS most FROM c", [{"n": 3, "most": 5}]),
        ("SELECT COUNT(1), SUM(c.qty) FROM c", [{"$1": 3, "$2": 8}]),
        (
            "SELECT LOWER(c.category) AS k FROM c WHERE c.qty > 1",
            [{"k": "toys"}, {"k": "toys"}],
        ),
        (
            "SELECT c.category, COUNT(1) AS n, SUM(c.qty) * 10 AS tens FROM c GROUP BY c.category",
            [
                {"category": "Toys", "n": 1, "tens": 20},
                {"category": "toys", "n": 1, "tens": 50},
                {"category": "Garden_%", "n": 1, "tens": 10},
            ],
        ),
        ("SELECT VALUE c.id FROM c WHERE c.store_id = '8'", []),
        ("SELECT VALUE c.id FROM c WHERE c.store_id = '8' OR c.id = '1'", ["1"]),
    ],
)
@ONE_SDK
async def test_a_query_within_a_partition_gives_its_results(
    sdk: Sdk, container: Any, text: str, expected: list[Any]
) -> None:
    assert await sdk.ask(container, text, partition_key="7") == expected


async def test_parameters_may_have_any_type(sdk: Sdk, container: Any) -> None:
    text = "SELECT VALUE c.id FROM c WHERE c.category = @text OR c.qty = @number OR ARRAY_CONTAINS(@list, c.id)"
    parameters = {"@text": "Garden_%", "@number": 5, "@list": ["4", None]}
    assert await sdk.ask(container, text, parameters) == ["2", "3", "4"]


async def test_a_text_that_looks_like_sql_is_only_a_value(sdk: Sdk, container: Any) -> None:
    nasty = "' OR 1=1; DROP TABLE document_1; --"
    assert await sdk.ask(container, "SELECT * FROM c WHERE c.category = @p", {"@p": nasty}) == []
    assert len(await sdk.ask(container, "SELECT * FROM c")) == 4


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELEC * FROM c", "expected SELECT"),
        ("SELECT * FROM c WHERE", "ends too early"),
        ("SELECT * FROM c WHERE c.id = 'open", "not understood"),
        ("SELECT * FROM c LIMIT 5", "LIMIT"),
        ("SELECT * FROM c WHERE x.id = 1", "'x' could not be resolved"),
        ("SELECT * FROM c WHERE c.id = @nothing", "@nothing"),
        ("SELECT * FROM c WHERE c.id IN (SELECT VALUE c.id FROM c)", "subquery"),
        ("SELECT * FROM c WHERE REGEXMATCH(c.id, 'a')", "REGEXMATCH"),
        ("SELECT * FROM c WHERE ST_DISTANCE(c.a, c.b) < 1", "ST_DISTANCE"),
        ("SELECT * FROM c WHERE udf.f(c.id)", "UDF"),
        ("SELECT * FROM c WHERE IS_DEFINED(c.a, c.b)", "IS_DEFINED"),
        ("SELECT * FROM c WHERE COUNT(1) > 1", "COUNT"),
        ("SELECT * FROM c ORDER BY LOWER(c.id)", "ORDER BY"),
        ("SELECT * FROM c ORDER BY c.a, c.b", "composite index"),
        ("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1", "TOP"),
        ("SELECT TOP @n * FROM c", "@n"),
        ("SELECT c.category, COUNT(1) FROM c GROUP BY c.category", "GroupBy, which the calling client"),
        ("SELECT COUNT(1) AS n FROM c", "Cross partition query only supports"),
        ("SELECT COUNT(1) AS n FROM c WHERE c.store_id = '7'", "Cross partition query only supports"),
        ("SELECT c.id, VALUE COUNT(1) FROM c", "VALUE"),
    ],
)
@pytest.mark.usefixtures("local_only")
@ONE_SDK
async def test_what_is_not_understood_or_supported_is_named(sdk: Sdk, container: Any, text: str, named: str) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.ask(container, text)
    assert refusal.value.status_code == 400
    assert named in str(refusal.value)


async def test_a_column_must_be_grouped_or_aggregated(sdk: Sdk, container: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        await sdk.ask(container, "SELECT c.id, COUNT(1) FROM c GROUP BY c.category", partition_key="7")
    assert refusal.value.status_code == 400


async def test_order_by_two_properties_needs_a_composite_index(sdk: Sdk, database: Any) -> None:
    paths = [{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "descending"}]
    policy = {"includedPaths": [{"path": "/*"}], "excludedPaths": [], "compositeIndexes": [paths]}
    composite = await sdk.do(database.create_container("composite", PartitionKey("/store_id"), indexing_policy=policy))
    for number, (a, b) in enumerate([(1, 1), (0, 1), (1, 2)]):
        await sdk.do(composite.create_item({"id": str(number), "store_id": "7", "a": a, "b": b}))
    assert await sdk.ask(composite, "SELECT VALUE c.id FROM c ORDER BY c.a ASC, c.b DESC") == ["1", "2", "0"]
    assert await sdk.ask(composite, "SELECT VALUE c.id FROM c ORDER BY c.a DESC, c.b") == ["0", "2", "1"]
    with pytest.raises(CosmosHttpResponseError):
        await sdk.ask(composite, "SELECT VALUE c.id FROM c ORDER BY c.a, c.b")


@ONE_SDK  # the aio client always wants it
async def test_to_cross_partitions_must_be_wanted(sdk: Sdk, container: Any) -> None:
    with pytest.raises(CosmosHttpResponseError) as refusal:
        list(container.query_items("SELECT * FROM c"))
    assert refusal.value.status_code == 400
    pinned = "SELECT VALUE c.id FROM c WHERE c.store_id = '8'"
    assert list(container.query_items(pinned)) == ["4"]
