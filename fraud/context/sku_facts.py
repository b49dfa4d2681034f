"""The facts `sku.*` of who buys an event's goods now."""

from collections.abc import Sequence

from fraud.context import surprise
from fraud.context.look_ups import MOST_OF_SKU, with_own
from fraud.context.shelf_counts import ALIKE_PERCENT
from fraud.context.sighting import GIFT_CARD, HOUR, Sighting, once, sales_of
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

ALIKE_PRICE = 0.05
"""The share by which two prices of a sku may differ and be about the same."""


def sku_facts(event: Sighting, recent: Sequence[Sighting], profiles: Profiles) -> dict[str, Value]:
    """The last eight hours of the sku; empty if the event names none."""
    if event.sku is None:
        return {}
    is_cut = len(recent) >= MOST_OF_SKU
    sales = sales_of(once(with_own(event, recent, MOST_OF_SKU)))
    others = [seen for seen in sales if seen.customer != event.customer]
    flagged = [seen for seen in others if seen.is_flagged]
    buyers = {seen.customer for seen in sales} - {None}
    alike = {seen.customer for seen in flagged if seen.payment == event.payment} - {None}
    gift_cards = [seen.payment for seen in sales].count(GIFT_CARD)
    facts: dict[str, Value] = {
        "sku.sales_8h": len(sales),
        "sku.customers_8h": len(buyers | {event.customer}),
        "sku.stores_8h": len({seen.store for seen in sales} - {None}),
        "sku.flagged_8h": sum([seen.is_flagged for seen in sales]),
        "sku.flagged_1h": len({seen.customer for seen in flagged if abs(seen.time - event.time) < HOUR} - {None}),
        "sku.same_payment_8h": len(alike),
        "sku.same_network_8h": len({seen.customer for seen in flagged if seen.network == event.network} - {None}),
        "sku.gift_cards_8h": gift_cards,
        "sku.cut": is_cut,
    }
    if not profiles.days:
        return facts
    population, customers = profiles.population, profiles.customers
    new = sum([customer not in customers for customer in buyers])
    profile = profiles.skus.get(event.sku)
    usual = max(profile.sales if profile else 0, 1) / profiles.days / 3
    strangers = {seen.customer for seen in flagged if profiles.is_stranger(seen)} - {None}
    as_cheap = [seen for seen in others if _at_discount(seen, event)]
    settled = [seen for seen in others if _keeps_store(seen, profiles)]
    # A ring at a price that somebody entered for it must not make a markdown of its own.
    unflagged = [seen for seen in settled if not seen.is_flagged]
    promoted_to = {seen.customer for seen in unflagged if seen.is_deep} - {None}
    return facts | {
        "sku.new_customers_8h": new,
        "sku.new_surprise": surprise.of_share(new, len(buyers), min(0.9, population.new_share)),
        "sku.strangers_8h": len(strangers),
        "sku.promoted_8h": len(promoted_to),
        "sku.alike_8h": len({seen.customer for seen in settled if _at_discount(seen, event)}),
        "sku.same_price_8h": len({seen.customer for seen in unflagged if _at_price(seen, event)}),
        "sku.crowd_8h": len({seen.customer for seen in as_cheap if _pays_as_before(seen, profiles)} - {None}),
        "sku.pace_surprise": surprise.of_events(len(sales) - 1, usual),
        "sku.same_payment_surprise": surprise.of_share(
            len(alike),
            len({seen.customer for seen in flagged} - {None}),
            population.share(population.payments.get(event.payment or "", 0)),
        ),
        "sku.flagged_surprise": surprise.of_share(len(flagged), len(others), population.share(population.flagged)),
        "sku.gift_card_surprise": surprise.of_share(
            gift_cards, len(sales), population.share(population.payments.get(GIFT_CARD, 0))
        ),
    }


def _pays_as_before(sale: Sighting, profiles: Profiles) -> bool:
    profile = profiles.customers.get(sale.customer or "")
    return profile is not None and profile.pays_anew(sale) is False and profiles.is_settled(profile, sale.day)


def _at_discount(sale: Sighting, event: Sighting) -> bool:
    return sale.discount is not None and abs(sale.discount - (event.discount or 0.0)) <= ALIKE_PERCENT


def _at_price(sale: Sighting, event: Sighting) -> bool:
    if sale.price is None or event.price is None or event.price <= 0:
        return False
    return abs(sale.price - event.price) <= ALIKE_PRICE * event.price


def _keeps_store(sale: Sighting, profiles: Profiles) -> bool:
    profile = profiles.customers.get(sale.customer or "")
    return profile is not None and sale.store in profile.stores and profiles.is_settled(profile, sale.day)
