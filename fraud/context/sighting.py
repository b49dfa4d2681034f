"""An event as look-ups and profiles keep it: the fields that context is made of, each of one type or missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from sys import intern
from typing import Any

import msgspec

from fraud.context.event_facts import LARGEST, LONGEST_TEXT, key, number, store_text
from fraud.events import MAX_ID_LENGTH
from fraud.suspicion import MIN_DISCOUNT, asks_for_priority, is_suspicious

HOUR = 3600.0
_DAY = 24 * HOUR
_FIRST_DAY = date(1970, 1, 1).toordinal()
GIFT_CARD = "gift_card"


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """One event, at the second it reached the hub (Unix time). `network` is its gateway without the last part.

    Many are remembered, and their texts but `id` are those of few stores, customers and goods: each is held once.
    """

    time: float
    id: str
    is_sale: bool
    is_return: bool
    is_deep: bool
    is_flagged: bool
    store: str | None
    customer: str | None
    sku: str | None
    category: str | None
    payment: str | None
    store_name: str | None
    gateway: str | None
    network: str | None
    price: float | None
    qty: float | None
    discount: float | None
    gift_wrap: bool
    is_priority: bool
    """A sale that asks for priority, as the stream job reads it; the last field, so that `place` orders as before."""

    @property
    def value(self) -> float | None:
        """Price times quantity, before the discount; None if it is not above 0."""
        if self.price is None or self.qty is None:
            return None
        value = self.price * self.qty
        return value if value > 0 else None

    @property
    def paid(self) -> float | None:
        """The value less the discount; None without a value."""
        value = self.value
        return None if value is None else value * (1 - (self.discount or 0.0) / 100)

    @property
    def shelf(self) -> tuple[str, str] | None:
        """Store and category."""
        return None if self.store is None or self.category is None else (self.store, self.category)

    @property
    def is_category_whole(self) -> bool:
        """True for a category that was not cut: of one that was, what others send cannot be told apart by its name."""
        return self.category is not None and len(self.category) < LONGEST_TEXT

    @property
    def hour(self) -> int:
        """The hour of the day in UTC."""
        return int(self.time // 3600) % 24

    @property
    def day(self) -> int:
        """The day of its window, counted from 0001-01-01: midnight is the last moment of a day."""
        return _FIRST_DAY - int(-self.time // _DAY) - 1


def end_of_day(day: int) -> float:
    """The last moment of a day as `Sighting.day` counts them (Unix time)."""
    return (day + 1 - _FIRST_DAY) * _DAY


def sighting(event: Mapping[str, Any], enqueued: datetime) -> Sighting:
    """The sighting that context keeps of an event, whatever JSON its fields hold."""
    discount = _bounded(event.get("discount"))
    is_sale = event.get("event_type") == "sale_event"
    gateway = text(event.get("store_ip"))
    return Sighting(  # by position: by name it takes half as long again
        enqueued.timestamp(),
        name_of(str(event.get("id"))),
        is_sale,
        event.get("is_return") is True,
        is_sale and discount is not None and discount > MIN_DISCOUNT,
        is_suspicious(event.get("event_type"), event.get("discount"), event.get("priority_shipping")),
        _held_once(store_text(event.get("store_id"))),
        _held_once(key(event.get("cust_id"))),
        _held_once(key(event.get("sku"))),
        _held_once(text(event.get("category"))),
        _held_once(text(event.get("payment_method"))),
        _held_once(text(event.get("store_fqdn"))),
        _held_once(gateway),
        _held_once(network_of(gateway)) if gateway else None,
        _bounded(event.get("price")),
        _bounded(event.get("qty")),
        discount,
        event.get("gift_wrap") is True,
        is_sale and asks_for_priority(event.get("priority_shipping")),
    )


def sales_of(sightings: Iterable[Sighting]) -> list[Sighting]:
    """The sales among sightings, without returns."""
    return [seen for seen in sightings if seen.is_sale and not seen.is_return]


def customers_of(sightings: Iterable[Sighting]) -> set[str]:
    """The customers that sightings name."""
    return {seen.customer for seen in sightings if seen.customer}


def place(seen: Sighting) -> tuple[float, str, bytes]:
    """The place of a sighting among others: by time, then by what it says, so that no reader's order decides."""
    return seen.time, seen.id, msgspec.json.encode(seen)


def once(sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    """The same without resends: of those under one id that tell the same of who buys what and for how much, the first.

    A producer that sends again may stamp the event anew, so that it is archived as another content.
    """
    if len({seen.id for seen in sightings}) == len(sightings):
        return sightings
    first: dict[tuple[object, ...], Sighting] = {}
    for seen in sightings:
        first.setdefault(_told(seen), seen)
    return [*first.values()]


def _told(seen: Sighting) -> tuple[object, ...]:
    who = (seen.id, seen.is_sale, seen.is_return, seen.store, seen.customer)
    return (*who, seen.sku, seen.category, seen.payment, seen.price, seen.qty, seen.discount)


def in_order(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Sightings that come in order of time, those of one time by `place`. Memory holds those of one time."""
    for _, of_one_time in groupby(sightings, key=lambda seen: seen.time):
        first, *others = of_one_time
        yield from sorted([first, *others], key=place) if others else [first]


def _held_once(words: str | None) -> str | None:
    """The same text, one object in the whole process while somebody holds it."""
    return words and intern(words)


def _bounded(value: Any) -> float | None:
    amount = number(value)
    return float(amount) if amount is not None and abs(amount) <= LARGEST else None


def text(value: Any) -> str | None:
    """A text that is not empty, as far as it is kept; None for everything else."""
    return value[:LONGEST_TEXT] if isinstance(value, str) and value else None


def name_of(event_id: str) -> str:
    """An id as context keeps it: whole as long as the archive takes it, and never that of another event.

    A longer one has its digest behind its beginning, which makes it longer than any that is kept whole.
    """
    if len(event_id) <= MAX_ID_LENGTH:
        return event_id
    return event_id[:MAX_ID_LENGTH] + sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def network_of(gateway: str) -> str:
    """A gateway without its last part."""
    return gateway.rpartition(".")[0] or gateway
