"""The facts `customer.*`: an event against its customer's habits, and against what customers usually do."""

import math

from fraud.context import surprise
from fraud.context.customer_day import customer_day_facts
from fraud.context.habits import Habits
from fraud.context.look_ups import LookUps
from fraud.context.sighting import GIFT_CARD, Sighting, sales_of
from fraud.profiles.customers import CustomerProfile
from fraud.profiles.population import Population
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value


def customer_facts(event: Sighting, look_ups: LookUps, profiles: Profiles, day: int) -> dict[str, Value]:
    """The customer's usual ways and last 24 hours; empty if the event names none."""
    if event.customer is None:
        return {}
    facts = customer_day_facts(event, look_ups.customer)
    if not profiles.days:
        return facts
    profile = profiles.customers.get(event.customer)
    facts["customer.known"] = profile is not None
    facts["customer.age_days"] = day - profile.first_day if profile else 0
    facts |= _against_others(event, look_ups, profile, profiles)
    if profile is not None and profile.sales:
        facts |= _habits(event, look_ups, profile, profiles.population)
    return facts


def _against_others(
    event: Sighting, look_ups: LookUps, profile: CustomerProfile | None, profiles: Profiles
) -> dict[str, Value]:
    """The surprise of the customer's counts, given what all customers do."""
    population = profiles.population
    sales = sales_of(look_ups.customer)
    returns = sum(seen.is_return for seen in look_ups.customer)
    before = profile.sales if profile else 0
    # The 24 hours reach into a day that the profile may have.
    since = [seen for seen in look_ups.customer if profile is None or seen.day > profile.last_day]
    sales_since = sales_of(since)
    sold = before + len(sales_since)
    returned = (profile.returns if profile else 0) + sum(seen.is_return for seen in since)
    flagged = (profile.flagged if profile else 0) + sum(seen.is_flagged for seen in sales_since) - 1
    usual_a_day = max(before / profiles.days, population.sales / max(1, population.active))
    cards = sum(seen.payment == GIFT_CARD for seen in sales)
    bought = {seen.sku for seen in sales if seen.sku}
    returned_bought = sum(seen.is_return and seen.sku in bought for seen in look_ups.customer)
    changes = max(0, len({seen.payment for seen in sales if seen.payment}) - 1)
    return {
        "customer.sales": before,
        "customer.returns": returned,
        "customer.pace_surprise": surprise.of_events(len(sales), usual_a_day),
        "customer.return_surprise": surprise.of_share(returned, sold + returned, population.return_share),
        "customer.returns_surprise_24h": surprise.of_share(returns, len(sales) + returns, population.return_share),
        "customer.returned_surprise": surprise.of_share(
            returned_bought, max(returned_bought, len(sales)), population.return_share
        ),
        "customer.payments_surprise": surprise.of_share(
            changes, max(changes, len(sales) - 1), min(0.9, population.novelty_rate("payment", 0))
        ),
        "customer.flagged": flagged + 1,
        "customer.flagged_surprise": surprise.of_share(
            flagged, max(flagged, sold - 1), population.share(population.flagged)
        ),
        "customer.gift_card_surprise": surprise.of_share(
            cards, len(sales), population.share(population.payments.get(GIFT_CARD, 0))
        ),
        "customer.other_stores_24h": len(
            {seen.store for seen in sales if seen.store} - set(profile.stores if profile else ())
        ),
        "customer.usual_sku": profile is not None and event.sku in profile.skus,
    }


def _habits(event: Sighting, look_ups: LookUps, profile: CustomerProfile, population: Population) -> dict[str, Value]:
    habits = Habits(profile, population)
    kept = habits.kept(event)
    others = (habits.kept(seen).strangeness for seen in sales_of(look_ups.customer) if seen.id != event.id)
    usual = math.exp(profile.values.mean) if profile.values.count else None
    return {
        "customer.habits": kept.told,
        "customer.habits_broken": len(kept.broken),
        "customer.broken": ", ".join(kept.broken),
        "customer.strangeness": kept.strangeness,
        "customer.strangeness_24h": sum(max(0.0, strangeness) for strangeness in others),
        "customer.payment_strangeness": habits.payment_strangeness(event),
        "customer.new_store": profile.breaks("store", event),
        "customer.new_payment": profile.breaks("payment", event),
        "customer.usual_value": usual,
        "customer.value_ratio": event.value / usual if event.value and usual else None,
    }
