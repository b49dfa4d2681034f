"""Innocent occasions that bring many customers at once."""

from collections.abc import Iterator

from worlds.clock import DAY, HOUR, any_time
from worlds.customers import Customer
from worlds.drafts import Draft
from worlds.draws import Draws
from worlds.everyday import asked_price, habitual_sale
from worlds.market import Market
from worlds.stores import NEW_STORE, STORES


def staff_sale(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A store sells to its staff for an afternoon, all at one discount that nobody else gets."""
    store, percent = draws.whole(1, STORES), draws.whole(52, 72)
    begin = day * DAY + draws.between(13, 18) * HOUR
    staff = [customer for customer in draws.several(market.regulars, 400) if customer.home == store][:24]
    for customer in staff:
        for _ in range(draws.whole(1, 3)):
            sale = habitual_sale(market, draws, customer, begin + draws.between(0, 3) * HOUR, store=store)
            sale.discount, sale.priority = percent, draws.chance(0.6)
            yield sale


def flash_sale(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """One article is cheap for an hour, and everybody buys it."""
    stores = draws.several(range(1, STORES + 1), draws.whole(2, 5))
    sku, percent = market.sku_of(draws, draws.weighted(market.any_category)), draws.whole(52, 70)
    begin = day * DAY + draws.between(9, 20) * HOUR
    for _ in range(draws.whole(60, 100)):
        customer = market.newcomer(draws) if draws.chance(0.06) else draws.pick(market.customers)
        sale = habitual_sale(market, draws, customer, begin + draws.between(0, 1) * HOUR, store=draws.pick(stores))
        sale.sku, sale.discount = sku, percent
        sale.price = asked_price(draws, sku.price(sale.store, sale.at))
        sale.qty, sale.priority = draws.whole(1, 3), draws.chance(0.45)
        yield sale


def store_opening(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A store opens: for a day everybody comes, many for the first time, and much is cheap."""
    percent = draws.pick((52, 55, 60))
    begin = day * DAY + 9 * HOUR
    for _ in range(draws.whole(100, 140)):
        customer = _visitor(market, draws, newcomers=0.3)
        sale = habitual_sale(market, draws, customer, begin + draws.between(0, 12) * HOUR, store=NEW_STORE)
        if draws.chance(0.7):
            sale.discount = percent
        sale.priority = draws.chance(0.4)
        yield sale


def newsletter_voucher(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A voucher goes to many customers by e-mail: one discount, used all over a day, without a promotion."""
    percent = draws.whole(51, 75)
    begin = any_time(draws, day)
    for _ in range(draws.whole(30, 50)):
        customer = _visitor(market, draws, newcomers=0.12)
        sale = habitual_sale(market, draws, customer, begin + draws.between(0, 10) * HOUR)
        sale.discount, sale.priority = percent, draws.chance(0.5)
        yield sale


def sign_up_day(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A fair wins a store new customers, who buy within hours through the store's own network."""
    store, percent = draws.whole(1, STORES), draws.pick((51, 55, 60))
    begin = day * DAY + draws.between(10, 16) * HOUR
    for _ in range(draws.whole(15, 25)):
        customer, at = market.newcomer(draws, store), begin + draws.between(0, 4) * HOUR
        for _ in range(draws.whole(1, 2)):
            sale = habitual_sale(market, draws, customer, at, store=store)
            at += draws.between(0.1, 1) * HOUR
            sale.discount, sale.priority = max(sale.discount, percent), draws.chance(0.5)
            yield sale


def _visitor(market: Market, draws: Draws, newcomers: float) -> Customer:
    return market.newcomer(draws) if draws.chance(newcomers) else draws.pick(market.customers)
