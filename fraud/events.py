"""The store event: what a web store sends, what counts as malformed, and what the archive adds to it."""

import re
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

EventType = Literal["sale_event", "inventory_event"]

UNKNOWN_STORE = "_unknown"
"""The partition of events without a store: Cosmos finds no document by a missing key, so none is ever written."""

MAX_ID_LENGTH = 255
"""Characters of .NET, by which the stream job bounds ids too: those outside Unicode's first plane count twice. Cosmos
allows 1,023 bytes; an id of ours is a UUID."""

FORBIDDEN_IN_IDS = "/\\?#"
"""Cosmos refuses ids with any of these characters."""

DOTS = frozenset({".", ".."})
"""Cosmos takes them as ids, but no client finds them again: in an address they are steps between folders."""

OWN_IDS = "content:"
"""The beginning of the ids that the archive gives; see `fraud.identity`."""

_HALF_A_PAIR = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
"""An escaped character outside Unicode's first plane whose second half does not follow."""

Decoded = TypeVar("Decoded")
StoreKey = int | str

MAX_STORE = 2**53 - 1
"""Cosmos keeps numbers as doubles: beyond this, two stores could share a partition."""

StoreNumber = Annotated[int, Meta(ge=-MAX_STORE, le=MAX_STORE)]


class MalformedEventError(ValueError):
    """A body that is not a store event; the message is the reason that goes to quarantine with it."""


class StoreEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sale or inventory movement, in the seed's shape.

    `price` is the price of one piece, `discount` is in percent (0..75 in generated events). `store_id` is missing in a
    bad event, which carries `bad_msg: true` when it was made bad on purpose. Producers may send more fields than these.
    """

    id: str
    event_type: EventType
    store_id: StoreNumber | None = None
    store_fqdn: str | None = None
    store_ip: str | None = None
    cust_id: int | None = None
    category: str | None = None
    sku: int | None = None
    price: float = 0.0
    qty: int = 0
    discount: float = 0.0
    gift_wrap: bool = False
    variant: str | None = None
    priority_shipping: bool = False
    payment_method: str | None = None
    ts: str | None = None
    contact_me: str | None = None
    is_return: bool = False
    bad_msg: bool = False

    @property
    def store_key(self) -> StoreKey:
        """The partition of this event in the archive: its store, or `_unknown`."""
        return UNKNOWN_STORE if self.store_id is None else self.store_id


_event_decoder = msgspec.json.Decoder(StoreEvent)
_document_decoder = msgspec.json.Decoder(dict[str, Any])


def parse_event(body: bytes) -> StoreEvent:
    """Read one event body. Raises MalformedEventError with a reason that a person can act on.

    Fields that the domain does not know are skipped, not read: their values may still be impossible to keep.
    """
    event = _decode(_event_decoder, body)
    if not is_event_id(event.id):
        rule = f"1 to {MAX_ID_LENGTH} characters, none of / \\ ? #, not be . or .., and not begin with {OWN_IDS}"
        raise MalformedEventError(f"id must have {rule}")
    return event


def is_event_id(text: str) -> bool:
    """True if Cosmos takes it as an id, and the archive does not give it to documents of its own."""
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    fits = 1 <= length <= MAX_ID_LENGTH and not any(character in text for character in FORBIDDEN_IN_IDS)
    return fits and text not in DOTS and not text.startswith(OWN_IDS)


def parse_document(body: bytes) -> dict[str, Any]:
    """The same body with every field that the producer sent, for archiving it unchanged. Call `parse_event` first.

    Raises MalformedEventError for what only shows when every field is read: a number beyond all bounds, broken text.
    """
    return _decode(_document_decoder, body)


def _decode(decoder: msgspec.json.Decoder[Decoded], body: bytes) -> Decoded:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise MalformedEventError(f"not a store event: {error}") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        # msgspec calls it truncated where the second half of a pair does not follow.
        halved = "truncated" in str(error) and _HALF_A_PAIR.search(body)
        reason = "a text holds half of a surrogate pair" if halved else error
        raise MalformedEventError(f"not valid JSON: {reason}") from error


def store_key(store_id: StoreKey | None) -> StoreKey:
    """The archive's partition of a store id as it stands in a window: NULL stores are archived under `_unknown`."""
    return UNKNOWN_STORE if store_id is None else store_id
