"""Query plans: none of its stages where one range serves, and a query for each range otherwise."""

from typing import Any

import msgspec
import pytest

from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.query.plan import plan
from local_azure.cosmos.query.statement import read_statement


def info(query: str, *, several: bool = True, features: str | None = None, **parameters: Any) -> dict[str, Any]:
    """The `queryInfo` of a query's plan."""
    named = [{"name": f"@{name}", "value": value} for name, value in parameters.items()]
    statement = read_statement(msgspec.json.encode({"query": query, "parameters": named}))
    answer: Any = plan(statement, several=several, features=features)
    return answer["queryInfo"]


def test_a_container_of_one_range_needs_no_stages() -> None:
    stages = info("SELECT TOP 3 c.a, COUNT(1) FROM c GROUP BY c.a", several=False)
    assert {name: value for name, value in stages.items() if value} == {"distinctType": "None"}


@pytest.mark.parametrize(
    ("query", "rewritten"),
    [
        (
            "SELECT c.a AS x, c['b'] FROM c WHERE c.a > 1 OR c.b < 2 ORDER BY c.a DESC, c.b",
            'SELECT c._rid, [{"item": c.a}, {"item": c.b}] AS orderByItems, {"x": c.a, "b": c[\'b\']} AS payload '
            "FROM c WHERE (c.a > 1 OR c.b < 2) AND ({documentdb-formattableorderbyquery-filter}) "
            "ORDER BY c.a DESC, c.b ASC",
        ),
        (
            "SELECT TOP @n * FROM root r ORDER BY r.order.by",
            'SELECT TOP 4 r._rid, [{"item": r.order.by}] AS orderByItems, r AS payload FROM root r '
            "WHERE ({documentdb-formattableorderbyquery-filter}) ORDER BY r.order.by ASC",
        ),
        ("SELECT VALUE c.a FROM c OFFSET 3 LIMIT @n", "SELECT VALUE c.a FROM c OFFSET 0 LIMIT 7"),
        ("SELECT DISTINCT c.a b FROM c", 'SELECT DISTINCT VALUE {"b": c.a} FROM c'),
        (
            "SELECT DISTINCT VALUE c.a FROM c ORDER BY c.b OFFSET 1 LIMIT 2",
            'SELECT c._rid, [{"item": c.b}] AS orderByItems, c.a AS payload FROM c '
            "WHERE ({documentdb-formattableorderbyquery-filter}) ORDER BY c.b ASC",
        ),
        ("SELECT VALUE COUNT(c.a) FROM c ORDER BY c.a", 'SELECT VALUE [{"item": COUNT(c.a)}] FROM c'),
        (
            "SELECT VALUE AVG(c.a) FROM c WHERE c.b",
            'SELECT VALUE [{"item": {"sum": SUM(c.a), "count": COUNT(c.a)}}] FROM c WHERE c.b',
        ),
        (
            "SELECT VALUE MAX(c.a) FROM c",
            'SELECT VALUE [{"item": MAX(c.a), "item2": {"max": MAX(c.a), "count": COUNT(c.a)}}] FROM c',
        ),
        (
            "SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a",
            'SELECT [{"item": c.a}] AS groupByItems, {"a": c.a, "n": {"item": COUNT(1)}} AS payload FROM c '
            "GROUP BY c.a",
        ),
        ("SELECT SUM(c.a) AS s FROM c", 'SELECT {"s": {"item": SUM(c.a)}} AS payload FROM c'),
    ],
)
def test_the_query_for_each_range_can_be_run_and_gives_what_the_merge_needs(query: str, rewritten: str) -> None:
    stages = info(query, n=4)
    assert stages["rewrittenQuery"] == rewritten
    read_statement(
        msgspec.json.encode({"query": rewritten.replace("{documentdb-formattableorderbyquery-filter}", "true")})
    )


def test_the_stages_say_what_to_merge() -> None:
    ordered = info("SELECT TOP 2 * FROM c ORDER BY c.a DESC")
    assert (ordered["orderBy"], ordered["orderByExpressions"], ordered["top"]) == (["Descending"], ["c.a"], 2)
    limited = info("SELECT DISTINCT * FROM c OFFSET 1 LIMIT 2")
    assert (limited["offset"], limited["limit"], limited["distinctType"]) == (1, 2, "Unordered")
    grouped = info("SELECT c.a, MAX(c.b) AS b FROM c GROUP BY c.a")
    assert grouped["groupByAliasToAggregateType"] == {"a": None, "b": "Max"}
    assert (grouped["groupByAliases"], grouped["groupByExpressions"]) == (["a", "b"], ["c.a"])
    assert info("SELECT VALUE COUNT(1) FROM c")["aggregates"] == ["Count"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT DISTINCT VALUE c.a FROM c ORDER BY c.a", "Ordered"),
        ("SELECT DISTINCT c.a, c.b AS x FROM c ORDER BY c.b DESC, c.a", "Ordered"),
        ("SELECT DISTINCT VALUE c.a FROM c ORDER BY c.b", "Unordered"),
        ("SELECT DISTINCT c.a, c.b FROM c ORDER BY c.a", "Unordered"),
        ("SELECT DISTINCT * FROM c ORDER BY c.a", "Unordered"),
    ],
)
def test_distinct_results_are_compared_with_the_last_alone_if_equal_ones_follow_each_other(
    query: str, kind: str
) -> None:
    assert info(query)["distinctType"] == kind


def test_a_client_that_cannot_group_is_told_so() -> None:
    with pytest.raises(CosmosError, match="GroupBy"):
        info("SELECT c.a FROM c GROUP BY c.a", features="Aggregate,Distinct")
