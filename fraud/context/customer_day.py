"""The facts `customer.*` of a day: what an event's customer did in the 24 hours before the end of its window."""

from collections.abc import Iterable, Sequence

from fraud.context.look_ups import MOST_OF_CUSTOMER
from fraud.context.near_lines import also_below_round, is_near_a_line
from fraud.context.sighting import GIFT_CARD, HOUR, Sighting, sales_of
from fraud.rules.language import Value


def customer_day_facts(event: Sighting, recent: Sequence[Sighting]) -> dict[str, Value]:
    """Counts over what the customer did in 24 hours, the event's own sale among it unless it says otherwise."""
    sales = sales_of(recent)
    bought = {seen.sku for seen in sales if seen.sku}
    returns = [seen for seen in recent if seen.is_return]
    others = [seen for seen in sales if seen.id != event.id]
    values = [seen.value for seen in sales if seen.value is not None]
    cards = [seen for seen in sales if seen.payment == GIFT_CARD]
    return {
        "customer.sales_24h": len(sales),
        "customer.flagged_24h": sum(seen.is_flagged for seen in sales),
        "customer.value_24h": sum(values),
        "customer.stores_24h": len({seen.store for seen in sales if seen.store}),
        "customer.skus_24h": len({seen.sku for seen in sales if seen.sku}),
        "customer.payments_24h": len({seen.payment for seen in sales if seen.payment}),
        "customer.same_sku_24h": sum(seen.sku == event.sku for seen in others) if event.sku else None,
        "customer.gift_cards_24h": len(cards),
        "customer.gift_card_value_24h": sum(seen.value or 0.0 for seen in cards),
        "customer.wrapped_24h": sum(seen.gift_wrap for seen in sales),
        "customer.returns_24h": len(returns),
        "customer.returned_sku": any(seen.sku == event.sku for seen in returns),
        "customer.returned_bought_24h": sum(seen.sku in bought for seen in returns),
        "customer.refunds_above_paid_24h": refunds_above_paid(recent),
        "customer.same_discount_24h": sum(seen.is_deep and seen.discount == event.discount for seen in others),
        "customer.stores_1h": len({seen.store for seen in sales if seen.store and abs(seen.time - event.time) < HOUR}),
        "customer.near_lines_24h": sum(is_near_a_line(seen) for seen in sales),
        "customer.below_round_24h": also_below_round(event, others),
        "customer.sales_1h": sum(event.time - HOUR < seen.time for seen in sales),
        "customer.cut": len(recent) >= MOST_OF_CUSTOMER,
    }


MORE_THAN_PAID = 1.1
"""A refund is above what was paid from this ratio on: prices are rounded, and taxes differ."""


def refunds_above_paid(recent: Iterable[Sighting]) -> int:
    """The returns that give back more for a piece than the customer paid for any piece of that sku in the same day."""
    most_paid: dict[str, float] = {}
    returns: list[tuple[str, float]] = []
    for seen in recent:
        if seen.sku is None or seen.price is None:
            continue
        amount = seen.price * (1 - (seen.discount or 0.0) / 100)
        if seen.is_return:
            returns.append((seen.sku, amount))
        elif seen.is_sale:
            most_paid[seen.sku] = max(amount, most_paid.get(seen.sku, 0.0))
    return sum(sku in most_paid and amount > MORE_THAN_PAID * most_paid[sku] for sku, amount in returns)
