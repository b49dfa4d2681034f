"""Frauds with other people's accounts, or with accounts that were made for it."""

from collections.abc import Iterator
from typing import Literal, get_args

from worlds.clock import DAY, HOUR
from worlds.customers import Customer
from worlds.drafts import Draft
from worlds.everyday import habitual_sale
from worlds.goods import RESOLD
from worlds.scenes import Scene

Habit = Literal["store", "payment", "category"]

_HABITS: tuple[Habit, ...] = get_args(Habit)


def account_takeover(scene: Scene, at: float) -> Iterator[Draft]:
    """Somebody has the password of a regular customer, and buys what is easily sold before it is noticed."""
    victim, habits = scene.victim(at), set(_HABITS)
    if scene.is_careful():
        habits.remove(scene.draws.pick(_HABITS))
    first = broken_sale(scene, at, victim, habits)
    yield first
    for time in scene.times(at, scene.draws.whole(4, 7), hours=1.5):
        sale = broken_sale(scene, time, victim, habits)
        if "payment" in habits:
            sale.payment = first.payment
        yield sale


def slow_drip(scene: Scene, at: float) -> Iterator[Draft]:
    """A taken account that is used once a day, so that nothing comes in a burst."""
    victim = scene.victim(at)
    habits = set(scene.draws.several(_HABITS, 2))
    for day in range(5):
        yield broken_sale(scene, at % DAY + day * DAY + scene.draws.between(-2, 2) * HOUR, victim, habits)


def new_account_ring(scene: Scene, at: float) -> Iterator[Draft]:
    """Accounts that were made an hour ago buy together: one store, one way in, one way to pay, few articles."""
    draws, market = scene.draws, scene.market
    models = [scene.models.near(draws, at, lambda sale: sale.sku.category in RESOLD) for _ in range(3)]
    store, payment = models[0].store, models[0].payment
    gateway = market.address(store, at).gateway(draws)
    for _ in range(draws.whole(4, 7)):
        account = market.newcomer(draws, home=store)
        if scene.is_careful():
            yield habitual_sale(market, draws, account, at - draws.between(8, 30) * HOUR)
        for time in scene.times(at, draws.whole(1, 3), hours=2.5):
            model = draws.pick(models)
            own_ip = None if scene.is_careful() else gateway
            yield scene.sale(time, account, model, store=store, payment=payment, ip=own_ip)


def triangulation(scene: Scene, at: float) -> Iterator[Draft]:
    """A false shop sells an article and has the true store deliver it to each buyer, paid with stolen cards."""
    draws, market = scene.draws, scene.market
    model = scene.models.near(draws, at, lambda sale: sale.sku.category in RESOLD)
    gateway = market.address(model.store, at).gateway(draws)
    for time in scene.times(at, draws.whole(8, 14), hours=14):
        own_ip = None if scene.is_careful() else gateway
        sale = scene.sale(time, market.newcomer(draws), model, ip=own_ip)
        sale.qty, sale.gift_wrap = 1, draws.chance(0.6)
        yield sale


def card_testing(scene: Scene, at: float) -> Iterator[Draft]:
    """Stolen cards are tried with trifles, minutes apart; those that work buy what is dear within hours."""
    draws, market = scene.draws, scene.market
    store = scene.models.near(draws, at).store
    gateway = market.address(store, at).gateway(draws)
    accounts = [market.newcomer(draws) if draws.chance(0.5) else draws.pick(market.regulars) for _ in range(9)]
    payment = draws.pick(("credit_card", "debit_card"))
    cheap = market.sku_of(draws, draws.pick(("Stationaries", "Notebooks", "Cables")))
    for account in accounts:
        time = at + draws.between(0, 0.3) * HOUR * scene.level.patience
        trifle = scene.sale(time, account, store=store, sku=cheap, payment=payment, ip=gateway)
        trifle.qty = 1
        yield trifle
    for account in draws.several(accounts, 4):
        for time in scene.times(at + 0.5 * HOUR, draws.whole(1, 3), hours=2):
            model = scene.models.near(draws, time, lambda sale: sale.value > 100)
            own_ip = None if scene.is_careful() else gateway
            yield scene.sale(time, account, model, store=store, payment=payment, ip=own_ip)


def broken_sale(scene: Scene, at: float, victim: Customer, habits: set[Habit]) -> Draft:
    """A sale on a customer's account that breaks these habits of the customer and keeps the others."""

    def fits(sale: Draft) -> bool:
        return (
            not ("store" in habits and victim.uses(sale.store))
            and not ("payment" in habits and victim.pays(sale.payment))
            and not ("category" in habits and sale.sku.category in victim.categories)
            and ("category" in habits or sale.sku.category in victim.categories)
        )

    return scene.sale(
        at,
        victim,
        scene.models.near(scene.draws, at, fits),
        store=None if "store" in habits else victim.home,
        payment=None if "payment" in habits else victim.payment,
    )
