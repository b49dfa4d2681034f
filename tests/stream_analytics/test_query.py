"""The project's query: its golden tests, and the same rule in the domain."""

from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fraud.suspicion import is_suspicious
from local_azure.stream_analytics.engine.query import RunningQuery
from local_azure.stream_analytics.engine.times import parse_instant
from local_azure.stream_analytics.job.golden import run_tests
from local_azure.stream_analytics.job.project import load_project

FOLDER = Path(__file__).parents[2] / "stream_analytics"
PROJECT = load_project(FOLDER / "asaproj.json")


def test_the_golden_tests_pass(tmp_path: Path):
    summary = run_tests(PROJECT, FOLDER / "test" / "testConfig.json", tmp_path)
    assert [result.name for result in summary.results if result.status] == []
    assert summary.total == 4


VALUES: list[Any] = [None, True, False, 0, 1, 1.0, 50, 50.5, 51, 75, "1", "sale_event", "inventory_event", [], {}]
values = st.sampled_from(VALUES)


@given(
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(("discount", "priority_shipping", "event_type"), values)))
)
def test_the_query_and_the_domain_flag_the_same_events(events: list[dict[str, Any]]):
    query = RunningQuery(PROJECT.query)
    query.add_partition("events", 0)
    arrival = parse_instant("2026-03-05T10:00:01Z")
    assert arrival is not None
    bodies = [msgspec.json.encode({"id": number, **event}) for number, event in enumerate(events)]
    query.feed("events", 0, bodies, [arrival] * len(bodies))
    query.caught_up("events", 0, 2 * arrival)
    flagged = [row.row["ids"] for row in query.take_rows() if row.output == "suspicious-events"]
    right = [
        number
        for number, event in enumerate(events)
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping"))
    ]
    assert flagged == ([right] if right else [])


def test_message_ids_differ_where_stores_differ():
    query = RunningQuery(PROJECT.query)
    query.add_partition("events", 0)
    arrival = parse_instant("2026-03-05T10:00:01Z")
    assert arrival is not None
    suspicious = {"id": "a", "discount": 60, "priority_shipping": True, "event_type": "sale_event"}
    stores: list[Any] = [3, "3", None, "", "none", -3, "x" * 1_000]
    query.feed("events", 0, [msgspec.json.encode({**suspicious, "store_id": store}) for store in stores], [arrival] * 7)
    query.caught_up("events", 0, 2 * arrival)
    ids = [row.row["message_id"] for row in query.take_rows() if row.output == "suspicious-windows"]
    assert len(set(ids)) == len(stores)
    assert all(len(message_id) <= 128 for message_id in ids)
