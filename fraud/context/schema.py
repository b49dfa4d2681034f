"""Every fact that a rule may read: its name, its kind and its meaning.

A fact that cannot be told is missing: rules that compare it do not hold.
"""

import msgspec

from fraud.rules.language import Kind


class Fact(msgspec.Struct, frozen=True):
    """A fact's kind, and its meaning in words."""

    kind: Kind
    about: str


_EVENT = {
    "type": Fact("text", "`sale_event` or `inventory_event`"),
    "price": Fact("number", "the price of one piece"),
    "qty": Fact("number", "pieces"),
    "discount": Fact("number", "percent"),
    "category": Fact("text", "the category of the sku"),
    "payment": Fact("text", "the payment method"),
    "variant": Fact("text", "the variant of the sku"),
    "store_name": Fact("text", "the store's name (`store_fqdn`)"),
    "gateway": Fact("text", "the address that the store sent from (`store_ip`)"),
    "priority_shipping": Fact("flag", "sent with priority"),
    "gift_wrap": Fact("flag", "wrapped as a gift"),
    "is_return": Fact("flag", "a return"),
    "store": Fact("text", "the store's number; missing if the event names none"),
    "customer": Fact("text", "the customer's number (`cust_id`)"),
    "sku": Fact("text", "the sku's number"),
    "unusable": Fact("number", "fields whose type is not that of a store event"),
    "unusable_fields": Fact("text", "the names of those fields"),
}
_ID = {
    "contents": Fact("number", "different contents that arrived under the id up to the end of the window"),
}

FACTS: dict[str, Fact] = {
    f"{group}.{name}": fact for group, facts in {"event": _EVENT, "id": _ID}.items() for name, fact in facts.items()
}
"""Facts by name."""

KINDS: dict[str, Kind] = {name: fact.kind for name, fact in FACTS.items()}
"""The kind of each fact, for checking expressions."""
