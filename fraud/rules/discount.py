"""Rules about discounts."""

from fraud.events import StoreEvent
from fraud.rules.registry import Evidence, rule
from fraud.suspicion import MIN_DISCOUNT, is_suspicious

EXTREME_DISCOUNT_PERCENT = 70


@rule("DISCOUNTED_PRIORITY_SALE", weight=40)
def discounted_priority_sale(event: StoreEvent) -> Evidence | None:
    """The store chain's own rule, the one by which the stream job picks events."""
    if not is_suspicious(event.event_type, event.discount, event.priority_shipping):
        return None
    return Evidence(f"a sale with priority shipping and a discount of {event.discount:g} %, above {MIN_DISCOUNT} %")


@rule("EXTREME_DISCOUNT", weight=15)
def extreme_discount(event: StoreEvent) -> Evidence | None:
    """Close to the highest discount that a store may give."""
    if event.discount < EXTREME_DISCOUNT_PERCENT:
        return None
    return Evidence(f"discount {event.discount:g} % is at least {EXTREME_DISCOUNT_PERCENT} %")
