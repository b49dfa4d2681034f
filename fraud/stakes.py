"""The money at stake in verdicts, and by whom it was moved: what an analyst sorts and filters cases by.

Computed from the judged contents alone, so that whoever has the verdicts comes to the same figures. Amounts are whole
cents: Cosmos may give 20.0 back as 20, and a case is compared by its bytes.
"""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

MAX_CUSTOMERS = 500
"""Customers that a case names: those of its worst verdicts."""
MAX_AMOUNT = 1e9
"""An event counts with at most so much: a hostile price must neither drown all others nor exceed a double."""
MAX_CUSTOMER = 2**53 - 1
"""Cosmos keeps numbers as doubles."""


class Stakes(msgspec.Struct, frozen=True):
    """The stakes of a case: its verdicts of the bands high and medium.

    `at_stake` is price times quantity and `discount_given` the discount on it, in cents; a return counts like a sale.
    `customers` are at most MAX_CUSTOMERS, in ascending order. `rules` has the number of verdicts by rule.
    """

    at_stake: int = 0
    discount_given: int = 0
    customers: tuple[int, ...] = ()
    rules: dict[str, int] = {}


STAKED = ("price", "qty", "discount", "cust_id")
"""The fields of an event that stakes are made of."""


def stakes_of(judged: Iterable[tuple[dict[str, Any] | None, Iterable[str]]]) -> Stakes:
    """The stakes of contents, the worst first, each with the rules that hold against it. Never raises."""
    amounts: list[float] = []
    discounts: list[float] = []
    customers: dict[int, None] = {}
    rules: Counter[str] = Counter()
    for event, names in judged:
        rules.update(set(names))
        if event is None:
            continue
        amount = _number(event.get("price")) * _number(event.get("qty"))
        amounts.append(min(amount, MAX_AMOUNT))
        discounts.append(min(amount * min(_number(event.get("discount")), 100) / 100, MAX_AMOUNT))
        customer = event.get("cust_id")
        if isinstance(customer, int) and not isinstance(customer, bool) and abs(customer) <= MAX_CUSTOMER:
            customers.setdefault(customer)
    return Stakes(
        at_stake=_cents(amounts),
        discount_given=_cents(discounts),
        customers=tuple(sorted(list(customers)[:MAX_CUSTOMERS])),
        rules=dict(sorted(rules.items())),
    )


def _number(value: object) -> float:
    """A number from zero on; 0 for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        number = float(value)
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def _cents(amounts: list[float]) -> int:
    # Exact whatever the order, so that the same verdicts give the same case.
    return round(math.fsum(amounts) * 100)
