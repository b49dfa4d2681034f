"""Steps of WITH, and several outputs."""

from tests.stream_analytics.running import feed, finish, rows_of, running


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


def test_windows_of_windows():
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
