"""The facts `customer.*`: an event against its customer's habits, and against what customers usually do."""

import math

from fraud.context import surprise
from fraud.context.customer_day import CustomerDay
from fraud.context.habits import Habits
from fraud.context.look_ups import MOST_OF_CUSTOMER, LookUps, with_own
from fraud.context.sighting import GIFT_CARD, Sighting, end_of_day
from fraud.profiles.customers import HABITS, CustomerProfile
from fraud.profiles.population import Population, habit_level
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

_PRIOR_SALES = 2
"""A customer's shares are drawn to those of all customers, as if so many sales more had been theirs."""


def customer_facts(event: Sighting, look_ups: LookUps, profiles: Profiles, day: int) -> dict[str, Value]:
    """The customer's usual ways and last 24 hours; empty if the event names none."""
    if event.customer is None:
        return {}
    seen = CustomerDay(with_own(event, look_ups.customer, MOST_OF_CUSTOMER))
    facts = seen.facts(event)
    if not profiles.days:
        return facts
    profile = profiles.customers.get(event.customer)
    facts["customer.known"] = profile is not None
    facts["customer.age_days"] = day - profile.first_day if profile else 0
    facts["customer.settled"] = profiles.is_settled(profile, day)
    facts |= _against_others(event, seen, profile, profiles)
    if profile is not None and profile.sales:
        facts |= _habits(event, seen, profile, profiles)
    if profile is not None and profile.told:
        facts |= _shares(profile, profiles.population)
    return facts


def _against_others(
    event: Sighting, day: CustomerDay, profile: CustomerProfile | None, profiles: Profiles
) -> dict[str, Value]:
    """The surprise of the customer's counts, given what all customers do."""
    population = profiles.population
    sales, returns = len(day.sales), len(day.returns)
    fair_sales = len(day.fair_sales(event))
    before = profile.sales if profile else 0
    # The 24 hours reach into a day that the profile may have.
    after = end_of_day(profile.last_day) if profile else -math.inf
    sales_since = [seen for seen in day.sales if seen.time > after]
    sold = before + len(sales_since)
    returned = (profile.returns if profile else 0) + sum([seen.time > after for seen in day.returns])
    flagged = (profile.flagged if profile else 0) + sum([seen.is_flagged for seen in sales_since]) - 1
    usual_a_day = max(before / profiles.days, population.sales / max(1, population.active))
    changes = max(0, len(day.payments) - 1)
    return {
        "customer.sales": before,
        "customer.returns": returned,
        "customer.pace_surprise": surprise.of_events(sales, usual_a_day),
        "customer.return_surprise": surprise.of_share(returned, sold + returned, population.return_share),
        "customer.returns_surprise_24h": surprise.of_share(returns, fair_sales + returns, population.return_share),
        "customer.returned_surprise": surprise.of_share(
            day.returned_bought, max(day.returned_bought, fair_sales), population.return_share
        ),
        "customer.payments_surprise": surprise.of_share(
            changes, max(changes, sales - 1), min(0.9, profiles.novelty_rates(0)[HABITS.index("payment")])
        ),
        "customer.flagged": flagged + 1,
        "customer.flagged_surprise": surprise.of_share(
            flagged, max(flagged, sold - 1), population.share(population.flagged)
        ),
        "customer.gift_card_surprise": surprise.of_share(
            len(day.gift_cards), sales, population.share(population.payments.get(GIFT_CARD, 0))
        ),
        "customer.gift_card_visits_surprise": surprise.of_share(
            day.gift_card_visits, len(day.visits), population.share(population.payments.get(GIFT_CARD, 0))
        ),
        "customer.other_stores_24h": len(day.stores.difference(profile.stores if profile else ())),
        "customer.usual_sku": profile is not None and event.sku in profile.skus,
    }


def _habits(event: Sighting, day: CustomerDay, profile: CustomerProfile, profiles: Profiles) -> dict[str, Value]:
    habits = Habits(profile, profiles.population, profiles.novelty_rates(habit_level(profile.sales)))
    kept = habits.kept(event)
    others = [habits.strangeness(seen) for seen in day.sales if seen.id != event.id]
    usual = math.exp(profile.values.mean) if profile.values.count else None
    return {
        "customer.habits": kept.told,
        "customer.habits_broken": len(kept.broken),
        "customer.broken": ", ".join(kept.broken),
        "customer.strangeness": kept.strangeness,
        "customer.strangeness_24h": sum([max(0.0, strangeness) for strangeness in others]),
        "customer.payment_strangeness": habits.payment_strangeness(event),
        "customer.new_store": profile.is_in_new_store(event),
        "customer.new_payment": profile.pays_anew(event),
        "customer.usual_value": usual,
        "customer.value_ratio": event.value / usual if event.value and usual else None,
    }


def _shares(profile: CustomerProfile, population: Population) -> dict[str, Value]:
    return {
        "customer.priority_share": _drawn(profile.priority, profile.told, population.priority_share),
        "customer.deep_share": _drawn(profile.deep, profile.told, population.share(population.deep)),
    }


def _drawn(number: int, sales: int, usual_share: float) -> float:
    return (number + _PRIOR_SALES * usual_share) / (sales + _PRIOR_SALES)
