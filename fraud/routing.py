"""The partition that an event goes to, and the properties that are sent with it."""

import uuid
from collections.abc import Sequence

import msgspec

from fraud.generation import SALE, GeneratedEvent

SENT_AGAIN = "sent_again"
"""The property that marks an event which the hub may have already: the number of its attempt."""


def partition_of(event: GeneratedEvent, partitions: Sequence[str]) -> str:
    """Inventory events go to even partitions, sale events to odd ones, and one store stays on one of them.

    Events without a store stay together too. A hub with one partition takes all.
    """
    store = 0 if event.store_id is msgspec.UNSET else event.store_id
    return lane_of(partitions, is_sale=event.event_type == SALE, store=store)


def lane_of(partitions: Sequence[str], *, is_sale: bool, store: int) -> str:
    """The partition of a store's sales, or of its inventory events."""
    lane = partitions[1::2] if is_sale and len(partitions) > 1 else partitions[::2]
    return lane[store % len(lane)]


def properties_of(event: GeneratedEvent, run_id: str) -> dict[str | bytes, str]:
    """The event's properties, as text like the original producer's, and what ties it to its run and its trace.

    An event's trace is its own id, in the W3C form, so that one id is enough to follow it through every store.
    """
    trace = uuid.UUID(event.id).hex
    return {
        "event_type": event.event_type,
        "priority_shipping": str(event.priority_shipping),
        "is_return": str(event.is_return),
        "run_id": run_id,
        "traceparent": f"00-{trace}-{trace[16:]}-01",
    }
