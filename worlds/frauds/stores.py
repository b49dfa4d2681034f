"""Frauds with stores: false ones, their staff, and ids that are used again."""

from bisect import bisect_left
from collections.abc import Iterator

from worlds.clock import DAY, HOUR
from worlds.drafts import Draft
from worlds.scenes import Scene
from worlds.stores import strange_address


def store_impersonation(scene: Scene, at: float) -> Iterator[Draft]:
    """Somebody sends sales in the name of a store, from a network that is not the store's."""
    draws, market = scene.draws, scene.market
    store = scene.models.near(draws, at).store
    foreign = strange_address(draws)
    if draws.chance(0.4):
        foreign = market.addresses[draws.whole(1, len(market.addresses) - 2)]
    for time in scene.times(at, draws.whole(6, 11), hours=2):
        customer = scene.regular_of(store) if scene.is_careful() else draws.pick(market.customers)
        model = scene.model_of(store, time)
        ip = None if scene.is_careful() else foreign.gateway(draws)
        yield scene.sale(time, customer, model, store=store, ip=ip)


def id_reuse(scene: Scene, at: float) -> Iterator[Draft]:
    """The id of a harmless sale is sent again with another content, which hides behind the first."""
    draws = scene.draws
    times = [sale.at for sale in scene.unflagged_sales]
    for time in scene.times(at, draws.whole(4, 8), hours=3):
        before = time - draws.between(0.1, 1.5) * HOUR * scene.level.patience
        place = min(bisect_left(times, before), len(times) - 1)
        first = scene.unflagged_sales[place]
        if first.id_of or first.scenario or first.at >= time:
            continue
        store = first.store if draws.chance(0.75) else scene.models.near(draws, time).store
        model = scene.model_of(store, time)
        customer = first.customer if draws.chance(0.5) else draws.pick(scene.market.customers)
        sale = scene.sale(time, customer, model, store=store)
        sale.id_of = first
        yield sale


def staff_abuse(scene: Scene, at: float) -> Iterator[Draft]:
    """A cashier gives friends discounts that nobody else gets, a few times per shift."""
    draws, market = scene.draws, scene.market
    store = scene.models.near(draws, at).store
    friends = [scene.regular_of(store) for _ in range(2)]
    gateway = market.address(store, at).gateway(draws)
    for shift in range(3):
        begin = at + shift * DAY
        for time in scene.times(begin, draws.whole(1, 3), hours=4):
            friend = draws.pick(friends)
            yield scene.sale(time, friend, store=store, discount=draws.whole(55, 72), ip=gateway)
