"""Rows that no SELECT can want are left out while they are decoded, and nothing else changes by that."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stream_analytics.engine.test_hostile_bodies import BAD, json_values
from tests.stream_analytics.running import at, feed, finish, running

CONDITIONS = [
    "a > 5",
    "a > 5 AND b = 'x' AND c = 1",
    "NOT (a >= 0 OR b LIKE 'x%')",
    "a IS NULL OR b <> c",
    "a.b.c = 1 OR a < '2026-03-05T10:00:00Z'",
    "a BETWEEN 1 AND 5 AND b IN ('x', 'y')",
]
FIVE_MINUTES = "PARTITION BY PartitionId LIMIT DURATION(minute, 5)"
HANDY = st.sampled_from([None, True, False, 0, 1, 6, 5.5, "x", "xy", "2026-03-05T09:00:00Z", {"b": {"c": 1}}])
events = st.dictionaries(st.sampled_from(["a", "b", "c", "id"]), HANDY | json_values)
bodies = st.one_of(
    events.map(lambda event: json.dumps(event).encode()),
    st.lists(events, max_size=3).map(lambda batch: json.dumps(batch).encode()),
    st.sampled_from([body for body in BAD if len(body) < 1_000]),
)


@given(st.sampled_from(CONDITIONS), st.lists(bodies, max_size=8))
def test_rows_and_errors_are_those_of_a_step_that_gets_all_rows(condition: str, sent: list[bytes]):
    sieved = running(f"SELECT id, a INTO out FROM events WHERE {condition}")
    whole = running(f"WITH s AS (SELECT id, a, b, c FROM events) SELECT id, a INTO out FROM s WHERE {condition}")
    for work in (sieved, whole):
        feed(work, *(("10:01", body) for body in sent))

    assert finish(sieved) == finish(whole)
    assert sieved.counts.input_errors == whole.counts.input_errors
    assert sieved.counts.events == whole.counts.events


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("SELECT id INTO out FROM events WHERE n > 5", [6, 9]),
        ("SELECT id INTO x FROM events WHERE n > 8 SELECT id INTO y FROM events WHERE n = 1", [1, 9]),
        ("SELECT id INTO x FROM events WHERE n > 8 SELECT id INTO y FROM events", [1, 6, 9]),
        (f"SELECT SUM(n) OVER ({FIVE_MINUTES}) AS s INTO out FROM events WHERE n > 8", [1, 6, 9]),
        ("SELECT id INTO out FROM events WHERE n + 1 > 8", [1, 6, 9]),
        ("SELECT id INTO out FROM events WHERE n > 8 AND PartitionId = 0", [1, 6, 9]),
    ],
)
def test_what_a_step_may_want_is_not_left_out(query: str, left: list[int]):
    work = running(query)
    source = work.inputs["events"]
    sent: list[dict[str, Any]] = [{"id": number, "n": number} for number in (1, 6, 9)]

    batch, errors = source.read(0, [json.dumps(event).encode() for event in sent], [at("10:01")] * 3, work.counts.times)

    assert [json.loads(body)["n"] for body in batch.bodies] == left
    assert len(batch.rows) == len(batch.times) == len(left)
    assert errors == []


def test_a_malformed_body_beside_rows_that_are_left_out_is_told():
    work = running("SELECT id INTO out FROM events WHERE n > 5")
    feed(work, ("10:01", {"id": 1, "n": 1}), ("10:01", b'{"id": 2, "n": 1'), ("10:01", {"id": 3, "n": 6}))

    assert finish(work)["out"] == [{"id": 3}]
    assert [problem.place for problem in work.take_problems()] == [1]
