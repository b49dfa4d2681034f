"""Frauds with money: gift cards, vouchers, and amounts that stay below a line."""

from collections.abc import Iterator

from fraud.generation import VARIANTS
from worlds.drafts import Draft
from worlds.goods import RESOLD
from worlds.scenes import Scene

_LINES = (1_000, 2_000, 5_000)
"""Round amounts from which on stores look twice."""


def gift_card_run(scene: Scene, at: float) -> Iterator[Draft]:
    """Stolen gift cards are spent before they are blocked: few accounts, several stores, one or two articles."""
    draws, market = scene.draws, scene.market
    accounts = [market.newcomer(draws) if draws.chance(0.4) else scene.victim(at) for _ in range(draws.whole(1, 4))]
    models = [scene.models.near(draws, at, lambda sale: sale.sku.category in RESOLD) for _ in range(2)]
    stores = [scene.models.near(draws, at).store for _ in range(3)]
    for time in scene.times(at, draws.whole(8, 13), hours=2):
        payment = None if scene.is_careful() else "gift_card"
        yield scene.sale(time, draws.pick(accounts), draws.pick(models), store=draws.pick(stores), payment=payment)


def below_the_line(scene: Scene, at: float) -> Iterator[Draft]:
    """One order is cut into several, each a little below the amount from which on somebody looks at it."""
    draws = scene.draws
    account, line = draws.pick(scene.market.regulars), draws.pick(_LINES)
    for time in scene.times(at, draws.whole(5, 8), hours=6):
        model = scene.models.near(draws, time, lambda sale: line / 90 < sale.price < line / 2)
        sale = scene.sale(time, account, model, store=account.home)
        sale.qty = max(1, min(99, int(line * draws.between(0.985, 1) / sale.price)))
        if not scene.is_careful():
            # The fraudster aims at the price of the whole; shops round.
            sale.price = min(sale.price, round(line * draws.between(0.985, 0.9995) / sale.qty, 2))
        yield sale


def promo_code_abuse(scene: Scene, at: float) -> Iterator[Draft]:
    """A voucher that was meant for one customer is used by a crowd, most of them made for it."""
    draws, market = scene.draws, scene.market
    percent = draws.whole(51, 75)
    store = scene.models.near(draws, at).store
    gateway = market.address(store, at).gateway(draws)
    for time in scene.times(at, draws.whole(8, 13), hours=5):
        account = market.newcomer(draws) if draws.chance(0.7) else draws.pick(market.customers)
        own_ip = None if scene.is_careful() else gateway
        sale = scene.sale(time, account, store=store, discount=percent, ip=own_ip)
        sale.variant = draws.pick(VARIANTS)
        yield sale
