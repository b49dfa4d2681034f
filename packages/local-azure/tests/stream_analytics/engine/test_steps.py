"""Steps of WITH, and several outputs."""

from collections import Counter

import pytest

from tests.stream_analytics.running import feed, finish, rows_of, running

CHAIN = """
    WITH First AS (
        SELECT a, a.b AS below, b + 1 AS b, CONCAT(b, '!') AS text, System.Timestamp() AS t, PartitionId AS p
        FROM events WHERE b <> 7
    ),
    Second AS (
        SELECT b * 2 AS b, DATEDIFF(minute, t, System.Timestamp()) AS m, text, a, below, p FROM First WHERE b > 1
    ),
    Third AS (SELECT CAST(a AS bigint) AS a, b, m, text, below, p FROM Second WHERE a IS NOT NULL)
    SELECT {} INTO out FROM Third {}
"""


def test_a_step_feeds_several_outputs():
    work = running("""
        WITH Sums AS (SELECT k, SUM(v) AS s FROM events GROUP BY k, TumblingWindow(minute, 5))
        SELECT k, s INTO a FROM Sums WHERE s > 2
        SELECT k, s * 10 AS t INTO b FROM Sums
    """)
    feed(work, *(("10:01", {"k": key, "v": key}) for key in (1, 2, 2)))
    assert finish(work) == {"a": [{"k": 2, "s": 4}], "b": [{"k": 1, "t": 10}, {"k": 2, "t": 40}]}


def test_a_filter_step_before_a_window():
    query = """
        WITH Sales AS (SELECT id, price AS p FROM events WHERE kind = 'sale')
        SELECT COUNT(*) AS n, MAX(p) AS p INTO out FROM Sales GROUP BY TumblingWindow(minute, 5)
    """
    events = [("10:01", {"kind": "sale", "price": 5}), ("10:02", {"kind": "gift", "price": 9})]
    assert rows_of(query, *events) == [{"n": 1, "p": 5}]


def test_a_window_may_group_the_rows_of_another():
    query = """
        WITH FiveMinutes AS (
            SELECT COUNT(*) AS n, System.Timestamp() AS t FROM events GROUP BY TumblingWindow(minute, 5)
        )
        SELECT SUM(n) AS total, COUNT(*) AS windows, System.Timestamp() AS t INTO out
        FROM FiveMinutes GROUP BY TumblingWindow(minute, 10)
    """
    rows = rows_of(query, *((f"10:{minute:02d}", {"id": minute}) for minute in (1, 4, 9, 10, 11)))
    assert [(row["total"], row["windows"], row["t"][11:16]) for row in rows] == [(4, 2, "10:10"), (1, 1, "10:20")]


def test_equal_selects_into_two_outputs_are_computed_once():
    select = "SELECT k, COUNT(*) AS n INTO {} FROM events GROUP BY k, TumblingWindow(minute, 5) "
    work = running(select.format("a") + select.format("b"))
    feed(work, ("10:01", {"k": 1}))
    assert len(work.steps()) == 1
    assert finish(work) == {"a": [{"k": 1, "n": 1}], "b": [{"k": 1, "n": 1}]}


def test_select_star_passes_events_on_with_what_the_hub_knows_of_them():
    (row,) = rows_of("SELECT *, 1 AS one INTO out FROM events", ("10:01", {"a": {"b": 1}}))
    assert row == {
        "a": {"b": 1},
        "PartitionId": 0,
        "EventEnqueuedUtcTime": "2026-03-05T10:01:00.0000000Z",
        "one": 1,
    }


def test_select_star_from_a_step_gives_its_columns():
    query = "WITH s AS (SELECT a, b FROM events) SELECT * INTO out FROM s WHERE a = 1"
    assert rows_of(query, ("10:01", {"a": 1, "b": 2, "c": 3}), ("10:01", {"a": 2})) == [{"a": 1, "b": 2}]


def test_a_step_that_nothing_reads_costs_nothing():
    work = running("WITH unused AS (SELECT * FROM events) SELECT a INTO out FROM events")
    assert len(work.steps()) == 1


@pytest.mark.parametrize(
    ("columns", "group"),
    [
        ("a, b, m, text, below, p", ""),
        ("*", ""),
        ("a, COLLECT(text) AS texts, SUM(b) AS b, MAX(m) AS m", "GROUP BY a, TumblingWindow(minute, 5)"),
        ("p, COLLECT() AS all_of_it", "GROUP BY p, HoppingWindow(minute, 10, 5)"),
    ],
)
def test_steps_that_read_only_one_another_give_what_they_give_when_others_read_them_too(columns: str, group: str):
    alone = CHAIN.format(columns, group)
    events = [
        (f"10:{minute:02d}", {"a": a, "b": b})
        for minute, (a, b) in enumerate(
            (a, b) for a in (1, "2", "x", None, {"b": 1}) for b in (0, 1, 7, 2.5, "t", None)
        )
    ]
    given: list[object] = []
    for query in (
        alone,
        alone + "".join(f" SELECT * INTO {step} FROM {step}" for step in ("First", "Second", "Third")),
    ):
        work = running(query, partitions=(0, 1))
        for partition in (1, 0):
            feed(work, *events, partition=partition)
        problems = Counter(problem.reason for problem in work.take_problems())
        given.append((finish(work)["out"], problems, work.counts.conversion_errors))
    assert given[0] == given[1]


def test_an_event_that_a_later_step_cannot_take_changes_nothing_behind_it():
    query = """
        WITH Numbers AS (SELECT CAST(v AS bigint) AS v, k, PartitionId FROM events),
        Doubled AS (SELECT v * 2 AS v, k, PartitionId FROM Numbers)
        SELECT k, SUM(v) OVER (PARTITION BY PartitionId LIMIT DURATION(minute, 5)) AS total INTO out FROM Doubled
    """
    events = [{"v": 1, "k": 1}, {"v": "x", "k": 2}, {"v": 2**62, "k": 3}, {"v": 2, "k": 4}]
    work = running(query)
    feed(work, *(("10:01", event) for event in events))
    assert finish(work)["out"] == [{"k": 1, "total": 2}, {"k": 4, "total": 6}]
    assert work.counts.conversion_errors == 2
