"""Rows of the project in tests/data/stream: made, expected and compared."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from azure.eventhub import EventData, EventHubConsumerClient

HUB, QUEUE, CONTAINER = "store-events", "suspicious-windows", "suspicious-events"
WINDOW = timedelta(minutes=5)
Rows = dict[tuple[Any, str], list[str]]
"""The sorted ids of each store and window end."""


def suspicious(number: int) -> bytes:
    """An event that must be flagged; every fourth has no store."""
    event: dict[str, Any] = {"id": f"event-{number:05d}", "event_type": "sale_event", "discount": 60}
    store = {"store_id": number % 3} if number % 4 else {}
    return msgspec.json.encode({**event, **store, "priority_shipping": True})


def expected(connection: str, count: int) -> Rows:
    """The rows by the hub's account: the window of each event comes from the time at which the hub took it."""
    rows: Rows = {}
    seen = 0

    def take(_: Any, batch: list[EventData]) -> None:
        nonlocal seen
        for event in batch:
            body = msgspec.json.decode(event.body_as_str())
            enqueued = event.enqueued_time
            assert enqueued is not None
            key = body.get("store_id"), window_end(enqueued)
            rows.setdefault(key, []).append(body["id"])
            seen += 1
        if seen >= count:
            consumer.close()

    consumer = EventHubConsumerClient.from_connection_string(
        connection, "$Default", eventhub_name=HUB, load_balancing_interval=0.1
    )
    consumer.receive_batch(take, starting_position="-1", max_wait_time=0.1)
    return {key: sorted(ids) for key, ids in rows.items()}


def window_end(moment: datetime) -> str:
    """The end of the window of a moment, as a row has it."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight - (-(moment - midnight) // WINDOW) * WINDOW
    return f"{end:%Y-%m-%dT%H:%M:%S}.0000000Z"


def rows_of(messages: list[dict[str, Any]]) -> Rows:
    """Rows by store and window end; asserts that each stands there once."""
    rows: Rows = {}
    for row in messages:
        key = row["store_id"], row["WindowEnd"]
        assert key not in rows, f"{key} stands there twice"
        rows[key] = sorted(row["ids"])
    return rows
