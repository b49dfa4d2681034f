"""Live look-ups in the archive: what arrived around the events of a window, up to its end and never later.

One query asks for many keys, and each key has its own bound. Events come latest first, either of all keys together or
of one key after the other. As soon as a key that has reached its bound fills the pages, it is left out of the next
query. So neither a busy customer nor the way a window is cut into chunks changes what is read of another key. What this
process has read before is not read again.
"""
# pyright: reportUnknownMemberType=false
# The SDK passes its options on as untyped keyword arguments.

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy

from fraud.archive import ARCHIVE_FIELD, arrival_in
from fraud.context.event_facts import LONGEST_TEXT
from fraud.context.look_ups import (
    CUSTOMER_SPAN,
    MOST_OF_CUSTOMER,
    MOST_OF_ID,
    MOST_OF_SHELF,
    MOST_OF_SKU,
    SHELF_SPAN,
    SKU_SPAN,
)
from fraud.context.sighting import Sighting
from fraud.events import UNKNOWN_STORE, StoreKey, is_event_id
from fraud.slices import slices
from services import cosmos
from services.clients import CachedClient
from services.cosmos_lists import listed
from services.gathering import Gathering
from services.recent_sightings import Reading, RecentSightings, SightingKey
from services.reused_ids import ID_FIELDS, reused_elsewhere
from services.shared_sightings import DocumentKey, SharedSightings

KEYS = 500
"""Customers, skus, categories or ids in one query: all of a chunk."""
PAGE = 2_000
"""Documents of a page: of half a kilobyte each, well below the 4 MB that one may have."""
BY_KEY_PAGE = 400
"""Those of a page where key comes after key: what a page has beyond the bound of its last key is read in vain."""

_TIME = f"c.{ARCHIVE_FIELD}.enqueued_time"
_FIELDS = (
    *("id", "event_type", "store_id", "store_fqdn", "store_ip", "cust_id", "category", "sku", "price", "qty"),
    *("discount", "gift_wrap", "payment_method", "priority_shipping", "is_return"),
)
_ARRIVED, _OF_EVENT, _WRITTEN = "arrived", "of_event", "written"
"""Names under which a query gives what the archive adds: the arrival, the event of a further content, and the second in
which it was written."""
_TEXTS = frozenset(("event_type", "store_fqdn", "store_ip", "category", "payment_method"))
_UNITS = 2 * LONGEST_TEXT
"""Of a text in UTF-16, as Cosmos counts: LONGEST_TEXT letters have no more."""


def _select(texts: Collection[str]) -> str:
    """The beginning of a query that asks for the beginnings of these texts alone: a producer may send 1 MB of each."""
    fields = (f"LEFT(c.{name}, {_UNITS}) AS {name}" if name in texts else f"c.{name}" for name in _FIELDS)
    archived = f"{_TIME} AS {_ARRIVED}, c.{ARCHIVE_FIELD}.event_id AS {_OF_EVENT}, c._ts AS {_WRITTEN}"
    return f"SELECT {', '.join(fields)}, {archived} FROM c"


_OF_SIGHTINGS, _OF_CONTENTS = _select(_TEXTS), _select(())
"""A sighting keeps no more of a text than its beginning; contents under an id are compared whole."""
_ALL_TIME = timedelta(days=36_500)
_BY_TIME = f"{_TIME} DESC"

ArrivedEvent = tuple[datetime, dict[str, Any], DocumentKey]
"""An event as its producer sent it, as far as context reads it, with its arrival and its document."""


class _Kind(msgspec.Struct, frozen=True):
    """Events that are alike in a field, from a span before a moment; `condition` is added to the query, with its
    values.

    `by_key`: the events come key after key, each key's latest first.
    """

    field: str
    span: timedelta
    most: int
    name_of: Callable[[Sighting], str | None]
    condition: str = ""
    values: dict[str, object] = {}
    order: str = _BY_TIME
    by_key: bool = False
    select: str = _OF_SIGHTINGS


class _Recent(msgspec.Struct, frozen=True):
    """The memory of this process: what look-ups have read, by the field that they ask for."""

    by_field: dict[str, RecentSightings]
    shared: SharedSightings


async def _open_recent(_: AsyncExitStack) -> _Recent:
    by_field = {
        "cust_id": RecentSightings(CUSTOMER_SPAN, MOST_OF_CUSTOMER),
        "sku": RecentSightings(SKU_SPAN, MOST_OF_SKU),
        "category": RecentSightings(SHELF_SPAN, MOST_OF_SHELF),
    }
    return _Recent(by_field, SharedSightings())


_recent = CachedClient(_open_recent)


async def forget() -> None:
    """Read everything anew from here on: what was archived has been changed."""
    await _recent.close()


