"""Generated store events, in the shape, ranges and weights of the original project's producer.

Pure and seeded: the same seed, batch and time give the same events, ids included, so that a batch that is sent again
can be recognised. Only `Random.random` and `getrandbits` are used: Python promises to keep their sequences.
"""

import uuid
from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

from fraud.suspicion import is_suspicious

SALE, INVENTORY = "sale_event", "inventory_event"
STORES = 10

# fmt: off
CATEGORIES = (
    "Books", "Games", "Mobiles", "Groceries", "Shoes", "Stationaries", "Laptops", "Tablets", "Notebooks", "Camera",
    "Printers", "Monitors", "Speakers", "Projectors", "Cables", "Furniture",
)
# fmt: on
VARIANTS = ("black", "red")
PAYMENTS = ("credit_card", "debit_card", "cash", "wallet", "upi", "net_banking", "cod", "gift_card")
_GIFT_WRAP_SHARE, _INVENTORY_RETURN_SHARE = 0.3, 0.5
FIRST_SKU, LAST_SKU = 18_981, 189_281


class EventShares(msgspec.Struct, frozen=True, kw_only=True):
    """The shares by which an event is drawn; the discount lies evenly between its bounds, in percent."""

    sale: float = 0.8
    bad: float
    priority: float = 0.3
    least_discount: int = 0
    most_discount: int = 75


class GeneratedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A store event with every field that the original producer sends; a bad one lacks its store."""

    id: str
    event_type: Literal["sale_event", "inventory_event"]
    store_id: int | msgspec.UnsetType = msgspec.UNSET
    store_fqdn: str
    store_ip: str
    cust_id: int
    category: str
    sku: int
    price: float
    qty: int
    discount: int
    gift_wrap: bool
    variant: str
    priority_shipping: bool
    payment_method: str
    ts: str
    contact_me: str = "github.com/miztiik"
    is_return: bool
    bad_msg: bool | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_bad(self) -> bool:
        """Made without a store on purpose."""
        return self.bad_msg is True


class BatchTotals(msgspec.Struct, frozen=True, kw_only=True):
    """The totals of a batch of events, or of several batches."""

    sent: int = 0
    bad: int = 0
    sales: int = 0
    inventory: int = 0
    sales_value: float = 0.0
    """Sum of price times quantity over sales, in the currency of the stores, to the cent."""
    expected_suspicious: int = 0
    """Events that the stream job must flag."""

    def __add__(self, other: "BatchTotals") -> "BatchTotals":
        return BatchTotals(
            sent=self.sent + other.sent,
            bad=self.bad + other.bad,
            sales=self.sales + other.sales,
            inventory=self.inventory + other.inventory,
            sales_value=round(self.sales_value + other.sales_value, 2),
            expected_suspicious=self.expected_suspicious + other.expected_suspicious,
        )


def generate_events(seed: str, batch: int, count: int, bad_ratio: float, ts: str) -> Iterator[GeneratedEvent]:
    """Make the `count` events of one batch; `ts` is the producer's time in ISO 8601, written into each of them."""
    random = Random(f"{seed}/{batch}")  # noqa: S311 - test data, not secrets
    shares = EventShares(bad=bad_ratio)
    for _ in range(count):
        yield draw_event(random, shares, ts)


def draw_event(random: Random, shares: EventShares, ts: str) -> GeneratedEvent:
    """Draw the next event."""
    draw = random.random
    store = 1 + int(draw() * STORES)
    is_sale = draw() < shares.sale
    is_bad = draw() < shares.bad
    return GeneratedEvent(
        id=str(uuid.UUID(int=random.getrandbits(128), version=4)),
        event_type=SALE if is_sale else INVENTORY,
        store_id=msgspec.UNSET if is_bad else store,
        store_fqdn=f"store-{store}.mystique.example",
        store_ip=f"10.0.{store}.{1 + int(draw() * 254)}",
        cust_id=100 + int(draw() * 900),
        category=CATEGORIES[int(draw() * len(CATEGORIES))],
        sku=FIRST_SKU + int(draw() * (LAST_SKU - FIRST_SKU + 1)),
        price=round(draw() * 100, 2),
        qty=1 + int(draw() * 99),
        discount=shares.least_discount + int(draw() * (shares.most_discount - shares.least_discount + 1)),
        gift_wrap=draw() < _GIFT_WRAP_SHARE,
        variant=VARIANTS[int(draw() * len(VARIANTS))],
        priority_shipping=draw() < shares.priority,
        payment_method=PAYMENTS[int(draw() * len(PAYMENTS))],
        ts=ts,
        is_return=not is_sale and draw() < _INVENTORY_RETURN_SHARE,
        bad_msg=True if is_bad else msgspec.UNSET,
    )


def totals_of(events: list[GeneratedEvent]) -> BatchTotals:
    """Count a batch, and the events of it that must be flagged."""
    sales = [event for event in events if event.event_type == SALE]
    return BatchTotals(
        sent=len(events),
        bad=sum(event.is_bad for event in events),
        sales=len(sales),
        inventory=len(events) - len(sales),
        sales_value=round(sum(event.price * event.qty for event in sales), 2),
        expected_suspicious=sum(is_suspicious(SALE, sale.discount, sale.priority_shipping) for sale in sales),
    )
