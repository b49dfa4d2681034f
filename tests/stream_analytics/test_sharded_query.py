"""The query for the larger sizes: it flags what the plain one flags, in rows that fit into a queue message."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fraud.verdicts import verdicts_path
from fraud.windows import parse_windows
from local_azure.testing import Arrival, QueryRow, StreamQuery

FOLDER = Path(__file__).parents[2] / "stream_analytics"
PLAIN = StreamQuery(FOLDER / "asaproj.json")
SHARDED = StreamQuery(FOLDER / "asaproj-sharded.json")
MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC)
QUEUE_MESSAGE_BYTES = 256 * 1024
PARTITIONS = 4

SUSPICIOUS = {"event_type": "sale_event", "discount": 60, "priority_shipping": True}
STORES: list[Any] = [1, 2, None, "1", "no-store", -1, 2.0, True]
CUSTOMERS: list[Any] = [None, 0, 100, 101, 108, -3, 2**62, 1.5, "100", "Ann", "", True, [], {}]

events: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "second": st.sampled_from([1, 299, 300, 301, 600]),
        "partition": st.integers(0, PARTITIONS - 1),
        "body": st.fixed_dictionaries(
            # Most of them are suspicious.
            {
                "event_type": st.sampled_from(["sale_event", "sale_event", "inventory_event"]),
                "discount": st.sampled_from([51, 51, 50]),
                "priority_shipping": st.sampled_from([True, 1, False]),
            },
            optional={"store_id": st.sampled_from(STORES), "cust_id": st.sampled_from(CUSTOMERS)},
        ),
    }
)


def rows_of(query: StreamQuery, given_events: list[dict[str, Any]]) -> list[QueryRow]:
    """The rows that a query gives for `{second, partition, body}`, whose ids are their places in the list."""
    arrivals = [
        Arrival(
            MIDNIGHT + timedelta(seconds=event["second"]),
            msgspec.json.encode({"id": f"event-{place}", **event["body"]}),
            event["partition"],
        )
        for place, event in enumerate(given_events)
    ]
    result = query.run(arrivals, partitions=PARTITIONS)
    assert result.conversion_errors == 0
    return list(result.rows)


def flagged(rows: list[QueryRow], output: str) -> dict[tuple[Any, Any, Any], list[str]]:
    """The ids of each store and window, in order, however many rows they came in. Numbers that are equal are one store,
    as in GROUP BY, whichever of them a row shows."""
    ids_of: defaultdict[tuple[Any, Any, Any], list[str]] = defaultdict(list)
    for each in rows:
        if each.output == output:
            row = each.row
            ids_of[row["store_id"], row["WindowStart"], row["WindowEnd"]] += row["ids"]
    return {key: sorted(ids) for key, ids in ids_of.items()}


def test_the_golden_tests_pass(tmp_path: Path):
    assert SHARDED.failed_golden_tests(FOLDER / "test-sharded" / "testConfig.json", tmp_path, of=2) == []


@settings(max_examples=60)
@given(st.lists(events, max_size=40))
@example([{"second": 1, "partition": 1, "body": SUSPICIOUS | {"cust_id": cust}} for cust in CUSTOMERS])
@example([{"second": second, "partition": 1, "body": SUSPICIOUS | {"store_id": 1}} for second in (299, 300, 301)])
def test_it_flags_the_same_ids_of_each_store_and_window_as_the_plain_query(given_events: list[dict[str, Any]]):
    plain, sharded = rows_of(PLAIN, given_events), rows_of(SHARDED, given_events)

    for output in ("suspicious-windows", "suspicious-events"):
        assert flagged(sharded, output) == flagged(plain, output)


@settings(max_examples=60)
@given(st.lists(events, max_size=40))
@example([{"second": 1, "partition": 1, "body": SUSPICIOUS | {"store_id": 1, "cust_id": cust}} for cust in range(9)])
@example([{"second": 1, "partition": partition, "body": SUSPICIOUS} for partition in range(PARTITIONS)])
def test_every_row_has_a_message_id_of_its_own(given_events: list[dict[str, Any]]):
    rows = [each.row for each in rows_of(SHARDED, given_events) if each.output == "suspicious-windows"]
    ids = [row["message_id"] for row in rows]

    assert len(set(ids)) == len(ids)
    assert all(len(message_id) <= 128 for message_id in ids)


def test_a_message_id_stays_below_the_limit_of_service_bus_whatever_the_store_is():
    body = SUSPICIOUS | {"store_id": "x" * 1_000, "cust_id": -(2**62)}
    (row,) = (
        each.row
        for each in rows_of(SHARDED, [{"second": 1, "partition": PARTITIONS - 1, "body": body}])
        if each.output == "suspicious-windows"
    )
    assert len(row["message_id"]) <= 128


def test_a_window_of_ten_thousand_events_a_second_fits_into_messages():
    """Ten stores, 80 % sales, 10 % of them suspicious: 24,000 ids of one store. The plain query's row is too large."""
    random = Random(7)
    largest: dict[str, int] = {}
    customers = [100 + int(random.random() * 900) for _ in range(24_000)]
    ids = [str(UUID(int=random.getrandbits(128), version=4)) for _ in customers]
    given_events = [
        {"second": 1, "partition": 1, "body": SUSPICIOUS | {"id": event_id, "store_id": 1, "cust_id": customer}}
        for event_id, customer in zip(ids, customers, strict=True)
    ]
    for query in (PLAIN, SHARDED):
        rows = [each for each in rows_of(query, given_events) if each.output == "suspicious-windows"]
        assert sorted(event_id for each in rows for event_id in each.row["ids"]) == sorted(ids)
        largest[query.name] = max(len(each.json) for each in rows)

    assert largest[PLAIN.name] > QUEUE_MESSAGE_BYTES
    assert largest[SHARDED.name] < QUEUE_MESSAGE_BYTES / 2


def test_each_row_of_a_store_and_window_is_analysed_under_a_name_of_its_own():
    given_events = [{"second": 1, "partition": 1, "body": SUSPICIOUS | {"store_id": 1, "cust_id": n}} for n in range(8)]
    messages = [
        parse_windows(each.json) for each in rows_of(SHARDED, given_events) if each.output == "suspicious-windows"
    ]
    windows = [window for message in messages for window in message.windows]

    assert [message.problems for message in messages] == [()] * 8
    assert len({(window.store_id, window.window) for window in windows}) == 1
    assert len({verdicts_path(window.name, window.window.end) for window in windows}) == 8
