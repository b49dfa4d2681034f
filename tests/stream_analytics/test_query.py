"""The project's query: its golden tests, and the same rule in the domain."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fraud.suspicion import is_suspicious
from local_azure.testing import Arrival, StreamQuery

FOLDER = Path(__file__).parents[2] / "stream_analytics"
QUERY = StreamQuery(FOLDER / "asaproj.json")
ARRIVAL = datetime(2026, 3, 5, 10, 0, 1, tzinfo=UTC)


def test_the_golden_tests_pass(tmp_path: Path):
    assert QUERY.failed_golden_tests(FOLDER / "test" / "testConfig.json", tmp_path, of=4) == []


VALUES: list[Any] = [None, True, False, 0, 1, 1.0, 50, 50.5, 51, 75, "1", "sale_event", "inventory_event", [], {}]
values = st.sampled_from(VALUES)


@given(
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(("discount", "priority_shipping", "event_type"), values)))
)
def test_the_query_and_the_domain_flag_the_same_events(events: list[dict[str, Any]]):
    bodies = [msgspec.json.encode({"id": number, **event}) for number, event in enumerate(events)]
    result = QUERY.run(Arrival(ARRIVAL, body) for body in bodies)
    flagged = [row["ids"] for row in result.rows_of("suspicious-events")]
    right = [
        number
        for number, event in enumerate(events)
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping"))
    ]
    assert flagged == ([right] if right else [])


def test_message_ids_differ_where_stores_differ():
    suspicious = {"id": "a", "discount": 60, "priority_shipping": True, "event_type": "sale_event"}
    stores: list[Any] = [3, "3", None, "", "none", -3, "x" * 1_000]
    bodies = [msgspec.json.encode({**suspicious, "store_id": store}) for store in stores]
    result = QUERY.run(Arrival(ARRIVAL, body) for body in bodies)
    ids = [row["message_id"] for row in result.rows_of("suspicious-windows")]
    assert len(set(ids)) == len(stores)
    assert all(len(message_id) <= 128 for message_id in ids)
