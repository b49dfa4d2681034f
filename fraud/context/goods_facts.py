"""The facts `sku.*` and `shelf.*`: the event's goods, their price, and who else buys them now."""

import math
from collections.abc import Sequence

from fraud.context import surprise
from fraud.context.customer_facts import GIFT_CARD
from fraud.context.look_ups import MOST_OF_SHELF, MOST_OF_SKU, LookUps
from fraud.context.sighting import Sighting
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

LEAST_PRICES = 2
"""Prices that must have been seen for a usual one."""

PRIOR_SALES = 6
"""A shelf's share of deep discounts is drawn to that of all shelves as if so many sales had been seen."""

ALIKE_PERCENT = 3


def price_facts(event: Sighting, profiles: Profiles) -> dict[str, Value]:
    """The event's price against the usual one of its sku, and its amounts against those of its category."""
    facts: dict[str, Value] = {}
    profile = profiles.skus.get(event.sku) if event.sku else None
    if profile and profile.prices.seen >= LEAST_PRICES and event.price and event.price > 0:
        usual = profile.prices.median or 1.0
        ratio = event.price / usual
        facts["sku.usual_price"] = usual
        facts["sku.price_ratio"] = ratio
        facts["sku.price_spreads"] = math.log(ratio) / profiles.prices.spread
    population = profiles.population
    if event.category in population.values:
        for name, amount, moments in (
            ("value", event.value, population.values[event.category]),
            ("qty", event.qty, population.quantities[event.category]),
        ):
            if amount and amount > 0 and moments.count:
                facts[f"event.{name}_spreads"] = (math.log(amount) - moments.mean) / moments.spread(0.7)
    return facts


def sku_facts(event: Sighting, look_ups: LookUps, profiles: Profiles) -> dict[str, Value]:
    """The last eight hours of the sku; empty if the event names none."""
    if event.sku is None:
        return {}
    sales = _sales(look_ups.sku)
    others = {seen.customer for seen in sales if seen.customer} - {event.customer}
    facts: dict[str, Value] = {
        "sku.sales_8h": len(sales),
        "sku.customers_8h": len(others | {event.customer}),
        "sku.stores_8h": len({seen.store for seen in sales if seen.store}),
        "sku.flagged_8h": sum(seen.is_flagged for seen in sales),
        "sku.gift_cards_8h": sum(seen.payment == GIFT_CARD for seen in sales),
        "sku.cut": len(look_ups.sku) >= MOST_OF_SKU,
    }
    if profiles.days:
        population = profiles.population
        new, buyers = _new(sales, profiles)
        profile = profiles.skus.get(event.sku)
        usual = max(profile.sales if profile else 0, 1) / profiles.days / 3
        facts |= {
            "sku.new_customers_8h": new,
            "sku.new_surprise": surprise.of_share(new, buyers, min(0.9, population.new_share)),
            "sku.pace_surprise": surprise.of_events(len(sales) - 1, usual),
            "sku.gift_card_surprise": surprise.of_share(
                sum(seen.payment == GIFT_CARD for seen in sales),
                len(sales),
                population.share(population.payments.get(GIFT_CARD, 0)),
            ),
        }
    return facts


def shelf_facts(event: Sighting, look_ups: LookUps, profiles: Profiles) -> dict[str, Value]:
    """The last three hours of the store's category: is there a promotion, and who buys."""
    if event.shelf is None:
        return {}
    sales = _sales(look_ups.shelf)
    others = [seen for seen in sales if seen.customer != event.customer and seen.sku != event.sku]
    # Accounts that nobody knows could make a promotion of their own.
    settled = [seen for seen in others if not profiles.days or seen.customer in profiles.customers]
    deep = [seen for seen in settled if seen.is_deep]
    discount = event.discount or 0.0
    alike = sum(abs((seen.discount or 0.0) - discount) <= ALIKE_PERCENT for seen in deep)
    facts: dict[str, Value] = {
        "shelf.sales_3h": len(settled),
        "shelf.deep_3h": len({seen.customer for seen in deep}),
        "shelf.alike_3h": alike,
        "shelf.cut": len(look_ups.shelf) >= MOST_OF_SHELF,
    }
    if profiles.days:
        population = profiles.population
        usual = population.share(population.deep)
        share = (len(deep) + PRIOR_SALES * usual) / (len(settled) + PRIOR_SALES)
        new, buyers = _new(sales, profiles)
        flagged = [seen for seen in sales if seen.is_flagged]
        new_flagged, flagged_buyers = _new(flagged, profiles)
        facts |= {
            "shelf.deep_share": share,
            "shelf.usual_deep_share": usual,
            "shelf.discount_strangeness": math.log(usual / share),
            "shelf.new_customers_3h": new,
            "shelf.new_surprise": surprise.of_share(new, buyers, min(0.9, population.new_share)),
            "shelf.new_flagged_3h": new_flagged,
            "shelf.new_flagged_surprise": surprise.of_share(
                new_flagged, flagged_buyers, min(0.9, population.new_share)
            ),
            "shelf.gift_card_surprise": surprise.of_share(
                sum(seen.payment == GIFT_CARD for seen in sales),
                len(sales),
                population.share(population.payments.get(GIFT_CARD, 0)),
            ),
        }
    return facts


def _sales(sightings: Sequence[Sighting]) -> list[Sighting]:
    return [seen for seen in sightings if seen.is_sale and not seen.is_return]


def _new(sales: Sequence[Sighting], profiles: Profiles) -> tuple[int, int]:
    """The customers that no day before has seen, and all customers."""
    customers = {seen.customer for seen in sales if seen.customer}
    return sum(customer not in profiles.customers for customer in customers), len(customers)
