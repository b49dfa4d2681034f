"""An event before it has its id: mutable, because a scenario takes an ordinary sale and changes a part of it."""

import msgspec

from fraud.generation import INVENTORY, SALE
from fraud.suspicion import MIN_DISCOUNT, is_suspicious
from worlds.goods import Sku

RETRY = "producer_retry"
"""The scenario of an everyday event that is delivered twice."""


class Draft(msgspec.Struct, kw_only=True, eq=False):
    """A store event in the making. `at` is the producer's time, in seconds since the world began."""

    at: float
    store: int
    ip: str
    customer: int
    sku: Sku
    price: float
    qty: int
    discount: int
    gift_wrap: bool
    variant: str
    priority: bool
    payment: str
    is_sale: bool = True
    is_return: bool = False
    scenario: str = ""
    ring: str = ""
    is_fraud: bool = False
    id_of: "Draft | None" = None
    """The event whose id this one carries; None for an id of its own."""
    is_copy: bool = False
    """The very event of `id_of`, delivered once more."""

    @property
    def event_type(self) -> str:
        """As the event says it."""
        return SALE if self.is_sale else INVENTORY

    @property
    def is_flagged(self) -> bool:
        """True if the stream job flags it."""
        return is_suspicious(self.event_type, self.discount, self.priority)

    @property
    def value(self) -> float:
        """Price times quantity."""
        return self.price * self.qty

    def unflag(self, priority: bool) -> None:
        """Take from a sale what the stream job flags: its priority, or the part of its discount above the bound."""
        if priority:
            self.priority = False
        else:
            self.discount = max(0, min(MIN_DISCOUNT, self.discount - 20))


def retried(draft: Draft, at: float) -> Draft:
    """The same event, delivered once more later; if it was an everyday one, that is its scenario."""
    return msgspec.structs.replace(draft, at=at, id_of=draft, is_copy=True, scenario=draft.scenario or RETRY)


def copy_of(draft: Draft) -> Draft:
    """The same event under an id of its own, without its story."""
    return msgspec.structs.replace(draft, scenario="", ring="", is_fraud=False, id_of=None, is_copy=False)
