"""Queries that are refused: every refusal names its line and column and, where one exists, a way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.stream_analytics.language.checker import check
from local_azure.stream_analytics.language.parser import parse
from local_azure.stream_analytics.language.position import QueryError
from tests.stream_analytics.running import feed, finish, running

WINDOW = "TumblingWindow(minute, 5)"

NOT_SUPPORTED = {
    "SELECT DISTINCT a INTO o FROM events": (1, 8, "SELECT DISTINCT"),
    "SELECT TOP 3 a INTO o FROM events": (1, 8, "SELECT TOP"),
    "SELECT a INTO o FROM events JOIN other": (1, 29, "more than one source"),
    "SELECT a INTO o FROM events e, other": (1, 30, "more than one source"),
    "SELECT a INTO o FROM events CROSS APPLY GetArrayElements(b)": (1, 29, "more than one source"),
    "SELECT a INTO o FROM (SELECT 1 AS a FROM events)": (1, 22, "subquery"),
    "SELECT a INTO o FROM events WHERE a IN (SELECT 1)": (1, 41, "subquery"),
    "SELECT a INTO o FROM events UNION SELECT a FROM events": (1, 29, "UNION"),
    "SELECT a INTO o FROM events ORDER BY a": (1, 29, "ORDER"),
    "SELECT a INTO o FROM events PARTITION BY PartitionId": (1, 29, "group by PartitionId"),
    "SELECT a INTO o FROM events TIMESTAMP BY t OVER a": (1, 44, "TIMESTAMP BY ... OVER"),
    "SELECT LAG(a) INTO o FROM events": (1, 8, "the function LAG"),
    "SELECT UDF.f(a) INTO o FROM events": (1, 8, "the function UDF.f"),
    "SELECT COUNT(DISTINCT a) INTO o FROM events GROUP BY " + WINDOW: (1, 14, "COUNT(DISTINCT ...)"),
    "SELECT AVG(a) OVER (PARTITION BY PartitionId LIMIT DURATION(minute, 5)) INTO o FROM events": (
        *(1, 8),
        "AVG ... OVER",
    ),
    "SELECT ABS(a) OVER (PARTITION BY PartitionId LIMIT DURATION(minute, 5)) INTO o FROM events": (
        *(1, 8),
        "ABS ... OVER",
    ),
    "SELECT COUNT(*) OVER (PARTITION BY a LIMIT DURATION(minute, 5)) INTO o FROM events": (1, 8, "name PartitionId"),
    "SELECT COUNT(*) OVER (LIMIT DURATION(minute, 5)) AS n INTO o FROM events": (1, 8, "name PartitionId"),
    f"SELECT COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(day, 1)) n INTO o FROM events GROUP BY {WINDOW}": (
        *(1, 8),
        "OVER beside GROUP BY",
    ),
    "SELECT COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(hour, 1)) AS n INTO o FROM events TIMESTAMP BY t": (
        *(1, 8),
        "OVER on event time",
    ),
    "SELECT GetMetadataPropertyValue(events, 'EventId') AS e INTO o FROM events": (
        *(1, 8),
        "the function GetMetadataPropertyValue",
    ),
    "SELECT COUNT(*) INTO o FROM events GROUP BY SessionWindow(minute, 5, 10)": (1, 45, "TumblingWindow"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY SlidingWindow(minute, 5)": (1, 45, "TumblingWindow"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY Windows(Window('a', b))": (1, 45, "TumblingWindow"),
    f"SELECT COUNT(*) INTO o FROM events GROUP BY {WINDOW}, {WINDOW}": (1, 72, "more than one window"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY TumblingWindow(month, 1)": (1, 60, "time unit 'month'"),
    "SELECT DATEADD(year, 1, a) AS b INTO o FROM events": (1, 16, "time unit 'year'"),
    "SELECT a INTO o FROM events WHERE a LIKE b": (1, 42, "computed pattern"),
    "SELECT a INTO o FROM events WHERE a LIKE '[a-c]%'": (1, 42, "character set"),
    "SELECT CAST(a AS nvarchar(10)) AS b INTO o FROM events": (1, 27, "a length for nvarchar"),
    "SELECT EventProcessedUtcTime INTO o FROM events": (1, 8, "EventProcessedUtcTime"),
    "CREATE TABLE events (a bigint)": (1, 1, "a statement that starts with 'CREATE'"),
}

WRONG = {
    "SELECT COUNT(*) OVER (PARTITION BY PartitionId) INTO o FROM events": (1, 47, "expected LIMIT"),
    "SELECT COUNT(*) OVER (PARTITION BY PartitionId LIMIT 5) INTO o FROM events": (1, 54, "expected DURATION"),
    "SELECT COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(day, 8)) INTO o FROM events": (
        1,
        8,
        "at most 7 days",
    ),
    "": (1, 1, "no SELECT"),
    "SELECT": (1, 7, "expected a name, found the end of the query"),
    "SELECT a FROM": (1, 14, "expected a name"),
    "SELECT a INTO o FROM nothing": (1, 22, "no input or earlier step 'nothing'; the inputs are events"),
    "SELECT a INTO nowhere FROM events": (1, 1, "no output 'nowhere'; the project has o, p"),
    "SELECT a,\n  b c d INTO o FROM events": (2, 7, "expected FROM"),
    "SELECT a INTO o FROM events WHERE a = ": (1, 39, "expected a name"),
    "SELECT a INTO o FROM events WHERE a NOT 5": (1, 41, "expected IN, BETWEEN or LIKE"),
    "SELECT a INTO o FROM events GROUP BY a": (1, 38, "GROUP BY needs a window"),
    "SELECT COUNT(*) INTO o FROM events": (1, 8, "an aggregate needs a window"),
    "SELECT a INTO o FROM events HAVING a > 1": (1, 38, "HAVING needs a window"),
    f"SELECT a, COUNT(*) INTO o FROM events GROUP BY {WINDOW}": (1, 8, "'a' must be in GROUP BY"),
    f"SELECT COUNT(SUM(a)) INTO o FROM events GROUP BY {WINDOW}": (1, 14, "cannot stand in another"),
    f"SELECT * INTO o FROM events GROUP BY {WINDOW}": (1, 8, "SELECT * does not go with GROUP BY"),
    f"SELECT SUM(*) INTO o FROM events GROUP BY {WINDOW}": (1, 8, "SUM(*)"),
    f"SELECT SUM() INTO o FROM events GROUP BY {WINDOW}": (1, 8, "SUM takes an argument"),
    f"SELECT a INTO o FROM events WHERE COUNT(*) > 1 GROUP BY a, {WINDOW}": (1, 35, "WHERE cannot aggregate"),
    f"SELECT a INTO o FROM events GROUP BY MAX(a), {WINDOW}": (1, 38, "GROUP BY cannot aggregate"),
    "SELECT a, b AS a INTO o FROM events": (1, 11, "two columns are named 'a'"),
    "SELECT a + 1 INTO o FROM events": (1, 8, "needs a name"),
    "SELECT a INTO o FROM events WHERE a < -1e400": (1, 40, "beyond the range of a float"),
    f"SELECT a INTO o FROM events WHERE a < {'9' * 5_000}": (1, 39, "beyond the range of a float"),
    "SELECT SUBSTRING(a, 1) AS b INTO o FROM events": (1, 8, "takes 3 arguments, not 2"),
    "SELECT CAST(a AS money) AS b INTO o FROM events": (1, 18, "no type 'money'"),
    "SELECT CASE a END AS b INTO o FROM events": (1, 15, "expected WHEN"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY TumblingWindow(day, 8)": (1, 45, "at most 7 days"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY TumblingWindow(day, 0)": (1, 45, "more than nothing"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY TumblingWindow(second, x)": (1, 68, "a whole number"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY HoppingWindow(minute, 5)": (1, 68, "expected ,"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY HoppingWindow(second, 1, 5)": (1, 45, "at most the window's size"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY HoppingWindow(ms, 5000, 1)": (1, 45, "more than 1000 windows"),
    "SELECT COUNT(*) INTO o FROM events GROUP BY HoppingWindow(Duration(minute, 5))": (1, 45, "needs a hop"),
    "WITH s AS (SELECT a INTO o FROM events) SELECT a INTO o FROM s": (1, 12, "INTO does not belong"),
    "WITH s AS (SELECT a FROM events), s AS (SELECT a FROM events) SELECT a INTO o FROM s": (1, 35, "already a source"),
    "WITH events AS (SELECT a FROM events) SELECT a INTO o FROM events": (1, 6, "already a source"),
    "WITH s AS (SELECT a FROM events) SELECT b INTO o FROM s": (1, 41, "s has no column 'b'; it has a"),
    "WITH s AS (SELECT a FROM later), later AS (SELECT a FROM events) SELECT a INTO o FROM s": (1, 26, "no input"),
    "WITH s AS (SELECT a FROM events) SELECT a INTO o FROM s TIMESTAMP BY a": (1, 70, "where an input is read"),
    "SELECT a INTO o FROM events TIMESTAMP BY t SELECT a INTO p FROM events": (1, 65, "two different times"),
    "SELECT a INTO o FROM events WITH s AS (SELECT a FROM events)": (1, 29, "one WITH"),
}


@pytest.mark.parametrize("query", [*NOT_SUPPORTED, *WRONG])
def test_a_refusal_names_the_place_and_the_reason(query: str):
    line, column, reason = {**NOT_SUPPORTED, **WRONG}[query]
    with pytest.raises(QueryError) as refusal:
        check(parse(query), ["events"], ["o", "p"])
    assert reason in refusal.value.message
    assert (refusal.value.position.line, refusal.value.position.column) == (line, column)


def test_a_hostile_query_cannot_exhaust_the_stack():
    signs = ("-" * 5_000 + "1", "- " * 5_000 + "1", "+" * 5_000 + "1")
    chains = ("+".join(["1"] * 5_000), "*".join(["1"] * 5_000), "(" * 40 + "1+".join(["1"] * 200) + ")" * 40)
    for nested in ("(" * 5_000 + "1" + ")" * 5_000, "NOT " * 5_000 + "a = 1", "ABS(" * 5_000, *signs, *chains):
        with pytest.raises(QueryError):
            check(parse(f"SELECT a INTO o FROM events WHERE {nested}"))


def test_as_many_operators_as_an_expression_may_hold_compile_to_a_query():
    work = running(f"SELECT {'(' * 45}{'+'.join(['a'] * 101)}{')' * 45} AS total INTO o FROM events")
    feed(work, ("10:00", {"a": 2}))
    assert finish(work) == {"o": [{"total": 202}]}


def test_calls_and_operators_nested_as_deep_as_they_may_compile_to_a_query():
    nested = "a"
    for _ in range(47):
        nested = f"CAST(1 + {nested} AS bigint)"
    work = running(f"SELECT {nested} AS total INTO o FROM events WHERE {nested} > 0 AND a = a")
    feed(work, ("10:00", {"a": 2}))
    assert finish(work) == {"o": [{"total": 49}]}


WORDS = """
    SELECT FROM WHERE GROUP BY HAVING WITH AS INTO ( ) , . * + - = < > 1 2.5 'x' a events [b] AND OR NOT IN LIKE IS
    BETWEEN NULL CASE WHEN THEN ELSE END CAST COUNT SUM COLLECT TumblingWindow minute TIMESTAMP DATEADD ;
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=40))
def test_any_sequence_of_words_is_a_query_or_a_refusal(parts: list[str]):
    text = " ".join(parts)
    try:
        check(parse(text))
        column = 0
    except QueryError as refusal:
        column = refusal.position.column
    assert 0 <= column <= len(text) + 1
