"""The facts `shelf.*`: the last three hours of an event's store and category."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from fraud.context import surprise
from fraud.context.look_ups import MOST_OF_SHELF
from fraud.context.shelf_counts import SeenOnShelf, ShelfCounts
from fraud.context.sighting import GIFT_CARD, Sighting, customers_of, once, sales_of
from fraud.profiles.customers import CustomerProfile
from fraud.profiles.profiles import Profiles
from fraud.rules.language import Value

PRIOR_SALES = 6
"""A shelf's share of deep discounts is drawn to that of all shelves as if so many sales had been seen."""

PRIOR_PAYMENTS = 4
PRIOR_AT_GATEWAY = 5
FEW_BY_NETWORK = 2
"""A network is taken for the store's new one until others come through another: so many are half of it."""


class Shelf:
    """A store's category, as it is for all events of a window: what they have in common is counted once.

    `recent` are its sightings, in order of time, up to the end of the window.
    """

    def __init__(self, recent: Sequence[Sighting], profiles: Profiles) -> None:
        self.recent = recent
        self._profiles = profiles
        self._is_cut = len(recent) >= MOST_OF_SHELF
        distinct = once(recent)
        self._counts = ShelfCounts(_seen(distinct, profiles))
        self._deep_share = profiles.population.share(profiles.population.deep)
        self._buyers = _buyers(sales_of(distinct), profiles) if profiles.days else {}

    def facts(self, event: Sighting) -> dict[str, Value]:
        """The shelf around an event: if it has a promotion, who buys, and if its store sends as usual."""
        counts, profiles = self._counts, self._profiles
        promotion = counts.promotion(event)
        facts: dict[str, Value] = {
            "shelf.sales_3h": promotion.sales,
            "shelf.deep_3h": promotion.deep_customers,
            "shelf.alike_3h": promotion.alike,
            "shelf.cut": self._is_cut,
        }
        if not profiles.days:
            return facts
        share = (promotion.deep + PRIOR_SALES * self._deep_share) / (promotion.sales + PRIOR_SALES)
        return facts | {
            "shelf.deep_share": share,
            "shelf.usual_deep_share": self._deep_share,
            "shelf.discount_strangeness": math.log(self._deep_share / share),
            **self._buyers,
            "shelf.new_alike_3h": counts.new_alike(event),
            "shelf.strangers_3h": counts.strangers(event),
            "shelf.new_same_payment_surprise": self._new_same_payment(event),
            **self._sending(event),
        }

    def _new_same_payment(self, event: Sighting) -> float:
        alike, new = self._counts.new_paid(event)
        population = self._profiles.population
        return surprise.of_share(alike, new, population.share(population.payments.get(event.payment or "", 0)))

    def _sending(self, event: Sighting) -> dict[str, Value]:
        """Tells if all of the store's customers come by another network or pay in another way, not this one alone."""
        here, later = self._counts.by_network(event)
        breaks, paid = self._counts.payment_breaks(event)
        return {
            "shelf.name_here_3h": self._counts.by_name(event),
            "shelf.network_share": (here + FEW_BY_NETWORK) / (later + FEW_BY_NETWORK),
            "shelf.network_here_3h": here,
            "shelf.network_since_3h": later,
            "shelf.payment_breaks": (breaks + 0.5) / (paid + PRIOR_PAYMENTS),
            "shelf.gateway_surprise": self._gateway_surprise(event),
        }

    def _gateway_surprise(self, event: Sighting) -> float:
        """Surprise that deep discounts come through the event's gateway more than through the others of the shelf."""
        here, elsewhere = self._counts.by_gateway(event)
        share = (elsewhere.deep + PRIOR_AT_GATEWAY * self._deep_share) / (elsewhere.sales + PRIOR_AT_GATEWAY)
        return surprise.of_share(here.deep, here.sales, min(0.95, share))


def _seen(recent: Iterable[Sighting], profiles: Profiles) -> Iterable[SeenOnShelf]:
    for sighting in recent:
        profile = profiles.customers.get(sighting.customer or "")
        is_sale, is_flagged = sighting.is_sale and not sighting.is_return, sighting.is_flagged
        yield SeenOnShelf(
            sighting,
            is_sale=is_sale,
            is_known=profile is not None or not profiles.days,
            # Accounts that were made for it could make a promotion of their own.
            is_settled=profiles.is_settled(profile, sighting.day) or not profiles.days,
            is_at_home=profile is None or _is_at_home(profile, sighting, profiles),
            is_stranger=is_sale and is_flagged and profiles.is_stranger(sighting),
            pays_anew=is_sale and not is_flagged and profile is not None and _pays_anew(profile, sighting),
        )


def _is_at_home(profile: CustomerProfile, sighting: Sighting, profiles: Profiles) -> bool:
    store = profiles.stores.get(sighting.store or "")
    return store is None or not store.days or sighting.store in profile.stores


def _pays_anew(profile: CustomerProfile, sale: Sighting) -> bool:
    return bool(profile.sales) and profile.pays_anew(sale) is True


def _buyers(sales: Sequence[Sighting], profiles: Profiles) -> dict[str, Value]:
    population, customers = profiles.population, profiles.customers
    new_share = min(0.9, population.new_share)
    buyers, flagged_buyers = customers_of(sales), customers_of(seen for seen in sales if seen.is_flagged)
    new = sum(customer not in customers for customer in buyers)
    new_flagged = sum(customer not in customers for customer in flagged_buyers)
    return {
        "shelf.new_customers_3h": new,
        "shelf.new_surprise": surprise.of_share(new, len(buyers), new_share),
        "shelf.new_flagged_3h": new_flagged,
        "shelf.new_flagged_surprise": surprise.of_share(new_flagged, len(flagged_buyers), new_share),
        "shelf.gift_card_surprise": surprise.of_share(
            sum(seen.payment == GIFT_CARD for seen in sales),
            len(sales),
            population.share(population.payments.get(GIFT_CARD, 0)),
        ),
    }


class RecentShelves:
    """The shelves that were counted last, by store and category: the chunks of a window have them in common."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._profiles: Profiles | None = None
        self._shelves: OrderedDict[tuple[str, str], Shelf] = OrderedDict()

    def of(self, key: tuple[str, str], recent: Sequence[Sighting], profiles: Profiles) -> Shelf:
        """The shelf of a store and a category with these sightings; nobody changes the profiles meanwhile."""
        if self._profiles is not profiles:
            self._profiles = profiles
            self._shelves.clear()
        shelf = self._shelves.get(key)
        if shelf is None or not (shelf.recent is recent or shelf.recent == recent):
            shelf = self._shelves[key] = Shelf(recent, profiles)
        self._shelves.move_to_end(key)
        if len(self._shelves) > self._most:
            self._shelves.popitem(last=False)
        return shelf
