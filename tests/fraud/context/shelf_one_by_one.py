"""The facts `shelf.*` as their definition: each event goes through all sightings of its shelf by itself."""

import math
from collections.abc import Sequence

from fraud.context import surprise
from fraud.context.look_ups import MOST_OF_SHELF
from fraud.context.shelf_counts import ALIKE_PERCENT
from fraud.context.shelf_facts import FEW_BY_NETWORK, PRIOR_AT_GATEWAY, PRIOR_PAYMENTS, PRIOR_SALES
from fraud.context.sighting import GIFT_CARD, Sighting, customers_of, sales_of
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value


def facts_one_by_one(event: Sighting, recent: Sequence[Sighting], profiles: Profiles) -> dict[str, Value]:
    """The shelf around an event."""
    sales = sales_of(recent)
    others = [seen for seen in sales if seen.customer != event.customer and seen.sku != event.sku]
    # Accounts that were made for it could make a promotion of their own.
    settled = [seen for seen in others if not profiles.days or _is_settled(seen, profiles)]
    deep = [seen for seen in settled if seen.is_deep]
    discount = event.discount or 0.0
    alike = sum(abs((seen.discount or 0.0) - discount) <= ALIKE_PERCENT for seen in deep)
    facts: dict[str, Value] = {
        "shelf.sales_3h": len(settled),
        "shelf.deep_3h": len(customers_of(deep)),
        "shelf.alike_3h": alike,
        "shelf.cut": len(recent) >= MOST_OF_SHELF,
    }
    if not profiles.days:
        return facts
    by_others = [seen for seen in recent if seen.customer != event.customer]
    return (
        facts
        | _promotion(settled, deep, profiles)
        | _buyers(event, sales, profiles)
        | _sending(event, recent, by_others, profiles)
    )


def _promotion(settled: list[Sighting], deep: list[Sighting], profiles: Profiles) -> dict[str, Value]:
    usual = profiles.population.share(profiles.population.deep)
    share = (len(deep) + PRIOR_SALES * usual) / (len(settled) + PRIOR_SALES)
    return {
        "shelf.deep_share": share,
        "shelf.usual_deep_share": usual,
        "shelf.discount_strangeness": math.log(usual / share),
    }


def _buyers(event: Sighting, sales: list[Sighting], profiles: Profiles) -> dict[str, Value]:
    population, customers = profiles.population, profiles.customers
    new_share = min(0.9, population.new_share)
    flagged = [seen for seen in sales if seen.is_flagged]
    buyers, flagged_buyers = customers_of(sales), customers_of(flagged)
    new = sum(customer not in customers for customer in buyers)
    new_flagged = sum(customer not in customers for customer in flagged_buyers)
    others = [seen for seen in sales if seen.customer != event.customer]
    alike = [seen for seen in others if seen.is_deep and seen.discount == event.discount]
    new_others = [seen for seen in others if seen.is_flagged and seen.customer not in customers]
    paid_alike = customers_of(seen for seen in new_others if seen.payment == event.payment)
    strangers = (seen for seen in others if seen.is_flagged and profiles.is_stranger(seen))
    return {
        "shelf.new_customers_3h": new,
        "shelf.new_surprise": surprise.of_share(new, len(buyers), new_share),
        "shelf.new_flagged_3h": new_flagged,
        "shelf.new_flagged_surprise": surprise.of_share(new_flagged, len(flagged_buyers), new_share),
        "shelf.new_same_payment_surprise": surprise.of_share(
            len(paid_alike),
            len(customers_of(new_others)),
            population.share(population.payments.get(event.payment or "", 0)),
        ),
        "shelf.new_alike_3h": len(customers_of(seen for seen in alike if seen.customer not in customers)),
        "shelf.strangers_3h": len(customers_of(strangers)),
        "shelf.gift_card_surprise": surprise.of_share(
            sum(seen.payment == GIFT_CARD for seen in sales),
            len(sales),
            population.share(population.payments.get(GIFT_CARD, 0)),
        ),
    }


def _sending(
    event: Sighting, recent: Sequence[Sighting], others: list[Sighting], profiles: Profiles
) -> dict[str, Value]:
    """Do all of the store's customers come by another network, or pay in another way, and not this one alone?"""
    usual = [seen for seen in others if not seen.is_flagged and _is_settled(seen, profiles)]
    usual = [seen for seen in usual if _is_at_home(seen, profiles)]
    since = min((seen.time for seen in recent if seen.network == event.network), default=0.0)
    later = len(customers_of(seen for seen in usual if seen.time >= since))
    here = len(customers_of(seen for seen in usual if seen.network == event.network))
    paid = sales_of(usual)
    breaks = len(customers_of(seen for seen in paid if _pays_anew(seen, profiles)))
    return {
        "shelf.name_here_3h": len(customers_of(seen for seen in usual if seen.store_name == event.store_name)),
        "shelf.network_share": (here + FEW_BY_NETWORK) / (later + FEW_BY_NETWORK),
        "shelf.network_here_3h": here,
        "shelf.network_since_3h": later,
        "shelf.payment_breaks": (breaks + 0.5) / (len(customers_of(paid)) + PRIOR_PAYMENTS),
        "shelf.gateway_surprise": _gateway_surprise(event, sales_of(others), profiles),
    }


def _is_settled(seen: Sighting, profiles: Profiles) -> bool:
    profile = profiles.customers.get(seen.customer or "")
    return profile is not None and seen.day - profile.first_day >= min(7, math.ceil(profiles.days / 2))


def _is_at_home(seen: Sighting, profiles: Profiles) -> bool:
    profile, store = profiles.customers.get(seen.customer or ""), profiles.stores.get(seen.store or "")
    return store is None or not store.days or (profile is not None and seen.store in profile.stores)


def _pays_anew(sale: Sighting, profiles: Profiles) -> bool:
    profile = profiles.customers.get(sale.customer or "")
    return profile is not None and bool(profile.sales) and profile.pays_anew(sale) is True


def _gateway_surprise(event: Sighting, sales: list[Sighting], profiles: Profiles) -> float:
    """Surprise that deep discounts come through the event's gateway more than through the others of the shelf."""
    here = [seen.is_deep for seen in sales if seen.gateway == event.gateway]
    elsewhere = [seen.is_deep for seen in sales if seen.gateway != event.gateway]
    usual = PRIOR_AT_GATEWAY * profiles.population.share(profiles.population.deep)
    share = (sum(elsewhere) + usual) / (len(elsewhere) + PRIOR_AT_GATEWAY)
    return surprise.of_share(sum(here), len(here), min(0.95, share))
