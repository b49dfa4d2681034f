"""JOIN, subqueries, and FROM with more than the container: the same results in pages of every size."""

import re
from typing import Any

import msgspec
import pytest

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.rows import ListRows
from local_azure.cosmos.query.runner import Runner
from local_azure.cosmos.query.statement import read_statement

DOCUMENTS: list[Any] = [
    {"id": "1", "tags": [{"n": "a", "v": 1}, {"n": "b", "v": 2}], "x": [[1, 2], [3]]},
    {"id": "2", "tags": [{"n": "a", "v": 5}]},
    {"id": "3"},
]


async def ask(query: str, size: int = 100) -> list[Any]:
    """Every result of a query in pages of `size`."""
    statement = read_statement(msgspec.json.encode({"query": query, "parameters": [{"name": "@v", "value": 2}]}))
    results: list[Any] = []
    continuation: str | None = None
    while True:
        rows = ListRows([msgspec.json.encode(document) for document in DOCUMENTS])
        page = await Runner(statement.query, statement.parameters).page(rows, size, continuation)
        results += [msgspec.json.decode(item) for item in page.items]
        continuation = page.continuation
        if continuation is None:
            return results


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("SELECT c.id, t.n FROM c JOIN t IN c.tags WHERE t.v >= @v", [{"id": "1", "n": "b"}, {"id": "2", "n": "a"}]),
        ("SELECT VALUE t.v FROM t IN c.tags", [1, 2, 5]),
        ("SELECT * FROM t IN c.tags WHERE t.v = 5", [{"n": "a", "v": 5}]),
        ("SELECT VALUE y FROM c JOIN x IN c.x JOIN y IN x", [1, 2, 3]),
        ("SELECT VALUE a.v + b.v FROM c JOIN a IN c.tags JOIN b IN c.tags", [2, 3, 3, 4, 10]),
        ("SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags", [3]),
        ("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t.n = 'b')", ["1"]),
        ("SELECT VALUE c.id FROM c WHERE NOT EXISTS(SELECT VALUE t FROM t IN c.tags)", ["3"]),
        ("SELECT VALUE ARRAY(SELECT VALUE t.v FROM t IN c.tags WHERE t.v > 1) FROM c", [[2], [5], []]),
        (
            "SELECT c.id, (SELECT VALUE MAX(t.v) FROM t IN c.tags) AS m FROM c",
            [{"id": "1", "m": 2}, {"id": "2", "m": 5}, {"id": "3"}],
        ),
        ("SELECT VALUE s.id FROM (SELECT c.id, c.tags FROM c WHERE IS_DEFINED(c.tags)) AS s", ["1", "2"]),
        ("SELECT VALUE n FROM c JOIN (SELECT VALUE t.n FROM t IN c.tags WHERE t.v < 5) AS n", ["a", "b"]),
        ("SELECT VALUE n FROM c JOIN n IN (SELECT DISTINCT VALUE t.n FROM t IN c.tags)", ["a", "b", "a"]),
        ("SELECT VALUE t.v FROM c JOIN t IN c.tags ORDER BY t.v DESC", [5, 2, 1]),
        ("SELECT VALUE t.v FROM c JOIN t IN c.tags OFFSET 1 LIMIT 1", [2]),
        ("SELECT TOP 2 VALUE t.v FROM c JOIN t IN c.tags", [1, 2]),
        ("SELECT t.n, COUNT(1) AS k FROM c JOIN t IN c.tags GROUP BY t.n", [{"n": "a", "k": 2}, {"n": "b", "k": 1}]),
        ("SELECT DISTINCT VALUE t.n FROM c JOIN t IN c.tags", ["a", "b"]),
        ("SELECT VALUE ARRAY_LENGTH(t) FROM Families.tags AS t", [2, 1]),
        ("SELECT VALUE t.v FROM c JOIN t IN c.tags WHERE c.id = '1'", [1, 2]),
        ("SELECT VALUE EXISTS(SELECT VALUE 1)", [True]),
    ],
)
async def test_a_query_over_arrays_and_subqueries_gives_its_results(query: str, results: list[Any], size: int) -> None:
    answer = await ask(query, size)
    if size < len(results) and ("GROUP BY" in query or query.startswith("SELECT DISTINCT")):
        # More than a page of them comes in an order of its own.
        answer = sorted(answer, key=results.index)
    assert answer == results


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT * FROM c JOIN t IN c.tags", "single input set"),
        ("SELECT VALUE 1 FROM c JOIN t", "needs an IN"),
        ("SELECT VALUE x FROM c JOIN t IN c.tags", "'x' could not be resolved"),
        ("SELECT VALUE u FROM c JOIN t IN u.tags", "'u' could not be resolved"),
        ("SELECT VALUE 1 FROM c, d", "FROM with a list"),
        ("SELECT VALUE c.id FROM c WHERE c.id IN (SELECT VALUE 1)", "A subquery after IN"),
        (
            "SELECT COUNT(1) AS n, ARRAY(SELECT VALUE t FROM t IN c.tags) AS l FROM c",
            "A subquery beside",
        ),
        ("SELECT c.id, EXISTS(SELECT 1) AS e FROM c GROUP BY c.id", "A subquery beside"),
        ("SELECT VALUE s.n FROM (SELECT COUNT(1) AS n FROM c) AS s", "aggregates over the container"),
        ("SELECT VALUE (SELECT VALUE t FROM t IN c.tags ORDER BY t.v) FROM c", "ORDER BY"),
        ("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags FROM c", "expected ')'"),
    ],
)
async def test_what_cannot_be_answered_is_named(query: str, named: str) -> None:
    with pytest.raises(CosmosError, match=re.escape(named)):
        await ask(query)


async def test_a_join_of_one_document_that_makes_too_many_items_is_refused() -> None:
    joins = " ".join(f"JOIN t{number} IN [0,1,2,3,4,5,6,7,8,9]" for number in range(6))
    with pytest.raises(CosmosError, match="more than 100000 items"):
        await ask(f"SELECT VALUE COUNT(1) FROM c {joins}")
