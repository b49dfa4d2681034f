"""An event's own fields as numbers, as a classifier without any context sees them."""

from benchmarks.labelled.flagged import Occurrence
from fraud.generation import CATEGORIES, PAYMENTS, VARIANTS


def own_fields(occurrence: Occurrence) -> list[float]:
    """Every field of the event, its value and loss, and the time of the day."""
    event, at = occurrence.event, occurrence.enqueued
    store = event.store_id if isinstance(event.store_id, int) else 0
    octets = [float(part) for part in event.store_ip.split(".")]
    value = event.price * event.qty
    return [
        store,
        float(event.store_fqdn.split(".")[0].removeprefix("store-")),
        octets[2],
        octets[3],
        octets[2] != store,
        event.cust_id,
        CATEGORIES.index(event.category),
        event.sku,
        event.price,
        event.qty,
        event.discount,
        event.gift_wrap,
        VARIANTS.index(event.variant),
        PAYMENTS.index(event.payment_method),
        value,
        value * event.discount / 100,
        at.hour + at.minute / 60,
    ]
