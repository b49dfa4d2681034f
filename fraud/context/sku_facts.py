"""The facts `sku.*` of who buys an event's goods now."""

from collections.abc import Iterable

from fraud.context import surprise
from fraud.context.look_ups import MOST_OF_SKU
from fraud.context.sighting import GIFT_CARD, HOUR, Sighting, customers_of, sales_of
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value


def sku_facts(event: Sighting, recent: Iterable[Sighting], profiles: Profiles) -> dict[str, Value]:
    """The last eight hours of the sku; empty if the event names none."""
    if event.sku is None:
        return {}
    seen_now = list(recent)
    sales = sales_of(seen_now)
    flagged = [seen for seen in sales if seen.is_flagged and seen.customer != event.customer]
    facts: dict[str, Value] = {
        "sku.sales_8h": len(sales),
        "sku.customers_8h": len(customers_of(sales) | {event.customer}),
        "sku.stores_8h": len({seen.store for seen in sales if seen.store}),
        "sku.flagged_8h": sum(seen.is_flagged for seen in sales),
        "sku.flagged_1h": len(customers_of(seen for seen in flagged if abs(seen.time - event.time) < HOUR)),
        "sku.same_payment_8h": len(customers_of(seen for seen in flagged if seen.payment == event.payment)),
        "sku.same_network_8h": len(customers_of(seen for seen in flagged if seen.network == event.network)),
        "sku.gift_cards_8h": sum(seen.payment == GIFT_CARD for seen in sales),
        "sku.cut": len(seen_now) >= MOST_OF_SKU,
    }
    return facts | _against_others(event, sales, flagged, profiles) if profiles.days else facts


def _against_others(
    event: Sighting, sales: list[Sighting], flagged: list[Sighting], profiles: Profiles
) -> dict[str, Value]:
    """The surprise of the buyers, given what all customers do."""
    population, customers = profiles.population, profiles.customers
    others = [seen for seen in sales if seen.customer != event.customer]
    buyers, flagged_buyers = customers_of(sales), len(customers_of(flagged))
    new = sum(customer not in customers for customer in buyers)
    alike = len(customers_of(seen for seen in flagged if seen.payment == event.payment))
    profile = profiles.skus.get(event.sku or "")
    usual = max(profile.sales if profile else 0, 1) / profiles.days / 3
    strangers = (seen for seen in flagged if profiles.is_stranger(seen))
    promoted = (seen for seen in others if seen.is_deep and not seen.is_flagged)
    return {
        "sku.new_customers_8h": new,
        "sku.new_surprise": surprise.of_share(new, len(buyers), min(0.9, population.new_share)),
        "sku.strangers_8h": len(customers_of(strangers)),
        "sku.promoted_8h": len(customers_of(seen for seen in promoted if _keeps_store(seen, profiles))),
        "sku.pace_surprise": surprise.of_events(len(sales) - 1, usual),
        "sku.same_payment_surprise": surprise.of_share(
            alike, flagged_buyers, population.share(population.payments.get(event.payment or "", 0))
        ),
        "sku.flagged_surprise": surprise.of_share(
            sum(seen.is_flagged for seen in others), len(others), population.share(population.flagged)
        ),
        "sku.gift_card_surprise": surprise.of_share(
            sum(seen.payment == GIFT_CARD for seen in sales),
            len(sales),
            population.share(population.payments.get(GIFT_CARD, 0)),
        ),
    }


def _keeps_store(sale: Sighting, profiles: Profiles) -> bool:
    profile = profiles.customers.get(sale.customer or "")
    return profile is not None and sale.store in profile.stores
