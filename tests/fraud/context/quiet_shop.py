"""A small, quiet shop for tests: customers with habits, and verdicts on what happens on the day after."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from fraud.replay.arrivals import Skipped, read_arrivals
from fraud.replay.history import History
from fraud.replay.replay import Judged, replay
from fraud.rules.shipped import shipped

FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)
HISTORY_DAYS = 3
TODAY = FIRST_DAY + timedelta(days=HISTORY_DAYS)
SALES_A_DAY = 240
CUSTOMERS = 80


def sale(number: int, **changes: Any) -> dict[str, Any]:
    """The everyday sale of one of 80 customers: one of four stores and its category, wallet, 20.00, no discount."""
    customer = number % CUSTOMERS
    store = 1 + customer % 4
    return {
        "id": f"sale-{number}",
        "event_type": "sale_event",
        "store_id": store,
        "store_fqdn": f"store-{store}.example",
        "store_ip": f"10.0.{store}.{1 + number % 2}",
        "cust_id": customer,
        "category": ("Books", "Shoes", "Games", "Cables")[customer % 4],
        "sku": 1_000 + number % 40,
        "price": 20.0,
        "qty": 1,
        "discount": 0,
        "priority_shipping": False,
        "payment_method": "gift_card" if number % 20 == 0 else "wallet",
        "is_return": False,
    } | changes


def flagged(event_id: str, **changes: Any) -> dict[str, Any]:
    """An everyday sale of customer 8 that the stream job flags."""
    return sale(8, id=event_id) | {"discount": 60, "priority_shipping": True} | changes


def history() -> list[tuple[datetime, dict[str, Any]]]:
    """Three everyday days, from eight in the morning on."""
    return [
        (
            FIRST_DAY + timedelta(days=day, hours=8, minutes=2 * number),
            sale(number, id=f"{day}-{number}"),
        )
        for day in range(HISTORY_DAYS)
        for number in range(SALES_A_DAY)
    ]


def judged(
    *today: dict[str, Any],
    apart: timedelta = timedelta(minutes=10),
    days: bool = True,
    evening: Sequence[dict[str, Any]] = (),
) -> list[Judged]:
    """The verdicts of the set `context` on flagged events that arrive from ten o'clock on, some minutes apart.

    `evening` is what arrives on the evening before, up to midnight.
    """
    arrivals = [
        *(history() if days else ()),
        *((TODAY - number * apart, event) for number, event in reversed([*enumerate(reversed(evening))])),
        *((TODAY + timedelta(hours=10) + number * apart, event) for number, event in enumerate(today)),
    ]
    lines = [
        b'{"enqueued_time":"%b","body":%b}' % (moment.isoformat().encode(), msgspec.json.encode(event))
        for moment, event in arrivals
    ]
    read = list(read_arrivals(lines, Skipped()))
    return list(replay(read, shipped()["context"], History(), HISTORY_DAYS if days else 0))


def rules_of(result: Judged) -> dict[str, int]:
    """The rules that hold, with their weights."""
    return {reason.rule: reason.weight for reason in result.verdict.reasons}


def returned(event_id: str, **changes: Any) -> dict[str, Any]:
    return sale(8, id=event_id, event_type="inventory_event", is_return=True, **changes)


def tried(customer: int) -> list[dict[str, Any]]:
    """Small sales, one after another."""
    return [sale(8, id=f"s{n}", cust_id=customer, sku=n, price=5.0) for n in range(9)]


def everyday_now(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Unflagged sales of known customers at store 1 and its category, some minutes before."""
    return [sale(4 * number, id=f"now-{number}", sku=2_000 + number, **changes) for number in range(5, 5 + count)]


def last(*today: dict[str, Any], **options: Any) -> dict[str, int]:
    return rules_of(judged(*today, **options)[-1])
