"""The facts `customer.*`: an event against its customer's habits, and against the customer's last 24 hours."""

import math
from collections.abc import Mapping

from fraud.context import surprise
from fraud.context.look_ups import MOST_OF_CUSTOMER, LookUps
from fraud.context.near_lines import is_near_a_line
from fraud.context.sighting import Sighting
from fraud.profiles.customers import HABITS, CustomerProfile
from fraud.profiles.population import Population, habit_level
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

EARLY_DAYS = 7
GIFT_CARD = "gift_card"


def customer_facts(event: Sighting, look_ups: LookUps, profiles: Profiles, day: int) -> dict[str, Value]:
    """What the customer usually does and did in the last 24 hours; empty if the event names none."""
    if event.customer is None:
        return {}
    facts = _recent(event, look_ups)
    if not profiles.days:
        return facts
    profile = profiles.customers.get(event.customer)
    facts["customer.known"] = profile is not None
    facts["customer.age_days"] = day - profile.first_day if profile else 0
    facts |= _against_others(event, look_ups, profile, profiles)
    if profile is not None and profile.sales:
        facts |= _habits(event, profile, profiles.population)
    return facts


def _recent(event: Sighting, look_ups: LookUps) -> dict[str, Value]:
    recent = look_ups.customer
    sales = [seen for seen in recent if seen.is_sale and not seen.is_return]
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
        "customer.returns_24h": sum(seen.is_return for seen in recent),
        "customer.returned_sku": any(seen.is_return and seen.sku == event.sku for seen in recent),
        "customer.near_lines_24h": sum(is_near_a_line(seen) for seen in sales),
        "customer.sales_1h": sum(event.time - 3600 < seen.time for seen in sales),
        "customer.cut": len(recent) >= MOST_OF_CUSTOMER,
    }


def _against_others(
    event: Sighting, look_ups: LookUps, profile: CustomerProfile | None, profiles: Profiles
) -> dict[str, Value]:
    """How surprising the customer's counts are, given what all customers do."""
    population = profiles.population
    sales = [seen for seen in look_ups.customer if seen.is_sale and not seen.is_return]
    returns = len(look_ups.customer) - len(sales)
    before = profile.sales if profile else 0
    returned = (profile.returns if profile else 0) + returns
    flagged = (profile.flagged if profile else 0) + sum(seen.is_flagged for seen in sales) - 1
    usual_a_day = max(before / profiles.days, population.sales / max(1, population.active))
    cards = sum(seen.payment == GIFT_CARD for seen in sales)
    return {
        "customer.sales": before,
        "customer.returns": returned,
        "customer.pace_surprise": surprise.of_events(len(sales), usual_a_day),
        "customer.return_surprise": surprise.of_share(
            returned, before + len(sales) + returned, population.return_share
        ),
        "customer.flagged": flagged + 1,
        "customer.flagged_surprise": surprise.of_share(
            flagged, max(flagged, before + len(sales) - 1), population.share(population.flagged)
        ),
        "customer.gift_card_surprise": surprise.of_share(
            cards, len(sales), population.share(population.payments.get(GIFT_CARD, 0))
        ),
        "customer.other_stores_24h": len(
            {seen.store for seen in sales if seen.store} - set(profile.stores if profile else ())
        ),
        "customer.usual_sku": profile is not None and event.sku in profile.skus,
    }


def _habits(event: Sighting, profile: CustomerProfile, population: Population) -> dict[str, Value]:
    """Which habits the event breaks, and how much that speaks for somebody else than the customer.

    For each habit: ln of the chance that anybody breaks (or keeps) it by that this customer does, as customers of
    as many sales were seen to do on the days before.
    """
    level = habit_level(profile.sales)
    broken: list[str] = []
    strangeness, told = 0.0, 0
    shares: Mapping[str, float] = {
        "store": _seen_share(profile.stores, population.stores, population.sales),
        "payment": _seen_share(profile.payments, population.payments, population.sales),
        "category": _seen_share(profile.categories, population.categories, population.sales),
        "hour": _hour_share(profile, population),
        "amount": 0.85,
    }
    for habit in HABITS:
        is_broken = profile.breaks(habit, event)
        if is_broken is None:
            continue
        told += 1
        novelty = population.novelty_rate(habit, level)
        anybody = 1 - shares[habit] if is_broken else shares[habit]
        customer = novelty if is_broken else 1 - novelty
        strangeness += math.log(max(0.02, anybody) / max(0.02, customer))
        if is_broken:
            broken.append(habit)
    usual = math.exp(profile.values.mean) if profile.values.count else None
    return {
        "customer.habits": told,
        "customer.habits_broken": len(broken),
        "customer.broken": ", ".join(broken),
        "customer.strangeness": strangeness,
        "customer.new_store": profile.breaks("store", event),
        "customer.new_payment": profile.breaks("payment", event),
        "customer.usual_value": usual,
        "customer.value_ratio": event.value / usual if event.value and usual else None,
    }


def _seen_share(seen: Mapping[str, int], population: Mapping[str, int], total: int) -> float:
    return min(1.0, sum(population.get(value, 0) for value in seen) / max(1, total))


def _hour_share(profile: CustomerProfile, population: Population) -> float:
    seen = sum(number for hour, number in enumerate(population.hours) if profile.hour_seen(hour))
    return min(1.0, seen / max(1, population.sales))