async def customers(
    numbers: Mapping[str, int], until: datetime, own: Iterable[Sighting] = ()
) -> dict[str, tuple[Sighting, ...]]:
    """The last 24 hours of customers, by the name that context gives them, with those of the events that ask."""
    kind = _Kind("cust_id", CUSTOMER_SPAN, MOST_OF_CUSTOMER, lambda seen: seen.customer)
    return await _sightings(kind, numbers, until, own)


async def skus(
    numbers: Mapping[str, int], until: datetime, own: Iterable[Sighting] = ()
) -> dict[str, tuple[Sighting, ...]]:
    """The last eight hours of skus, as `customers`."""
    return await _sightings(_Kind("sku", SKU_SPAN, MOST_OF_SKU, lambda seen: seen.sku), numbers, until, own)


async def shelves(
    store: StoreKey, categories: Mapping[str, str], until: datetime, own: Iterable[Sighting] = ()
) -> dict[str, tuple[Sighting, ...]]:
    """The last three hours of categories in a store, as `customers`."""
    kind = _Kind(
        "category",
        SHELF_SPAN,
        MOST_OF_SHELF,
        lambda seen: seen.category,
        condition="c.store_id = @store",
        values={"@store": store},
        # So ORDER BY follows the composite index, and of the store no other category is read.
        order=f"c.store_id DESC, c.category DESC, {_BY_TIME}",
        by_key=True,
    )
    return await _sightings(kind, categories, until, own, str(store))


async def contents_elsewhere(ids: list[str], store: StoreKey, until: datetime) -> dict[str, list[dict[str, Any]]]:
    """Contents that arrived under these ids at other stores, as far as context reads them; at most MOST_OF_ID per id.

    A text that cannot be an id, which may have any length, is not asked for. Ids are seldom reused, so many windows
    first ask together which of their ids were reused at all.
    """
    elsewhere: dict[str, list[dict[str, Any]]] = {}
    for asked in slices(await reused_elsewhere([*filter(is_event_id, ids)], store), KEYS):
        keys = {event_id: event_id for event_id in asked}
        for field in ID_FIELDS:
            kind = _Kind(
                field,
                _ALL_TIME,
                MOST_OF_ID,
                lambda seen: seen.id,
                condition="c.store_id != @store",
                values={"@store": store},
                select=_OF_CONTENTS,
            )
            for event_id, events in (await _Search(kind, until - _ALL_TIME, until, _id_of).run(keys)).items():
                elsewhere.setdefault(event_id, []).extend(event for _, event, _ in events)
    return elsewhere


def _id_of(event: dict[str, Any]) -> str:
    return event["id"]


class _Around(msgspec.Struct, frozen=True):
    """The questions around the events of a window: keys of a kind with their values, and what asks (`own`)."""

    kind: _Kind
    keys: Mapping[str, object]
    until: datetime
    own: tuple[Sighting, ...]
    store: str = ""


async def _open_around(_: AsyncExitStack) -> Gathering[_Around, dict[str, tuple[Sighting, ...]]]:
    return Gathering(
        _find_around,
        size=lambda asked: len(asked.keys),
        most=KEYS,
        kind=lambda asked: (asked.kind.field, asked.store, asked.until),
    )


_around = CachedClient(_open_around)


async def _sightings(
    kind: _Kind, keys: Mapping[str, object], until: datetime, own: Iterable[Sighting], store: str = ""
) -> dict[str, tuple[Sighting, ...]]:
    return await (await _around.get()).ask(_Around(kind, keys, until, tuple(own), store)) if keys else {}


async def _find_around(asked: Sequence[_Around]) -> list[dict[str, tuple[Sighting, ...]]]:
    """The sightings that each asks for, all of one kind, store and moment."""
    kind, until, store = asked[0].kind, asked[0].until, asked[0].store
    keys = {name: value for each in asked for name, value in each.keys.items()}
    by_value: dict[object, str] = {value: key for key, value in keys.items()}
    recent = await _recent.get()

    def name_of(event: dict[str, Any]) -> str:
        return by_value.get(event.get(kind.field), "")

    async def read(unread: Sequence[SightingKey], since: datetime, written: int) -> Reading:
        sightings: dict[SightingKey, Iterable[Sighting]] = {}
        answered: list[int] = []
        for part in slices(list(unread), KEYS):
            search = _Search(kind, since, until, name_of, written)
            for key, events in (await search.run({name: keys[name] for _, name in part})).items():
                sightings[store, key] = [
                    recent.shared.of(document, event, arrived) for arrived, event, document in events
                ]
            answered.append(search.answered or 0)
        return Reading(sightings, min(answered))

    own_of: dict[SightingKey, list[Sighting]] = {(store, key): [] for key in keys}
    for seen in (seen for each in asked for seen in each.own):
        own_of.get((store, kind.name_of(seen) or ""), []).append(seen)
    by_key = await recent.by_field[kind.field].of(own_of, until, read)
    return [{name: by_key[store, name] for name in each.keys if (store, name) in by_key} for each in asked]


