"""The hostile producer: bodies of every kind that it sends, and what each truly is.

The truth is written beside the body when it is made. Nothing here reads a body back, and nothing is imported of what
the app reads it with.
"""

import json
from typing import Any

import msgspec

GRAVE: dict[str, Any] = {
    "event_type": "sale_event", "discount": 60, "priority_shipping": True, "price": 9_999.99, "qty": 99,
    "payment_method": "gift_card",
}  # fmt: skip
"""A fraud that every version of the rules must call high."""
HARMLESS: dict[str, Any] = {
    "event_type": "sale_event",
    "discount": 5,
    "priority_shipping": False,
    "price": 3.5,
    "qty": 1,
}


class Sent(msgspec.Struct, frozen=True):
    """A body with its truth. `event_id` is None if no text names it.

    `is_fraud`: the rule flags its content, and an honest judge calls it high. `is_odd`: the archive may refuse it, so a
    report that names it is as good as a verdict. `content` is what a right verdict must hold.
    """

    kind: str
    body: bytes
    event_id: str | None
    store: Any
    is_fraud: bool
    is_odd: bool
    content: dict[str, Any]


def _made(kind: str, fields: dict[str, Any], event_id: str, store: Any, *, odd: bool = False, **more: Any) -> Sent:
    content = {"id": event_id, "store_id": store, **fields, **more}
    if store is None:
        del content["store_id"]
    body = json.dumps(content, ensure_ascii=False).encode()
    return Sent(kind, body, event_id, store, fields["discount"] > 50, odd, content)


def make(kind: str, event_id: str, store: int | None, number: int) -> Sent:  # noqa: PLR0911, PLR0912 - one per kind
    """A body of a kind. `number` tells two bodies of one id apart."""
    match kind:
        case "fraud":
            return _made(kind, GRAVE, event_id, store)
        case "twin fraud":
            return _made(kind, GRAVE, event_id, store, sku=number)
        case "twin harmless":
            return _made(kind, HARMLESS, event_id, store, sku=number)
        case "harmless":
            return _made(kind, HARMLESS, event_id, store)
        case "no store":
            return _made(kind, GRAVE, event_id, None)
        case "null store":
            made = _made(kind, GRAVE, event_id, None)
            return msgspec.structs.replace(made, body=json.dumps({**made.content, "store_id": None}).encode())
        case "negative store":
            return _made(kind, GRAVE, event_id, -3)
        case "fraction store":
            return _made(kind, GRAVE, event_id, 7.0, odd=True)
        case "text store":
            return _made(kind, GRAVE, event_id, "7", odd=True)
        case "true store":
            return _made(kind, GRAVE, event_id, True, odd=True)
        case "huge store":
            return _made(kind, GRAVE, event_id, 2**60, odd=True)
        case "padded fraud":
            return _made(kind, GRAVE, event_id, store, sku=7, note="x" * 5_000 + f"{number}")
        case "long id":
            return _made(kind, GRAVE, event_id + "x" * 300, store, odd=True)
        case "long store":
            return _made(kind, GRAVE, event_id, "s" * 500, odd=True)
        case "endless id":
            return _made(kind, GRAVE, event_id + "x" * 300_000, store, odd=True)
        case "endless store":
            return _made(kind, GRAVE, event_id, "s" * 300_000, odd=True)
        case "quantity beyond 64 bits":
            return _made(kind, GRAVE | {"qty": 2**64}, event_id, store, odd=True)
        case "quantity of 401 digits":
            return _made(kind, GRAVE | {"qty": 10**400}, event_id, store, odd=True)
        case "slash id":
            return _made(kind, GRAVE, f"{event_id}/../x", store, odd=True)
        case "line id":
            return _made(kind, GRAVE, f"{event_id}\nx", store)
        case "place id":
            return _made(kind, GRAVE, f"\0p0-{number}{event_id}", store)
        case "number flag":
            return _made(kind, GRAVE | {"priority_shipping": 1}, event_id, store, odd=True, is_return=False)
        case "fraction flag":
            return _made(kind, GRAVE | {"priority_shipping": 1.0}, event_id, store, odd=True, is_return=0.0)
        case "odd field":
            return _made(kind, GRAVE, event_id, store, odd=True, gift_wrap=1)
        case "odd twin fraud":
            return _made(kind, GRAVE, event_id, store, odd=True, gift_wrap=1, sku=number)
        case "odd harmless":
            return _made(kind, HARMLESS, event_id, store, odd=True, gift_wrap=1, sku=number)
        case "reserved field":
            return _made(kind, GRAVE, event_id, store, odd=True, ttl=60)
        case "huge quantity":
            return _made(kind, GRAVE | {"qty": 10**15}, event_id, store)
        case "broken":
            made = _made(kind, GRAVE, event_id, store, odd=True)
            return msgspec.structs.replace(made, body=made.body[:-1], is_fraud=False)
        case _:
            raise ValueError(kind)


KINDS = (
    "fraud", "fraud", "fraud", "twin fraud", "twin fraud", "twin harmless", "twin harmless", "harmless", "harmless",
    "no store", "null store", "negative store", "fraction store", "text store", "true store", "huge store", "long id",
    "long store", "slash id", "line id", "place id", "number flag", "fraction flag", "odd field", "reserved field",
    "odd twin fraud", "odd harmless", "huge quantity", "broken",
)  # fmt: skip
LARGE_KINDS = ("endless id", "endless store", "quantity beyond 64 bits", "quantity of 401 digits")
"""Kinds of which a few are enough."""
