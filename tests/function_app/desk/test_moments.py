"""Events over time, with the suspicious ones marked."""

from datetime import timedelta
from typing import Any

from fraud.desk.rows import EventRow
from function_app.desk.pictures.moments import history_of, timeline_of
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.function_app.desk.test_ring import verdict


def row(number: int, *, flagged: bool = False, **event: Any) -> EventRow:
    arrived = WINDOW.start + timedelta(seconds=10 * number)
    return EventRow(id=f"row-{number}", arrived=arrived, flagged=flagged, event=event)


def test_a_window_shows_its_verdicts_on_the_line_of_their_customer_and_what_else_arrived():
    others = [row(1, cust_id=5), row(2, cust_id=6), row(3, cust_id=6, flagged=True)]
    judged = verdict(cust_id=5)
    timeline = timeline_of([judged], WINDOW.start, WINDOW.end, others, {judged.event_id: WINDOW.start})

    lines = {line.y: line.label for line in timeline.rows}
    assert sorted((lines[dot.y], dot.kind) for dot in timeline.dots) == [
        ("customer 5", "high"),
        ("customer 5", "plain"),
        ("other customers", "flagged"),
        ("other customers", "plain"),
    ]
    assert [dot.kind == "plain" for dot in timeline.dots] == [True, True, False, False]


def test_a_judged_event_is_drawn_once():
    judged = verdict(cust_id=5)
    rows = [row(1, cust_id=5), EventRow(id=judged.event_id, arrived=WINDOW.end, flagged=True, event={})]
    timeline = timeline_of([judged], WINDOW.start, WINDOW.end, rows[:1], {judged.event_id: WINDOW.start})
    again = timeline_of([judged], WINDOW.start, WINDOW.end, rows[1:])

    assert (len(timeline.dots), len(again.dots)) == (2, 1)


def test_a_verdict_stands_where_its_content_arrived_and_not_at_the_time_that_its_producer_wrote():
    judged = verdict(cust_id=5, ts=(WINDOW.start - timedelta(minutes=9)).isoformat())
    half = WINDOW.start + (WINDOW.end - WINDOW.start) / 2
    rows = [
        EventRow(id=judged.event_id, arrived=WINDOW.start, flagged=True, event={"cust_id": 6}),
        EventRow(id=judged.event_id, arrived=half, flagged=True, event=judged.event or {}),
    ]
    timeline = timeline_of([judged], WINDOW.start, WINDOW.end, rows)

    assert [dot.x for dot in timeline.dots] == [50]
    assert timeline.start.endswith(f"{WINDOW.start:%H:%M:%S}")
    assert f"arrived {half:%H:%M:%S}" in timeline.dots[0].title


def test_a_verdict_whose_arrival_nobody_knows_is_not_drawn_and_counted():
    timeline = timeline_of([verdict(cust_id=5), verdict(cust_id=6)], WINDOW.start, WINDOW.end, [row(1, cust_id=5)])

    assert ([dot.kind for dot in timeline.dots], timeline.unplaced) == (["plain"], 2)


def test_the_worst_band_lies_on_top():
    verdicts = [verdict("high", n=1), verdict("low", n=2), verdict("medium", n=3), verdict("unresolved", n=4)]
    arrivals = {each.event_id: WINDOW.start for each in verdicts}
    timeline = timeline_of(verdicts, WINDOW.start, WINDOW.end, [row(1)], arrivals)

    assert [dot.kind for dot in timeline.dots] == ["plain", "unresolved", "low", "medium", "high"]


def test_a_history_has_a_line_for_each_store_and_reaches_from_the_first_to_the_last():
    history = history_of([row(0, store_id=1), row(9, store_id=2, flagged=True)], by="store")

    assert [line.label for line in history.rows] == ["store 2", "store 1"]
    assert [dot.x for dot in history.dots] == [0, 100]


def test_events_of_one_moment_can_be_drawn():
    history = history_of([row(1, cust_id=1), row(1, cust_id=2)], by="customer")

    assert {dot.x for dot in history.dots} == {0}
