"""Small makers of domain values, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fraud.archive import ReceivedEvent
from fraud.windows import Window

ENQUEUED = datetime(2026, 1, 2, 10, 7, 30, tzinfo=UTC)
WINDOW_ENDING_1010 = Window(datetime(2026, 1, 2, 10, 5, tzinfo=UTC), datetime(2026, 1, 2, 10, 10, tzinfo=UTC))


def event_body(event_id: str = "a", /, **changes: Any) -> bytes:
    """A suspicious sale of store 3 as a producer sends it."""
    event = {
        "id": event_id,
        "event_type": "sale_event",
        "store_id": 3,
        "price": 10.0,
        "qty": 2,
        "discount": 60,
        "priority_shipping": True,
        "payment_method": "upi",
    }
    return msgspec.json.encode(event | changes)


def received(body: bytes, sequence_number: int = 1, partition: str = "1") -> ReceivedEvent:
    """An event as the hub delivers it."""
    moment = ENQUEUED + timedelta(milliseconds=sequence_number)
    return ReceivedEvent(body, partition, sequence_number, str(sequence_number * 100), moment, "campaign-x")
