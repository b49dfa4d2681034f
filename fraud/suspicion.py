"""The rule that makes an event suspicious, as the stream job applies it.

The stream job's query is the first place of this rule (`stream_analytics/suspicious-windows.asaql`); this is its
second, for campaigns that know what must be flagged and for the reconciliation that recomputes it. A test holds the
two together.
"""

import re
from typing import Any

import msgspec

from fraud.events import MAX_STORE

MIN_DISCOUNT = 50
"""Percent; an event is suspicious *above* it."""


class SuspicionColumns(msgspec.Struct, frozen=True):
    """The columns that the stream job reads, with any JSON type: what is absent is None, as NULL is in the job."""

    id: Any = None
    event_type: Any = None
    store_id: Any = None
    discount: Any = None
    priority_shipping: Any = None


_WHOLE = re.compile(r"\s*[-+]?[0-9]{1,19}\s*", re.ASCII)


def store_of(value: object) -> int | None:
    """The store that the stream job takes for what stands in `store_id`: a whole number that a double holds exactly.

    7, 7.0, "7" and, for 1, true are whole numbers; None stands for everything else, so that an odd store does not
    affect its neighbours.
    """
    match value:
        case int():
            number = int(value)
        case float() if value.is_integer():
            number = int(value)
        case str() if _WHOLE.fullmatch(value):
            number = int(value)
        case _:
            return None
    return number if abs(number) <= MAX_STORE else None


def is_suspicious(event_type: Any, discount: Any, priority_shipping: Any) -> bool:
    """A sale with priority shipping and a discount above 50 %. A value of another type is never suspicious."""
    return (
        event_type == "sale_event"
        and isinstance(discount, int | float)
        and not isinstance(discount, bool)
        and discount > MIN_DISCOUNT
        and asks_for_priority(priority_shipping)
    )


def asks_for_priority(priority_shipping: Any) -> bool:
    """True for the values of `priority_shipping` that the job takes for priority.

    A JSON boolean is a BIT there, so `priority_shipping = 1` holds for `true` and for the number 1.
    """
    return isinstance(priority_shipping, int | float) and priority_shipping == 1
