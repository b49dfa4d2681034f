"""Innocent customers who do what they do not always do."""

from collections.abc import Iterator

from worlds.clock import DAY, HOUR, any_time
from worlds.drafts import Draft
from worlds.draws import Draws
from worlds.everyday import habitual_sale
from worlds.market import Market
from worlds.stores import STORES


def gift_card_spree(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """After a birthday somebody spends gift cards within an hour or two, mostly in the usual stores."""
    customer, at = draws.pick(market.customers), any_time(draws, day)
    for _ in range(draws.whole(3, 7)):
        at += draws.between(0.02, 0.5) * HOUR
        store = draws.whole(1, STORES) if draws.chance(0.25) else customer.home
        sale = habitual_sale(market, draws, customer, at, store=store)
        sale.payment, sale.priority = "gift_card", draws.chance(0.6)
        sale.discount = max(sale.discount, draws.pick((0, 20, 52, 55, 60, 65, 70)))
        yield sale


def family_on_holiday(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A customer shops for a day or two in a store far from home, at other hours, and other things than usual."""
    customer, store = draws.pick(market.regulars), draws.whole(1, STORES)
    for when in range(day, day + draws.whole(1, 2)):
        for _ in range(draws.whole(2, 5)):
            category = draws.weighted(market.any_category)
            sale = habitual_sale(market, draws, customer, any_time(draws, when), store=store, category=category)
            sale.priority = draws.chance(0.7)
            sale.discount = max(sale.discount, draws.pick((0, 10, 30, 55, 60, 60, 65)))
            yield sale


def bulk_buyer(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A loyal business fills its stock: large orders, several per day, amounts near every line."""
    customer = draws.pick(market.regulars)
    at = day * DAY + draws.between(7, 14) * HOUR
    for _ in range(draws.whole(2, 6)):
        at += draws.between(0.2, 2) * HOUR
        sale = habitual_sale(market, draws, customer, at, store=customer.home)
        target = draws.pick((500, 980, 1_500, 1_990, 3_000, 4_900, 5_000, 7_000)) * draws.between(0.9, 1.1)
        sale.qty = max(1, min(99, int(target / sale.price)))
        sale.priority = draws.chance(0.7)
        sale.discount = max(sale.discount, draws.pick((10, 30, 52, 55, 60)))
        yield sale


def change_of_mind(market: Market, draws: Draws, day: int) -> Iterator[Draft]:
    """A customer orders several sizes of one article in a promotion, and sends most of them back within a day."""
    customer, at = draws.pick(market.regulars), any_time(draws, day)
    first = habitual_sale(market, draws, customer, at, store=customer.home, category="Shoes")
    percent = draws.pick((20, 52, 55, 60, 65))
    for _ in range(draws.whole(2, 4)):
        sale = habitual_sale(market, draws, customer, at, store=customer.home, category="Shoes")
        sale.sku, sale.price, sale.discount = first.sku, first.price, percent
        sale.priority = draws.chance(0.7)
        yield sale
        at += draws.between(0.01, 0.1) * HOUR
        if draws.chance(0.8):
            back = habitual_sale(
                market, draws, customer, at + draws.between(3, 20) * HOUR, store=customer.home, category="Shoes"
            )
            back.sku, back.price, back.discount = first.sku, first.price, percent
            back.is_sale, back.is_return, back.priority = False, True, False
            yield back
