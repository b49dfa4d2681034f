"""A sale in one line of words. Pure."""

import math
from typing import Any

from fraud.context.event_facts import event_facts


def sale_line(event: dict[str, Any]) -> str:
    """Who bought what, for how much and by what means, as far as the event says it in a form that a store sends."""
    facts = event_facts(event)
    customer, sku, payment = (facts[f"event.{name}"] for name in ("customer", "sku", "payment"))
    price, quantity, discount = (_number(facts[f"event.{name}"]) for name in ("price", "qty", "discount"))
    said = [f"{word} {name}" for word, name in (("customer", customer), ("sku", sku)) if name is not None]
    if price is not None and quantity is not None:
        said.append(f"{quantity:,g} at {price:,.2f}")
    if discount is not None:
        said.append(f"{discount:g} % off")
    if payment is not None:
        said.append(f"paid by {str(payment).replace('_', ' ')}")
    return ", ".join(said)


def _number(value: object) -> float | None:
    """A number that can be shown; None for any other, such as a whole number beyond all doubles."""
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
