"""The facts `customer.*` of a day: what an event's customer did in the 24 hours before the end of its window."""

from collections.abc import Iterable, Sequence

from fraud.context.look_ups import MOST_OF_CUSTOMER
from fraud.context.near_lines import also_below_round, is_near_a_line
from fraud.context.sighting import GIFT_CARD, HOUR, Sighting, once, sales_of
from fraud.context.visits import Lines, visits_of
from fraud.rules.language import Value


class CustomerDay:
    """The 24 hours of a customer, the event's own sale among them unless it says otherwise.

    Most of what context costs is going through the few sightings of a customer for each of forty counts: they are
    told apart here once.
    """

    def __init__(self, recent: Sequence[Sighting]) -> None:
        self.is_cut = len(recent) >= MOST_OF_CUSTOMER
        self.recent = recent = once(recent)
        self.sales = sales_of(recent)
        self.visits = visits_of(self.sales)
        self.returns = [seen for seen in recent if seen.is_return]
        self.stores = {seen.store for seen in self.sales} - {None}
        self.skus = {seen.sku for seen in self.sales} - {None}
        self.payments = {seen.payment for seen in self.sales} - {None}
        self.gift_cards = [seen for seen in self.sales if seen.payment == GIFT_CARD]
        self.gift_card_visits = _paid_by_gift_card(self.visits) if self.gift_cards else 0
        self.returned_bought = _returned_bought(recent) if self.returns else 0

    def facts(self, event: Sighting) -> dict[str, Value]:
        """Counts over what the customer did."""
        others = [seen for seen in self.sales if seen.id != event.id]
        near = [seen for seen in self.sales if abs(seen.time - event.time) < HOUR]
        values = [value for seen in self.sales if (value := seen.value) is not None]
        hour_before = event.time - HOUR
        other_visits = [visit for visit in self.visits if all(seen.id != event.id for seen in visit)]
        near_visits = [visit for visit in other_visits if _is_within(visit, VISIT_SPAN, event)]
        small = SMALL * (event.value or 0.0)
        before = [seen.value or 0.0 for visit in other_visits for seen in visit if seen.time < event.time]
        return {
            "customer.sales_24h": len(self.sales),
            "customer.flagged_24h": sum([seen.is_flagged for seen in self.sales]),
            "customer.value_24h": sum(values),
            "customer.stores_24h": len(self.stores),
            "customer.skus_24h": len(self.skus),
            "customer.payments_24h": len(self.payments),
            "customer.same_sku_24h": [seen.sku for seen in others].count(event.sku) if event.sku else None,
            "customer.gift_cards_24h": len(self.gift_cards),
            "customer.gift_card_value_24h": sum([seen.value or 0.0 for seen in self.gift_cards]),
            "customer.wrapped_24h": sum([seen.gift_wrap for seen in self.sales]),
            "customer.returns_24h": len(self.returns),
            "customer.returned_sku": event.sku in [seen.sku for seen in self.returns],
            "customer.returned_bought_24h": self.returned_bought,
            "customer.refunds_above_paid_24h": refunds_above_paid(self.recent) if self.returns else 0,
            "customer.same_discount_24h": sum([seen.is_deep and seen.discount == event.discount for seen in others]),
            "customer.stores_1h": len({seen.store for seen in near} - {None}),
            "customer.near_lines_24h": sum([is_near_a_line(seen) for seen in self.sales]),
            "customer.below_round_24h": also_below_round(event, others),
            "customer.sales_1h": sum([hour_before < seen.time for seen in self.sales]),
            "customer.goods_1h": self._goods(event, hour_before),
            "customer.visits_24h": len(self.visits),
            "customer.flagged_visits_24h": sum([any(seen.is_flagged for seen in visit) for visit in self.visits]),
            "customer.flagged_visits_3h": sum([any(seen.is_flagged for seen in visit) for visit in near_visits]),
            "customer.deep_visits_3h": sum([any(seen.is_deep for seen in visit) for visit in near_visits]),
            "customer.gift_card_visits_24h": self.gift_card_visits,
            "customer.same_sku_visits_24h": _with_sku(other_visits, event.sku) if event.sku else None,
            "customer.same_discount_visits_24h": _with_discount(other_visits, event.discount),
            "customer.discounts_24h": len({seen.discount for seen in self.sales if seen.is_flagged}),
            "customer.small_before_24h": sum([0 < value <= small for value in before]),
            "customer.cut": self.is_cut,
        }

    def fair_sales(self, event: Sighting) -> Lines:
        """The sales that are not small beside an event's, its own among them."""
        fair = FAIR * (event.value or 0.0)
        return [seen for seen in self.sales if seen.id == event.id or (seen.value or 0.0) >= fair]

    def _goods(self, event: Sighting, after: float) -> int | None:
        if event.value is None:
            return None
        return len({seen.sku for seen in self.fair_sales(event) if seen.time > after} | {event.sku})


VISIT_SPAN = 3 * HOUR
SMALL = 0.2
"""A sale is small beside another of five times its value: a card is tried with little before much is bought."""

FAIR = 0.1
"""A sale counts beside another from this share of its value on: little things cost nothing, and would make a basket, or
returns likely."""

MORE_THAN_PAID = 1.1
"""A refund is above what was paid from this ratio on: prices are rounded, and taxes differ."""


def refunds_above_paid(recent: Iterable[Sighting]) -> int:
    """The returns that give back more for a piece than the customer had paid for any piece of that sku in the day."""
    most_paid: dict[str, float] = {}
    gained = 0
    for seen in recent:
        if seen.sku is None or seen.price is None:
            continue
        amount = seen.price * (1 - (seen.discount or 0.0) / 100)
        if seen.is_return:
            gained += seen.sku in most_paid and amount > MORE_THAN_PAID * most_paid[seen.sku]
        elif seen.is_sale:
            most_paid[seen.sku] = max(amount, most_paid.get(seen.sku, 0.0))
    return gained


def _returned_bought(recent: Iterable[Sighting]) -> int:
    """The returns of goods that were bought before them; what comes back first was bought on another day."""
    bought: set[str | None] = set()
    returned = 0
    for seen in recent:
        if seen.is_return:
            returned += seen.sku is not None and seen.sku in bought
        elif seen.is_sale:
            bought.add(seen.sku)
    return returned


def _paid_by_gift_card(visits: Iterable[Lines]) -> int:
    return sum([any(seen.payment == GIFT_CARD for seen in visit) for visit in visits])


def _is_within(visit: Lines, span: float, event: Sighting) -> bool:
    return any(abs(seen.time - event.time) < span for seen in visit)


def _with_sku(visits: Iterable[Lines], sku: str) -> int:
    return sum([any(seen.sku == sku for seen in visit) for visit in visits])


def _with_discount(visits: Iterable[Lines], discount: float | None) -> int:
    return sum([any(seen.is_deep and seen.discount == discount for seen in visit) for visit in visits])
