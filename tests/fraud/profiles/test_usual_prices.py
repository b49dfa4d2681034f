"""The usual price of a sku is that of the store, as far as enough was seen there."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import msgspec
import pytest

from fraud.context.sighting import Sighting, sighting
from fraud.profiles.counts import MOST_VALUES
from fraud.profiles.skus import DRAWN, MOST_FAR, MOST_SEEN, PriceDeviations, SkuDay, SkuProfile
from tests.fraud.builders import event_body

DAY = datetime(2026, 1, 2, 10, tzinfo=UTC)
Sale = tuple[int, float]


def sale(store: int, price: float) -> Sighting:
    return sighting(msgspec.json.decode(event_body("a", store_id=store, price=price)), DAY)


def profile_of(*days: Sequence[Sale], deviations: PriceDeviations | None = None) -> SkuProfile:
    profile = SkuProfile()
    for sales in days:
        day = SkuDay()
        for store, price in sales:
            profile.add(sale(store, price), day, deviations or PriceDeviations())
        profile.close_day(day)
    return profile


def shuffled(*sales: Sale) -> list[Sale]:
    return Random(7).sample(sales, len(sales))


def usual(profile: SkuProfile, store: int | None) -> float:
    price = profile.usual_price(None if store is None else str(store))
    assert price is not None
    return price


@pytest.mark.parametrize("days", [1, 2, 5])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_each_store_has_its_own_usual_price_whichever_of_them_sells_more(days: int, share: float):
    dear = round(100 * share)
    profile = profile_of(*[shuffled(*[(1, 20.0)] * (100 - dear), *[(2, 28.0)] * dear)] * days)

    assert usual(profile, 1) == pytest.approx(20.0, rel=0.05)
    assert usual(profile, 2) == pytest.approx(28.0, rel=0.05)


def test_a_store_that_never_sold_it_and_none_at_all_have_the_usual_price_of_all():
    profile = profile_of([(1, 20.0), (1, 20.0), (2, 24.0)] * 60)

    assert usual(profile, 3) == usual(profile, None) == 20.0


def test_a_first_price_at_a_store_counts_less_than_those_of_all_others():
    profile = profile_of([*[(1, 20.0)] * 60, (2, 24.0)])

    assert usual(profile, 2) == pytest.approx(20.0 * 1.2 ** (1 / (1 + DRAWN)), rel=1e-5)


def test_prices_entered_by_hand_hardly_become_usual_at_their_store():
    profile = profile_of([*[(1, 20.0)] * 30, *[(2, 20.0)] * 8, (2, 0.01), (2, 0.01)])

    assert usual(profile, 2) == pytest.approx(20.0 * math.exp(-2 * MOST_FAR / (10 + DRAWN)), rel=1e-5)
    assert usual(profile, 2) > 18.0


def test_a_price_that_changes_everywhere_is_usual_on_the_next_day_in_each_store():
    day = [(1, 20.0), (1, 20.0), (2, 24.0)] * 40
    profile = profile_of(day, day, [(store, price * 0.7) for store, price in day])

    assert usual(profile, 1) == pytest.approx(14.0, rel=0.05)
    assert usual(profile, 2) == pytest.approx(16.8, rel=0.05)


def test_a_store_that_becomes_dearer_is_followed_within_days():
    profile = profile_of(*[[(1, 20.0)] * MOST_SEEN + [(2, 20.0)] * MOST_SEEN] * 20, *[[(1, 20.0), (2, 24.0)] * 64] * 4)

    assert usual(profile, 2) == pytest.approx(24.0, rel=0.05)


def test_what_differs_between_stores_is_no_deviation_of_prices_from_the_second_day_on():
    first, later = PriceDeviations(), PriceDeviations()
    day = [(1, 20.0), (1, 20.0), (2, 30.0)] * 400
    profile_of(day, deviations=first)
    profile_of(*[day] * 9, deviations=later)

    assert first.spread > 0.1
    assert later.total - first.total < 0.02 * (later.count - first.count)


def test_a_store_beyond_the_bound_has_the_usual_price_of_all():
    stores = [*range(1, MOST_VALUES + 1)]
    profile = profile_of([(1, 20.0), *[(store, 20.0) for store in stores], *[(99, 30.0)] * 9])

    assert len(profile.at_stores) == MOST_VALUES
    assert usual(profile, 99) == 20.0


def test_a_profile_of_before_stores_were_told_apart_is_read_and_goes_on():
    before = msgspec.msgpack.encode({"sales": 2, "prices": {"seen": 2, "numbers": [20.0, 20.0]}})
    profile, day = msgspec.msgpack.decode(before, type=SkuProfile), SkuDay()

    assert usual(profile, 2) == 20.0
    profile.add(sale(2, 30.0), day, PriceDeviations())
    profile.close_day(day)
    assert usual(profile, 2) > 20.0
