"""The facts of an event's price, and of its amounts, against those that are usual."""

import math

from fraud.context.sighting import Sighting
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

LEAST_PRICES = 2
"""Prices that must have been seen for a usual one."""

FAR_APART = 1e12
"""Prices of which one is more times the other are not told apart: their ratio may be beyond any double."""


def price_facts(event: Sighting, profiles: Profiles) -> dict[str, Value]:
    """The event's price against that of its sku at its store, and its amounts against those of its category."""
    facts: dict[str, Value] = {}
    profile = profiles.skus.get(event.sku) if event.sku else None
    if profile and profile.prices.seen >= LEAST_PRICES and event.price and event.price > 0:
        usual = profile.usual_price(event.store) or 1.0
        ratio = min(max(event.price / usual, 1 / FAR_APART), FAR_APART)
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
