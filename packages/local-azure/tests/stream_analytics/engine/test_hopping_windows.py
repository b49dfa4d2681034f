"""Hopping windows: an event falls into each window that spans it."""

from tests.stream_analytics.running import rows_of

QUERY = """
    SELECT System.Timestamp() AS ends, COUNT(*) AS n INTO out FROM events GROUP BY HoppingWindow(second, 10, 5)
"""


def test_an_event_is_counted_in_every_window_that_spans_it():
    rows = rows_of(QUERY, ("10:00:12", {}))
    assert [(row["ends"][11:19], row["n"]) for row in rows] == [("10:00:15", 1), ("10:00:20", 1)]


def test_an_event_on_a_boundary_belongs_to_the_window_that_ends_there_and_not_to_the_one_that_starts():
    rows = rows_of(QUERY, ("10:00:10", {}))
    assert [(row["ends"][11:19], row["n"]) for row in rows] == [("10:00:10", 1), ("10:00:15", 1)]


def test_a_hop_of_the_whole_size_is_a_tumbling_window():
    events = [(f"10:00:{second:02d}", {"id": second}) for second in range(30)]
    hopping = QUERY.replace("HoppingWindow(second, 10, 5)", "HoppingWindow(second, 10, 10)")
    tumbling = QUERY.replace("HoppingWindow(second, 10, 5)", "TumblingWindow(second, 10)")
    assert rows_of(hopping, *events) == rows_of(tumbling, *events)
