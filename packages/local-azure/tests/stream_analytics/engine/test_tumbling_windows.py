"""Tumbling windows: (start, end], aligned to zero hour, NULL keys."""

from typing import Any

import pytest

from tests.stream_analytics.running import at, feed, finish, rows_of, running, taken

COUNT = "SELECT COUNT(*) AS n, System.Timestamp() AS ends INTO out FROM events GROUP BY TumblingWindow(minute, 5)"
COLLECT = "SELECT a, COLLECT(id) AS ids INTO out FROM events GROUP BY a, TumblingWindow(minute, 5)"


def ends(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(row["ends"][11:16], row["n"]) for row in rows]


def test_an_event_on_the_window_end_belongs_to_the_window_that_ends_there():
    events = [(time, b"{}") for time in ("10:05", "10:05:00.0000001", "10:10", "10:10:00.0000001")]
    assert ends(rows_of(COUNT, *events)) == [("10:05", 1), ("10:10", 2), ("10:15", 1)]


def test_a_window_stays_open_while_the_watermark_equals_its_end():
    work = running(COUNT)
    feed(work, ("10:01", {}))
    work.caught_up("events", 0, at("10:05"))
    assert taken(work) == {}
    feed(work, ("10:05", {}))
    work.caught_up("events", 0, at("10:05:00.0000001"))
    assert ends(taken(work)["out"]) == [("10:05", 2)]


def test_output_waits_for_the_slowest_partition():
    work = running(COUNT, partitions=(0, 1))
    feed(work, ("10:01", {}), ("10:06", {}), partition=0)
    assert taken(work) == {}
    feed(work, ("10:07", {}), partition=1)
    assert ends(taken(work)["out"]) == [("10:05", 1)]


def test_windows_without_events_give_no_rows():
    assert ends(rows_of(COUNT, ("10:01", {}), ("12:01", {}))) == [("10:05", 1), ("12:05", 1)]


def test_null_and_missing_keys_form_one_group():
    events = [("10:01", {"id": 1}), ("10:02", {"id": 2, "a": None}), ("10:03", {"id": 3, "a": "x"})]
    assert rows_of(COLLECT, *events) == [{"a": None, "ids": [1, 2]}, {"a": "x", "ids": [3]}]


def test_an_offset_moves_the_windows():
    query = COUNT.replace("TumblingWindow(minute, 5)", "TumblingWindow(minute, 5, 2)")
    assert ends(rows_of(query, ("10:02", {}), ("10:02:01", {}))) == [("10:02", 1), ("10:07", 1)]


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_collect_does_not_depend_on_how_partitions_are_interleaved(batches: int):
    events = {partition: [(f"10:0{n}", {"a": 1, "id": f"{partition}-{n}"}) for n in range(5)] for partition in (0, 1)}
    forward, backward = running(COLLECT, partitions=(0, 1)), running(COLLECT, partitions=(0, 1))
    for start in range(0, 5, batches):
        for partition in (0, 1):
            feed(forward, *events[partition][start : start + batches], partition=partition)
    for partition in (1, 0):
        feed(backward, *events[partition], partition=partition)
    expected = [f"{partition}-{n}" for n in range(1, 5) for partition in (0, 1)]
    assert finish(forward)["out"][1] == finish(backward)["out"][1] == {"a": 1, "ids": expected}


def test_a_record_or_an_array_as_key_keeps_its_event_out():
    work = running(COLLECT)
    feed(work, ("10:01", {"id": 1, "a": {"b": 1}}), ("10:01", {"id": 2, "a": [1]}), ("10:01", {"id": 3, "a": 1}))
    assert finish(work)["out"] == [{"a": 1, "ids": [3]}]
    assert work.counts.conversion_errors == 2


def test_an_arrival_before_the_watermark_counts_as_arriving_now():
    work = running(COUNT)
    feed(work, ("10:01", {}))
    work.caught_up("events", 0, at("10:06"))
    assert ends(taken(work)["out"]) == [("10:05", 1)]
    feed(work, ("10:02", {}), ("10:07", {}))
    assert ends(finish(work)["out"]) == [("10:10", 2)]
    assert work.counts.times.late == 1
