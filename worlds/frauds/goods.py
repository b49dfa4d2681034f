"""Frauds with goods: prices, returns, and articles that are bought up."""

from collections.abc import Iterator

from worlds.clock import HOUR
from worlds.drafts import Draft
from worlds.everyday import returned
from worlds.goods import RESOLD, Sku
from worlds.scenes import Scene


def price_tag_switch(scene: Scene, at: float) -> Iterator[Draft]:
    """Dear articles leave a store with the price of a cheap one."""
    draws = scene.draws
    store = scene.models.near(draws, at).store
    buyers = [scene.regular_of(store) for _ in range(draws.whole(1, 3))]
    for time in scene.times(at, draws.whole(5, 9), hours=5):
        model = scene.model_of(store, time)
        dear = _dearer(scene, model, store, time)
        sale = scene.sale(time, draws.pick(buyers), model, store=store, sku=dear)
        sale.price = round(dear.price(store, time) * draws.between(scene.level.cheapest, scene.level.dearest), 2)
        yield sale


def return_fraud(scene: Scene, at: float) -> Iterator[Draft]:
    """Goods are bought at a discount and brought back for the full price, again and again."""
    draws = scene.draws
    account = draws.pick(scene.market.regulars)
    for time in scene.times(at, draws.whole(5, 8), hours=16):
        sale = scene.sale(time, account, store=account.home, payment=account.payment)
        yield sale
        back = returned(scene.market, draws, sale, time + draws.between(0.5, 3) * HOUR * scene.level.patience)
        back.discount, back.price = 0, back.sku.price(back.store, back.at)
        yield back


def friendly_fraud(scene: Scene, at: float) -> Iterator[Draft]:
    """A true customer buys what is dear, keeps it, and claims each time that it never came."""
    draws = scene.draws
    account = draws.pick(scene.market.regulars)
    for time in scene.times(at, draws.whole(4, 7), hours=20):
        model = scene.models.near(draws, time, lambda sale: sale.value > 150)
        sale = scene.sale(time, account, model, store=account.home, payment=account.payment)
        yield sale
        yield returned(scene.market, draws, sale, time + draws.between(2, 10) * HOUR * scene.level.patience)


def reseller_bots(scene: Scene, at: float) -> Iterator[Draft]:
    """Programs buy up one article under many accounts, within minutes."""
    draws, market = scene.draws, scene.market
    model = scene.models.near(draws, at, lambda sale: sale.sku.category in RESOLD)
    stores = [model.store, draws.pick(market.regulars).home]
    for time in scene.times(at, draws.whole(9, 15), hours=0.5):
        account = market.newcomer(draws) if draws.chance(0.4) else draws.pick(market.customers)
        store = draws.pick(stores)
        own_ip = None if scene.is_careful() else market.address(store, at).gateway(draws)
        sale = scene.sale(time, account, model, store=store, ip=own_ip)
        sale.qty = draws.whole(1, 4)
        yield sale


def _dearer(scene: Scene, model: Draft, store: int, at: float) -> Sku:
    """A sku of the model's category whose price, once switched, is about the model's."""
    share = (scene.level.cheapest + scene.level.dearest) / 2
    sought = model.price / share
    shelf = scene.market.goods.by_category[model.sku.category].things
    near = sorted(shelf, key=lambda sku: abs(sku.price(store, at) - sought))
    return scene.draws.pick(near[:5])
