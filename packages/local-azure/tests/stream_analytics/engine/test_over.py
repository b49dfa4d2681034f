"""Aggregates with OVER: of an event and of those that came before it."""

import random

import pytest

from local_azure.stream_analytics.engine.state import restore, snapshot
from tests.stream_analytics.running import feed, finish, rows_of, running, taken

SUMS = """
    SELECT id, SUM(v) OVER (PARTITION BY k, PartitionId LIMIT DURATION(minute, 5)) AS total
    INTO out FROM events
"""


def event(name: str, k: object = 1, v: object = 1) -> dict[str, object]:
    return {"id": name, "k": k, "v": v}


def test_a_sum_takes_an_event_and_those_of_its_key_that_are_less_than_the_duration_older():
    events = [("10:00", 1), ("10:00", 2), ("10:04", 4), ("10:05", 8), ("10:09", 16), ("10:30", 32)]
    rows = rows_of(SUMS, *((time, event(time, v=v)) for time, v in events))
    assert [row["total"] for row in rows] == [1, 3, 7, 12, 24, 32]


def test_each_key_and_each_partition_is_counted_by_itself():
    work = running(SUMS, partitions=(0, 1))
    feed(work, ("10:00", event("a")), ("10:01", event("b", k=2)), ("10:02", event("c")))
    feed(work, ("10:00", event("d")), partition=1)
    assert {row["id"]: row["total"] for row in finish(work)["out"]} == {"a": 1, "b": 1, "c": 2, "d": 1}


def test_events_of_one_time_are_taken_in_the_order_of_their_arrival():
    """As the pages of LAG and ISFIRST say; that of OVER is silent."""
    rows = rows_of(SUMS, *(("10:00", event(str(number))) for number in range(4)))
    assert [row["total"] for row in rows] == [1, 2, 3, 4]


def test_where_does_not_narrow_what_is_counted_and_when_does():
    query = """
        SELECT id,
            COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(hour, 1)) AS n,
            COUNT(w) OVER (PARTITION BY PartitionId LIMIT DURATION(hour, 1)) AS w,
            SUM(v) OVER (PARTITION BY PartitionId LIMIT DURATION(hour, 1) WHEN v > 5) AS large
        INTO out FROM events WHERE v <> 7
    """
    rows = rows_of(query, *(("10:00", {"id": v, "v": v, "w": None}) for v in (1, 7, 9, 2)))
    assert rows == [
        {"id": 1, "n": 1, "w": 0, "large": None},
        {"id": 9, "n": 3, "w": 0, "large": 16},
        {"id": 2, "n": 4, "w": 0, "large": 16},
    ]


def test_it_may_stand_in_a_condition_and_in_arithmetic():
    query = """
        SELECT id, COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(minute, 5)) / 2 AS part
        INTO out FROM events WHERE COUNT(*) OVER (PARTITION BY PartitionId LIMIT DURATION(minute, 5)) > 1
    """
    assert rows_of(query, *(("10:00", {"id": n}) for n in range(4))) == [
        {"id": 1, "part": 1},
        {"id": 2, "part": 1},
        {"id": 3, "part": 2},
    ]


@pytest.mark.parametrize("bad", [{"v": "text"}, {"v": []}, {"k": {}}, {"k": []}])
def test_a_value_that_cannot_be_summed_leaves_out_its_event_alone(bad: dict[str, object]):
    work = running(SUMS)
    feed(work, ("10:00", event("a")), ("10:00", event("b") | bad), ("10:00", event("c")))
    assert [(row["id"], row["total"]) for row in finish(work)["out"]] == [("a", 1), ("c", 2)]
    assert work.counts.conversion_errors == 1


@pytest.mark.parametrize(("large", "small"), [(2**62, 1), (1e308, 1.0)])
def test_a_value_that_takes_a_sum_out_of_range_leaves_out_its_event_alone(large: float, small: float):
    work = running(SUMS)
    values = [("10:00", large), ("10:00", large), ("10:01", large), ("10:02", small), ("10:05", small)]
    feed(work, *((time, event(time, v=value)) for time, value in values))
    assert [row["total"] for row in finish(work)["out"]] == [large, large + small, small * 2]
    assert work.counts.conversion_errors == 2


def test_rounding_does_not_pile_up():
    rows = rows_of(SUMS, ("10:00", event("a", v=1e16)), ("10:01", event("b", v=0.1)), ("10:05", event("c", v=0.2)))
    assert rows[-1]["total"] == pytest.approx(0.3)


def test_the_sums_are_those_of_a_plain_count_whatever_the_batches_and_though_it_is_killed():
    draw = random.Random(5)
    minutes = sorted(draw.randrange(40) for _ in range(200))
    events = [(f"10:{minute:02}", event(str(place), k=draw.randrange(3))) for place, minute in enumerate(minutes)]
    expected = [
        sum(
            1
            for minute, (_, other) in zip(minutes[: place + 1], events, strict=False)
            if other["k"] == latest["k"] and minutes[place] - minute < 5
        )
        for place, (_, latest) in enumerate(events)
    ]
    work = running(SUMS)
    totals: list[int] = []
    while events:
        count = draw.randrange(1, 20)
        feed(work, *events[:count])
        del events[:count]
        totals += [row["total"] for row in taken(work).get("out", [])]
        state = snapshot(work)
        work = running(SUMS)
        restore(work, state)
    assert totals == expected


def test_a_group_that_nothing_can_add_to_is_forgotten():
    work = running(SUMS)
    for minute in range(0, 50, 10):
        feed(work, *((f"10:{minute:02}", event("a", k=minute + key)) for key in range(10)))
        taken(work)
    (history,) = work.steps()[0].histories
    assert len(history.state()) <= 20
