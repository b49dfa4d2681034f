"""The facts that an event tells about itself, whatever JSON it is."""

from collections.abc import Mapping
from typing import Any

from fraud.events import StoreKey
from fraud.rules.language import Value

_NUMBERS = ("price", "qty", "discount")
_TEXTS = ("event_type", "category", "payment_method", "store_fqdn", "store_ip", "variant")
_FLAGS = ("priority_shipping", "gift_wrap", "is_return")
_KEYS = ("cust_id", "sku")
_ALWAYS_SENT = ("store_id", "store_fqdn", "store_ip", "cust_id", "sku", "category", "price", "qty", "payment_method")
_NOTHING = (None, "")
LONGEST_TEXT = 200

LARGEST = 1e9
"""Numbers beyond it are missing in context: no store sells so much, and sums over many must stay finite."""


def event_facts(event: Mapping[str, Any]) -> dict[str, Value]:
    """The facts `event.*`. A field of another type than a store sends is missing, and counted in `event.unusable`.

    Never raises. Numbers come as they are, however large: rules answer for that.
    """
    unusable: list[str] = []
    read: dict[str, Value] = {}
    for name in _NUMBERS:
        read[name] = value = number(event.get(name))
        if value is None and event.get(name) is not None:
            unusable.append(name)
    for name in _TEXTS:
        value = event.get(name)
        read[name] = value[:LONGEST_TEXT] if isinstance(value, str) else None
        if value is not None and not isinstance(value, str):
            unusable.append(name)
    for name in _FLAGS:
        value = event.get(name)
        # 1.0 is 1 to the stream job, too: a sale that it flags must not lose the points of its rule.
        read[name] = bool(value) if isinstance(value, bool | int | float) and value in (0, 1) else None
        if value is not None and read[name] is None:
            unusable.append(name)
    keys = {name: key(event.get(name)) for name in _KEYS}
    unusable += [name for name in _KEYS if keys[name] is None and event.get(name) is not None]
    store = store_of(event)
    if store is None and event.get("store_id") is not None:
        unusable.append("store_id")
    missing = [name for name in _ALWAYS_SENT if event.get(name) in _NOTHING]
    impossible = _impossible(read["price"], read["qty"], read["discount"])
    return {
        "event.type": read["event_type"],
        "event.price": read["price"],
        "event.qty": read["qty"],
        "event.discount": read["discount"],
        "event.category": read["category"],
        "event.payment": read["payment_method"],
        "event.variant": read["variant"],
        "event.store_name": read["store_fqdn"],
        "event.gateway": read["store_ip"],
        "event.priority_shipping": read["priority_shipping"],
        "event.gift_wrap": read["gift_wrap"],
        "event.is_return": read["is_return"],
        "event.store": None if store is None else str(store)[:LONGEST_TEXT],
        "event.customer": keys["cust_id"],
        "event.sku": keys["sku"],
        "event.unusable": len(unusable),
        "event.unusable_fields": ", ".join(unusable),
        "event.missing": len(missing),
        "event.missing_fields": ", ".join(missing),
        "event.impossible": len(impossible),
        "event.impossible_fields": ", ".join(impossible),
    }


def _impossible(price: Any, qty: Any, discount: Any) -> list[str]:
    """The fields whose number no sale has: nothing is sold for nothing, by the half or for more than its price."""
    is_possible = {
        "price": price is None or 0 < price <= LARGEST,
        "qty": qty is None or (1 <= qty <= LARGEST and qty == int(qty)),
        "discount": discount is None or 0 <= discount <= 100,
    }
    return [] if all(is_possible.values()) else [name for name, is_so in is_possible.items() if not is_so]


def number(value: Any) -> int | float | None:
    """A number, which a JSON boolean is not; None for everything else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def key(value: Any) -> str | None:
    """A customer or a sku as text: producers send whole numbers, but a text tells them apart as well."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 2**63 else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value[:LONGEST_TEXT] if isinstance(value, str) and value else None


def store_text(value: Any) -> str | None:
    """A store as text: a whole number below 2^53, or a text; None for everything else."""
    store = _store(value)
    return None if store is None else str(store)


def store_of(event: Mapping[str, Any]) -> StoreKey | None:
    """The store that an event names: a whole number below 2^53, or a text; None for everything else."""
    return _store(event.get("store_id"))


def _store(value: Any) -> StoreKey | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**53 else None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value[:LONGEST_TEXT] if isinstance(value, str) and value else None
