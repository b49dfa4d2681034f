"""The worked examples of Microsoft's documentation on event time."""

from typing import Any

import pytest

from local_azure.stream_analytics.engine.query import RunningQuery
from tests.stream_analytics.running import feed, finish, policy, running, taken

QUERY = "SELECT id, System.Timestamp() AS t INTO out FROM events TIMESTAMP BY ts"


def times(work: RunningQuery, events: list[tuple[str, str]]) -> list[str | None]:
    """System.Timestamp of each event (its own time, its arrival), None where it was dropped."""
    for number, (own, arrival) in enumerate(events):
        feed(work, (arrival, {"id": number, "ts": f"2026-03-05T{own}Z"}))
    given: dict[Any, str] = {row["id"]: row["t"][11:19] for row in taken(work).get("out", [])}
    return [given.get(number) for number in range(len(events))]


def test_events_are_ordered_as_the_documentation_shows():
    """`event-ordering.md`, rows 1 to 4. Row 5 of its table contradicts its own definition of the tolerance."""
    events = [("00:10:00", "00:10:40"), ("00:10:30", "00:10:41"), ("00:10:42", "00:10:42"), ("00:10:38", "00:10:43")]
    work = running(QUERY, policy(late=15, out_of_order=8))
    assert times(work, events) == ["00:10:25", "00:10:30", "00:10:42", "00:10:38"]


TWELVE = [
    ("12:07", "12:07"),
    ("12:08", "12:08"),
    ("12:17", "12:11"),
    ("12:08", "12:13"),
    ("12:19", "12:16"),
    ("12:12", "12:17"),
    ("12:17", "12:18"),
    ("12:20", "12:19"),
    ("12:16", "12:21"),
    ("12:23", "12:22"),
    ("12:22", "12:24"),
    ("12:21", "12:27"),
]


def test_watermarks_of_the_illustrated_example():
    """`stream-analytics-time-handling.md`: 5 minutes early and late, 2 minutes out of order."""
    work = running(QUERY, policy(late=300, out_of_order=120))
    events = [(f"{own}:00", f"{arrival}:00") for own, arrival in TWELVE]
    assert times(work, events) == [
        "12:07:00",
        "12:08:00",
        None,
        "12:08:00",
        "12:19:00",
        "12:17:00",
        "12:17:00",
        "12:20:00",
        "12:18:00",
        "12:23:00",
        "12:22:00",
        "12:22:00",
    ]
    counts = work.counts.times
    assert (counts.early, counts.late, counts.out_of_order) == (1, 1, 2)


def test_the_policy_drop_leaves_out_what_adjust_would_move():
    work = running(QUERY, policy(late=300, out_of_order=120, drop=True))
    events = [(f"{own}:00", f"{arrival}:00") for own, arrival in TWELVE]
    given = times(work, events)
    assert [number for number, time in enumerate(given, start=1) if time is None] == [3, 6, 9, 12]


@pytest.mark.parametrize(("own", "kept"), [("10:05:00", True), ("10:05:00.0000001", False)])
def test_an_event_exactly_five_minutes_early_is_kept_and_one_earlier_is_dropped(own: str, *, kept: bool):
    work = running(QUERY, policy())
    assert (times(work, [(own, "10:00:00")]) != [None]) is kept


@pytest.mark.parametrize(("own", "time"), [("09:59:55", "09:59:55"), ("09:59:54.9999999", "09:59:55")])
def test_an_event_exactly_as_late_as_tolerated_keeps_its_time(own: str, time: str):
    work = running(QUERY, policy(late=5))
    assert times(work, [(own, "10:00:00")]) == [time]
    assert work.counts.times.late == (own != "09:59:55")


def test_only_the_timestamp_is_adjusted_never_the_field():
    work = running("SELECT ts, System.Timestamp() AS t INTO out FROM events TIMESTAMP BY ts", policy(late=5))
    feed(work, ("10:00", {"ts": "2026-03-05T09:00:00Z"}))
    assert taken(work)["out"] == [{"ts": "2026-03-05T09:00:00Z", "t": "2026-03-05T09:59:55.0000000Z"}]


def test_an_event_whose_time_is_none_is_left_out_and_counted():
    work = running(QUERY, policy())
    feed(work, *(("10:00", {"id": 1, "ts": ts}) for ts in (None, "soon", 5, [5], True)))
    assert taken(work) == {}
    assert work.counts.times.without_time == 5


@pytest.mark.parametrize("expression", ["CAST(ts AS datetime)", "DATEADD(minute, 0, ts)"])
def test_an_event_whose_time_cannot_be_converted_is_left_out_alone(expression: str):
    """InputEventTimestampNotFound, a data error: the job goes on."""
    work = running(QUERY.replace("BY ts", f"BY {expression}"), policy())
    feed(work, *(("10:00", {"id": ts, "ts": ts}) for ts in ("2026-03-05T10:00:00Z", "soon", 5, "2026-03-05T10:00:01Z")))
    feed(work, ("10:00", {"id": 1, "ts": "later"}))
    assert [row["t"][11:19] for row in taken(work)["out"]] == ["10:00:00", "10:00:01"]
    assert work.counts.times.without_time == 3


def test_arrival_time_ignores_the_tolerances():
    """ "Azure Stream Analytics simply disregards the configurations" without TIMESTAMP BY."""
    for query in (QUERY.replace(" TIMESTAMP BY ts", ""), QUERY.replace("BY ts", "BY EventEnqueuedUtcTime")):
        work = running(query, policy(late=1, out_of_order=0, drop=True))
        assert times(work, [("00:00:00", "10:00:00"), ("23:00:00", "10:00:01")]) == ["10:00:00", "10:00:01"]


def test_an_event_out_of_order_on_the_start_of_a_later_window_falls_into_the_earlier_one():
    query = "SELECT COLLECT(id) AS ids INTO out FROM events TIMESTAMP BY ts GROUP BY TumblingWindow(minute, 5)"
    work = running(query, policy(late=600, out_of_order=120))
    own = ["10:06:00", "10:05:00", "10:06:01"]
    feed(work, *(("10:07", {"id": time, "ts": f"2026-03-05T{time}Z"}) for time in own))
    assert [row["ids"] for row in finish(work)["out"]] == [["10:05:00"], ["10:06:00", "10:06:01"]]
