"""Rules about where an event comes from, and how it was paid."""

from fraud.events import StoreEvent
from fraud.rules.registry import Evidence, rule

UNTRACEABLE_PAYMENTS = frozenset({"gift_card", "cash"})


@rule("MISSING_STORE", weight=30)
def missing_store(event: StoreEvent) -> Evidence | None:
    """A sale that no store answers for."""
    return Evidence("the event names no store") if event.store_id is None else None


@rule("UNTRACEABLE_PAYMENT", weight=10)
def untraceable_payment(event: StoreEvent) -> Evidence | None:
    """Payment that leads back to nobody."""
    if event.payment_method not in UNTRACEABLE_PAYMENTS:
        return None
    return Evidence(f"paid by {event.payment_method}, which leads back to nobody")