def _as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of an event as its producer sent them, as `fraud.archive.original_event` of the whole document."""
    if isinstance(event_id := document.pop(_OF_EVENT, None), str):
        document["id"] = event_id
    if document.get("store_id") == UNKNOWN_STORE:
        del document["store_id"]
    return document


class _Search:
    """The latest events of some keys, each with its own bound; there may be more that arrived at the same moment.

    `written` leaves out what the archive wrote before that second.
    """

    def __init__(
        self, kind: _Kind, since: datetime, until: datetime, key_of: Callable[[dict[str, Any]], str], written: int = 0
    ) -> None:
        self._kind = kind
        self._key_of = key_of
        self._since = since.astimezone(UTC).isoformat()
        self._until = until.astimezone(UTC).isoformat()
        self._written = written
        self.answered: int | None = None
        """The second in which the archive gave the first page, at the earliest; 0 if that page says nothing of it."""
        self._found: dict[str, list[ArrivedEvent]] = {}

    async def run(self, keys: Mapping[str, object]) -> dict[str, list[ArrivedEvent]]:
        """The events by key, the latest first; a key of which nothing arrived is left out."""
        archive, left = await cosmos.events(), keys
        while left and (last := await self._read_until_wasted(archive, left)):
            left = self._after_key(left, *last) if self._kind.by_key else self._before(left, last[1])
        return {key: events for key, events in self._found.items() if events}

    def _before(self, keys: Mapping[str, object], last: str) -> dict[str, object]:
        """The keys that have not reached their bound: they are read on from the last moment backwards."""
        self._until, moment = last, datetime.fromisoformat(last)
        left = {key: value for key, value in keys.items() if not self._is_whole(key, moment)}
        for key in left:
            # Those of the last moment are read again, with all that the query had not come to.
            self._found[key] = [event for event in self._found.get(key, []) if event[0] != moment]
        return left

    def _after_key(self, keys: Mapping[str, object], last: str, moment: str) -> dict[str, object]:
        """The keys of which nothing has come yet, and the last one, read anew unless it has reached its bound."""
        if not self._is_whole(last, datetime.fromisoformat(moment)):
            self._found[last] = []
        return {key: value for key, value in keys.items() if not self._found.get(key)}

    async def _read_until_wasted(self, archive: ContainerProxy, keys: Mapping[str, object]) -> tuple[str, str] | None:
        """Read until most of a page belongs to keys that have reached their bounds: the last key and moment there; else
        None.
        """
        async for page in self._pages(archive, keys):
            last, surplus, is_surplus, written = ("", ""), 0, False, 0
            for document in page:
                text, written_at = document.pop(_ARRIVED, None), document.pop(_WRITTEN, 0)
                written = max(written, written_at)
                place = document["id"], str(document.get("store_id")), text, written_at
                event = _as_sent(document)
                key = self._key_of(event)
                if key not in keys or (arrived := arrival_in(text)) is None:
                    continue
                last = key, text
                is_surplus = self._is_whole(key, arrived)
                if is_surplus:
                    surplus += 1
                else:
                    self._found.setdefault(key, []).append((arrived, event, place))
            if self.answered is None:
                # Every later page is given later.
                self.answered = written
            # Where key comes after key, another query costs what the next page does, which has more of the last key.
            next_is_wasted = self._kind.by_key and is_surplus and len(page) >= BY_KEY_PAGE
            if next_is_wasted or 2 * surplus > len(page):
                return last
        return None

    def _is_whole(self, key: str, moment: datetime) -> bool:
        """True if nothing of a moment, or earlier, is among the latest of a key."""
        events = self._found.get(key, [])
        return len(events) >= self._kind.most and events[self._kind.most - 1][0] > moment

    async def _pages(self, archive: ContainerProxy, keys: Mapping[str, object]) -> AsyncIterator[list[dict[str, Any]]]:
        asked = listed(keys.values(), "k")
        values = {"@since": self._since, "@until": self._until, **self._kind.values}
        condition = f"{self._kind.condition} AND " if self._kind.condition else ""
        if self._written:
            condition += "c._ts >= @written AND "
            values["@written"] = self._written
        query = (
            f"{self._kind.select} WHERE c.{self._kind.field} IN ({asked.names}) AND {condition}"
            f"{_TIME} > @since AND {_TIME} <= @until ORDER BY {self._kind.order}"
        )
        parameters = [*({"name": name, "value": value} for name, value in values.items()), *asked.parameters]
        size = BY_KEY_PAGE if self._kind.by_key else PAGE
        async for page in archive.query_items(query, parameters=parameters, max_item_count=size).by_page():
            yield [document async for document in page]
