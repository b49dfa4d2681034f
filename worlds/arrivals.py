"""From drafts to events: ids, the time of arrival, and the few that lose their store on the way.

All of it is drawn in the order of arrival, alike for every event, so that none of it tells what the event is.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from fraud.generation import INVENTORY, SALE, GeneratedEvent
from worlds.drafts import Draft
from worlds.draws import Draws
from worlds.stores import store_name

_BAD = 0.01
"""The share of events without a store, of whatever kind."""
_MILLISECONDS = (40, 1_500)
"""From the producer's time to the hub's."""


class DraftArrival(msgspec.Struct, frozen=True, eq=False):
    """An event as the hub took it, `enqueued` milliseconds after the world began, and the draft that it was made of."""

    enqueued: int
    event: GeneratedEvent
    draft: Draft


def arrive(drafts: Sequence[Draft], seed: int, start: datetime) -> Iterator[DraftArrival]:
    """The events of the drafts, in the order in which the hub takes them."""
    delays, draws = Draws(seed, "delays"), Draws(seed, "arrivals")
    events: dict[int, GeneratedEvent] = {}
    by_time = sorted(drafts, key=lambda draft: draft.at)
    arriving = sorted((int(draft.at * 1_000) + delays.whole(*_MILLISECONDS), i) for i, draft in enumerate(by_time))
    for enqueued, place in arriving:
        draft = by_time[place]
        own_id, is_bad = str(uuid.UUID(int=draws.bits(128), version=4)), draws.chance(_BAD)
        first = events.get(id(draft.id_of))
        event = first if first and draft.is_copy else _event(draft, first.id if first else own_id, is_bad, start)
        events[id(draft)] = event
        yield DraftArrival(enqueued, event, draft)


def _event(draft: Draft, event_id: str, is_bad: bool, start: datetime) -> GeneratedEvent:
    return GeneratedEvent(
        id=event_id,
        event_type=SALE if draft.is_sale else INVENTORY,
        store_id=msgspec.UNSET if is_bad else draft.store,
        store_fqdn=store_name(draft.store),
        store_ip=draft.ip,
        cust_id=draft.customer,
        category=draft.sku.category,
        sku=draft.sku.number,
        price=draft.price,
        qty=draft.qty,
        discount=draft.discount,
        gift_wrap=draft.gift_wrap,
        variant=draft.variant,
        priority_shipping=draft.priority,
        payment_method=draft.payment,
        ts=(start + timedelta(seconds=draft.at)).isoformat(),
        is_return=draft.is_return,
        bad_msg=True if is_bad else msgspec.UNSET,
    )
