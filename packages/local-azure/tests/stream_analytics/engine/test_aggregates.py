"""Aggregates and HAVING."""

from typing import Any

from tests.stream_analytics.running import feed, finish, rows_of, running

BY_KEY = "GROUP BY k, TumblingWindow(minute, 5)"


def aggregated(values: list[Any], aggregate: str) -> Any:
    events = [("10:01", {"k": 1, "v": value}) for value in values]
    (row,) = rows_of(f"SELECT {aggregate} AS a INTO out FROM events {BY_KEY}", *events)
    return row["a"]


def test_count_of_rows_counts_nulls_and_count_of_a_column_does_not():
    assert aggregated([1, None, 3], "COUNT(*)") == 3
    assert aggregated([1, None, 3], "COUNT(v)") == 2


def test_sum_average_minimum_and_maximum_skip_nulls():
    assert aggregated([1, None, 4.5], "SUM(v)") == 5.5
    assert aggregated([1, None, 4], "AVG(v)") == 2.5
    assert aggregated([3, None, 1, 2], "MIN(v)") == 1
    assert aggregated([3, None, 5, 2], "MAX(v)") == 5
    assert aggregated(["b", "a", "c"], "MAX(v)") == "c"


def test_aggregates_of_nothing_but_nulls_are_null():
    for aggregate in ("SUM(v)", "AVG(v)", "MIN(v)", "MAX(v)"):
        assert aggregated([None, None], aggregate) is None


def test_whole_numbers_sum_to_a_whole_number():
    assert type(aggregated([1, 2], "SUM(v)")) is int


def test_the_order_of_events_does_not_decide_the_minimum_of_mixed_types():
    assert aggregated(["a", 5, True], "MIN(v)") == aggregated([True, "a", 5], "MIN(v)") is True
    assert aggregated(["a", 5], "MAX(v)") == aggregated([5, "a"], "MAX(v)") == "a"


def test_collect_keeps_values_as_they_are_and_collect_of_nothing_keeps_whole_events():
    assert aggregated([1, "a", None, [1], {"b": 2}], "COLLECT(v)") == [1, "a", None, [1], {"b": 2}]
    assert aggregated([5, 6], "COLLECT()") == [{"k": 1, "v": 5}, {"k": 1, "v": 6}]


def test_aggregates_stand_in_expressions():
    assert aggregated([1, 2, 3], "SUM(v) / COUNT(*) + MAX(v) * k") == 5


def test_having_filters_groups():
    events = [("10:01", {"k": key, "v": 1}) for key in "aab"]
    query = f"SELECT k, COUNT(*) AS n INTO out FROM events {BY_KEY} HAVING COUNT(*) > 1 AND k LIKE 'a%'"
    assert rows_of(query, *events) == [{"k": "a", "n": 2}]


def test_a_value_that_an_aggregate_cannot_take_keeps_its_event_out_of_all_aggregates():
    work = running(f"SELECT COUNT(*) AS n, SUM(v) AS s INTO out FROM events {BY_KEY}")
    feed(work, *(("10:01", {"k": 1, "v": value}) for value in (1, "two", [3], 4)))
    assert finish(work)["out"] == [{"n": 2, "s": 5}]
    assert work.counts.conversion_errors == 2


def test_a_sum_beyond_a_bigint_gives_no_row_and_says_so():
    work = running(f"SELECT k, SUM(v) AS s INTO out FROM events {BY_KEY}")
    feed(work, *(("10:01", {"k": key, "v": 2**62}) for key in (1, 1, 2)))
    assert finish(work)["out"] == [{"k": 2, "s": 2**62}]
    assert "beyond the range" in work.take_problems()[0].reason


def test_an_average_of_a_sum_beyond_a_float_gives_no_row_and_says_so():
    work = running(f"SELECT k, AVG(v) AS a INTO out FROM events {BY_KEY}")
    feed(work, *(("10:01", {"k": key, "v": 1e308}) for key in (1, 1, 2)))
    assert finish(work)["out"] == [{"k": 2, "a": 1e308}]
    assert "beyond the range" in work.take_problems()[0].reason


def test_several_keys_and_a_computed_key():
    query = "SELECT k, LEN(v) AS l, COUNT(*) AS n INTO out FROM events GROUP BY k, LEN(v), TumblingWindow(minute, 5)"
    events = [("10:01", {"k": 1, "v": text}) for text in ("a", "b", "cc")]
    assert rows_of(query, *events) == [{"k": 1, "l": 1, "n": 2}, {"k": 1, "l": 2, "n": 1}]


def test_having_takes_a_name_of_the_select():
    """As Microsoft's "Common query patterns" do; inside an aggregate the name is a column of the events."""
    query = f"SELECT k, COUNT(*) AS n, MAX(n) AS k2 INTO out FROM events {BY_KEY} HAVING n > 1 AND MAX(n) < 9"
    work = running(query)
    feed(
        work,
        *(("10:01", {"k": key, "n": number}) for key, number in (("a", 1), ("a", 2), ("b", 1), ("c", 9), ("c", 9))),
    )
    assert finish(work)["out"] == [{"k": "a", "n": 2, "k2": 2}]
