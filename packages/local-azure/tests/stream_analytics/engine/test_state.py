"""State: what a snapshot keeps."""

from typing import Any

from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.state import restore, snapshot
from tests.stream_analytics.running import at, feed, finish, policy, running

QUERY = """
    WITH Minutes AS (
        SELECT k, DATEADD(day, 1, System.Timestamp()) AS d, COLLECT(id) AS ids, COUNT(*) AS n, SUM(v) AS s, AVG(v) AS a,
            MIN(t) AS m, MAX(v) AS x
        FROM events TIMESTAMP BY t GROUP BY k, TumblingWindow(minute, 1)
    )
    SELECT * INTO a FROM Minutes
    SELECT k, d, SUM(n) AS n INTO b FROM Minutes GROUP BY k, d, HoppingWindow(minute, 10, 5)
"""
BIG = 10**25


def event(number: int) -> tuple[str, dict[str, Any]]:
    ids = [number, f"{number}", None, [number, BIG], {"n": BIG}, BIG]
    keys = ["a", None, 1.5, True]
    time = f"10:{number:02d}:30"
    return time, {"id": ids[number % 6], "k": keys[number % 4], "v": number, "t": f"2026-03-05T{time}Z"}


def restarted(work: RunningQuery) -> RunningQuery:
    work.take_rows()
    again = running(QUERY, policy(out_of_order=90), partitions=())
    restore(again, snapshot(work))
    return again


def test_a_query_goes_on_from_its_snapshot_as_if_nothing_had_happened():
    expected = running(QUERY, policy(out_of_order=90), partitions=(0, 1))
    work = running(QUERY, policy(out_of_order=90), partitions=(0, 1))
    rows: list[Any] = []
    for number in range(40):
        for each in (expected, work):
            feed(each, event(number), partition=number % 2)
        rows += work.take_rows()
        work = restarted(work)
    rows_at_once = expected.take_rows()
    for output in ("a", "b"):
        assert [row for row in rows if row.output == output] == [row for row in rows_at_once if row.output == output]
    assert finish(work) == finish(expected)
    assert work.counts == expected.counts


def test_watermarks_survive():
    work = running(QUERY, policy(late=5), partitions=(0, 3))
    work.caught_up("events", 3, at("10:00:05"))
    again = restarted(work)
    assert {partition: mark.mark for partition, mark in again.inputs["events"].watermarks.items()} == {
        0: 0,
        3: at("10:00"),
    }
