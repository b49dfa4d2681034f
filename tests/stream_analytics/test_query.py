"""The project's query: its golden tests, and the same rule in the domain."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraud.events import is_event_id
from fraud.suspicion import is_suspicious, store_of
from fraud.verdicts import verdicts_path
from fraud.windows import parse_windows
from local_azure.testing import Arrival, StreamQuery

FOLDER = Path(__file__).parents[2] / "stream_analytics"
QUERY = StreamQuery(FOLDER / "asaproj.json")
ARRIVAL = datetime(2026, 3, 5, 10, 0, 1, tzinfo=UTC)


def test_the_golden_tests_pass(tmp_path: Path):
    assert QUERY.failed_golden_tests(FOLDER / "test" / "testConfig.json", tmp_path, of=6) == []


VALUES: list[Any] = [None, True, False, 0, 1, 1.0, 50, 50.5, 51, 75, "1", "sale_event", "inventory_event", [], {}]
fields = {
    "discount": st.sampled_from([60, 51, *VALUES]),
    "priority_shipping": st.sampled_from([True, 1, *VALUES]),
    "event_type": st.sampled_from(["sale_event", "sale_event", *VALUES]),
}


@given(st.lists(st.fixed_dictionaries({}, optional=fields), max_size=30))
@example([{"discount": 51, "priority_shipping": True, "event_type": "sale_event"}])
def test_the_query_and_the_domain_flag_the_same_events(events: list[dict[str, Any]]):
    bodies = [msgspec.json.encode({"id": f"event-{place:02}", **event}) for place, event in enumerate(events)]
    result = QUERY.run(Arrival(ARRIVAL, body) for body in bodies)
    flagged = [row["ids"] for row in result.rows_of("suspicious-events")]
    right = [
        f"event-{place:02}"
        for place, event in enumerate(events)
        if is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping"))
    ]
    assert flagged == ([right] if right else [])


SUSPICIOUS = {"id": "a", "discount": 60, "priority_shipping": True, "event_type": "sale_event"}
STORES: list[Any] = [
    *(
        None,
        0,
        7,
        -3,
        7.0,
        7.5,
        True,
        False,
        2**53 - 1,
        2**53,
        -(2**53),
        2**63 - 1,
        1e300,
        -0.0,
        [],
        [7],
        {},
        {"id": 7},
    ),
    *("7", "-3", "+7", " 7 ", "07", "7.0", "7e0", "", " ", "Rome", "\u0667", "0x7", "9" * 19, "9" * 20, "x" * 300_000),
]


def sale(store: Any, number: int) -> bytes:
    """A suspicious sale with an id of 255 characters: 155 of them fill a row."""
    return msgspec.json.encode({**SUSPICIOUS, "store_id": store, "id": f"{number:03}" + "x" * 252})


@pytest.mark.parametrize("store", STORES, ids=lambda store: repr(store)[:20])
def test_the_query_and_the_domain_know_the_same_store(store: Any):
    result = QUERY.run([Arrival(ARRIVAL, msgspec.json.encode({**SUSPICIOUS, "store_id": store}))])
    (row,) = result.rows_of("suspicious-windows")
    assert (row["store_id"], type(row["store_id"])) == (store_of(store), type(store_of(store)))
    assert len(row["message_id"]) <= 128


@given(st.text(max_size=300) | st.integers() | st.none() | st.sampled_from(["x" * 255, "x" * 256, "x" + " " * 255]))
@example("\U0001f600" * 127)
@example("\U0001f600" * 128)
def test_the_query_names_an_id_of_every_event_that_the_archive_takes(event_id: Any):
    body = msgspec.json.encode({**SUSPICIOUS, "id": event_id if not isinstance(event_id, int) else event_id % 2**63})
    named = [
        event_id for row in QUERY.run([Arrival(ARRIVAL, body)]).rows_of("suspicious-windows") for event_id in row["ids"]
    ]
    assert named in ([], [event_id])
    assert named or not (isinstance(event_id, str) and is_event_id(event_id))


def test_message_ids_differ_where_rows_differ():
    stores = [None, 3, -3, 2**53 - 1, -(2**53 - 1)]
    arrivals = [
        Arrival(ARRIVAL, sale(store, number), partition)
        for store in stores
        for partition in (0, 23)
        for number in range(200)
    ]
    result = QUERY.run(arrivals, partitions=24)
    ids = [row["message_id"] for row in result.rows_of("suspicious-windows")]
    assert len(set(ids)) == len(ids) == len(stores) * 2 * 2
    assert all(len(message_id) <= 128 for message_id in ids)


def test_a_window_that_is_computed_again_is_cut_alike():
    bodies = [
        msgspec.json.encode({**SUSPICIOUS, "store_id": 1, "id": f"{number:03}" + "x" * 252}) for number in range(500)
    ]
    first, second = (QUERY.run(Arrival(ARRIVAL, body) for body in bodies).rows for _ in range(2))
    assert [row.json for row in first] == [row.json for row in second]


def test_each_row_of_a_store_and_window_is_analysed_under_a_name_of_its_own():
    bodies = [
        msgspec.json.encode({**SUSPICIOUS, "store_id": 1, "id": f"{number:03}" + "x" * 252}) for number in range(500)
    ]
    result = QUERY.run(Arrival(ARRIVAL, body) for body in bodies)
    messages = [parse_windows(row.json) for row in result.rows if row.output == "suspicious-windows"]
    windows = [window for message in messages for window in message.windows]

    assert [message.problems for message in messages] == [()] * 4
    assert len({(window.store_id, window.window) for window in windows}) == 1
    assert len({verdicts_path(window.name, window.window.end) for window in windows}) == 4
