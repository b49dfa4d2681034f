"""The plot of a world: the everyday, then what is innocent but looks otherwise, then so much fraud as there must be."""

from collections.abc import Iterable, Iterator

from worlds.difficulty import LEVELS, Level
from worlds.drafts import Draft, retried
from worlds.draws import Draws
from worlds.everyday import everyday_sales, returns_of, stock_moves
from worlds.lookalikes.changes import change_provider, plan_moves, tell_moves
from worlds.market import Market, make_market
from worlds.plan import WorldPlan
from worlds.scenarios import Fraud, Occasion, cast_of
from worlds.scenes import Models, Scene

FRAUD_SHARE = 0.115
"""The share of fraud in what the stream job flags."""

_RETRIED = 0.003


def everything(plan: WorldPlan) -> list[Draft]:
    """The drafts of a world, in no order."""
    market, level = make_market(plan.seed, plan.days, plan.customers), LEVELS[plan.difficulty]
    frauds, occasions = cast_of(plan.cast)
    innocent = [*_innocent_sales(market, plan, occasions, level), *_stock(market, plan)]
    innocent += _returns(market, plan, innocent)
    sales = [draft for draft in innocent if draft.is_sale]
    unflagged = sorted((sale for sale in sales if not sale.is_flagged), key=lambda sale: sale.at)
    scene = Scene(
        market=market,
        draws=Draws(plan.seed, "frauds", plan.difficulty),
        level=level,
        models=Models([sale for sale in sales if sale.is_flagged]),
        unflagged_sales=unflagged,
    )
    flagged = sum(draft.is_flagged for draft in innocent)
    drafts = innocent + _crimes(scene, frauds, plan.days, round(flagged * FRAUD_SHARE / (1 - FRAUD_SHARE)))
    return [*drafts, *_inside(_retries(plan, drafts), market)]


def _innocent_sales(market: Market, plan: WorldPlan, occasions: dict[str, Occasion], level: Level) -> list[Draft]:
    """The sales of every day and of every occasion, and what comes back of the latter's."""
    plan_moves(market, Draws(plan.seed, "moves"), plan.days)
    sales: list[Draft] = []
    for day in range(plan.days):
        sales += everyday_sales(market, Draws(plan.seed, "sales", day), day, plan.sales_per_day)
    often = level.innocents * plan.sales_per_day / 20_000
    for name, occasion in occasions.items():
        draws = Draws(plan.seed, "occasion", name)
        for day in range(occasion.from_day, plan.days):
            for number in range(draws.times(occasion.per_day * often)):
                for draft in occasion.story(market, draws, day):
                    draft.scenario, draft.ring = name, f"{name}-{day}-{number}"
                    sales.append(draft)
    sales = list(_inside(sales, market))
    change_provider(market, Draws(plan.seed, "provider"), sales)
    tell_moves(market, sales)
    return sales


def _stock(market: Market, plan: WorldPlan) -> Iterator[Draft]:
    for day in range(plan.days):
        yield from _inside(stock_moves(market, Draws(plan.seed, "stock", day), day), market)


def _returns(market: Market, plan: WorldPlan, drafts: list[Draft]) -> Iterator[Draft]:
    sales = [draft for draft in drafts if draft.is_sale and not draft.scenario]
    return _inside(returns_of(Draws(plan.seed, "returns"), sales, market), market)


def _retries(plan: WorldPlan, drafts: list[Draft]) -> Iterator[Draft]:
    """Events that a producer sends twice, because it has not heard that the first one arrived."""
    draws = Draws(plan.seed, "retries")
    for draft in drafts:
        if draws.chance(_RETRIED):
            yield retried(draft, draft.at + draws.between(2, 90))


def _crimes(scene: Scene, frauds: dict[str, Fraud], days: int, flagged: int) -> list[Draft]:
    """Rings until so many of their events are flagged: always one of the scenario that has least for its weight."""
    crimes: list[Draft] = []
    count = dict.fromkeys(frauds, 0)
    rings = dict.fromkeys(frauds, 0)
    first_day = {name: scene.draws.whole(0, days - 1) for name in frauds}
    while sum(count.values()) < flagged:
        name = min(frauds, key=lambda name: (count[name] / frauds[name].weight, name))
        day = (first_day[name] + rings[name]) % days
        rings[name] += 1
        at = scene.models.time(scene.draws, day)
        for draft in _inside(frauds[name].story(scene, at), scene.market):
            draft.scenario, draft.ring, draft.is_fraud = name, f"{name}-{rings[name]}", True
            count[name] += draft.is_flagged
            crimes.append(draft)
    return crimes


def _inside(drafts: Iterable[Draft], market: Market) -> Iterator[Draft]:
    """Those that fall into the world's time."""
    return (draft for draft in drafts if 0 <= draft.at < market.length)
