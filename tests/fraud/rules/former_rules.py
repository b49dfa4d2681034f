"""The rules as they were written in Python before they were data: the set `seed` gives the same reasons."""

from collections.abc import Callable

from fraud.events import StoreEvent
from fraud.suspicion import MIN_DISCOUNT, is_suspicious
from fraud.verdicts import Reason

BEYOND = "its numbers are larger than can be computed with"


def discounted_priority_sale(event: StoreEvent) -> str | None:
    """Evidence of the chain's own rule."""
    if not is_suspicious(event.event_type, event.discount, event.priority_shipping):
        return None
    return f"a sale with priority shipping and a discount of {event.discount:g} %, above {MIN_DISCOUNT} %"


def extreme_discount(event: StoreEvent) -> str | None:
    """Evidence of a discount close to the highest."""
    return None if event.discount < 70 else f"discount {event.discount:g} % is at least 70 %"


def missing_store(event: StoreEvent) -> str | None:
    """Evidence of a sale without a store."""
    return "the event names no store" if event.store_id is None else None


def untraceable_payment(event: StoreEvent) -> str | None:
    """Evidence of a payment that leads back to nobody."""
    if event.payment_method not in {"gift_card", "cash"}:
        return None
    return f"paid by {event.payment_method}, which leads back to nobody"


def high_value(event: StoreEvent) -> str | None:
    """Evidence of a large order."""
    value = event.price * event.qty
    return None if value < 5_000 else f"{event.qty} pieces at {event.price:g} are worth {value:,.2f}, at least 5,000"


def high_loss(event: StoreEvent) -> str | None:
    """Evidence of a discount that costs much."""
    loss = event.price * event.qty * event.discount / 100
    return None if loss < 3_000 else f"the discount gives away {loss:,.2f}, at least 3,000"


FORMER: tuple[tuple[str, int, Callable[[StoreEvent], str | None]], ...] = (
    ("DISCOUNTED_PRIORITY_SALE", 40, discounted_priority_sale),
    ("EXTREME_DISCOUNT", 15, extreme_discount),
    ("MISSING_STORE", 30, missing_store),
    ("UNTRACEABLE_PAYMENT", 10, untraceable_payment),
    ("HIGH_VALUE", 20, high_value),
    ("HIGH_LOSS", 25, high_loss),
)


def former_reasons(event: StoreEvent, contents: int = 1) -> tuple[Reason, ...]:
    """The reasons that the former code gave, in its order."""
    reasons: list[Reason] = []
    for name, weight, judge in FORMER:
        try:
            evidence = judge(event)
        except ArithmeticError:
            evidence = BEYOND
        if evidence:
            reasons.append(Reason(name, weight, evidence))
    if contents > 1:
        text = f"{contents} different contents arrived under this id; a producer gives an id once"
        reasons.append(Reason("ID_REUSED", 30, text))
    return tuple(reasons)
