"""The scene of a story: the market, an ordinary world around it, and the means to place one more sale in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import msgspec

from fraud.generation import VARIANTS
from worlds.clock import DAY, HOUR, hour_of, hours_apart
from worlds.customers import Customer
from worlds.difficulty import Level
from worlds.drafts import Draft, copy_of
from worlds.draws import Draws
from worlds.goods import Sku
from worlds.market import Market

_ENOUGH = 25
_TRIES = 60


class Models:
    """Innocent flagged sales in the order of time. Fraud takes its price, basket, discount and goods from one of them,
    so that a field by itself tells nothing."""

    def __init__(self, sales: Sequence[Draft]) -> None:
        self.sales = sorted(sales, key=lambda sale: sale.at)
        self._times = [sale.at for sale in self.sales]

    def near(self, draws: Draws, at: float, fits: Callable[[Draft], bool] | None = None) -> Draft:
        """A sale of about that time that fits, or of about that time if none is met soon."""
        hours = 1.0
        while True:
            first = bisect_left(self._times, at - hours * HOUR)
            last = bisect_right(self._times, at + hours * HOUR)
            if last - first >= _ENOUGH or last - first == len(self.sales):
                break
            hours *= 2
        model = self.sales[draws.whole(first, last - 1)]
        for _ in range(_TRIES):
            if fits is None or fits(model):
                break
            model = self.sales[draws.whole(first, last - 1)]
        return model

    def time(self, draws: Draws, day: int) -> float:
        """The time of one of the sales of a day."""
        first, last = bisect_left(self._times, day * DAY), bisect_left(self._times, (day + 1) * DAY)
        return self._times[draws.whole(first, last - 1)] + draws.between(-300, 300)


class Scene(msgspec.Struct, frozen=True):
    """All that a story is told with."""

    market: Market
    draws: Draws
    level: Level
    models: Models
    unflagged_sales: Sequence[Draft]
    """Innocent sales that the stream job does not flag, in the order of time."""

    def times(self, at: float, count: int, hours: float) -> list[float]:
        """So many moments in the hours that follow, in order; a patient ring takes longer."""
        span = hours * HOUR * self.level.patience
        return sorted(at + span * self.draws.unit() for _ in range(count))

    def sale(
        self,
        at: float,
        customer: Customer | int,
        model: Draft | None = None,
        *,
        store: int | None = None,
        sku: Sku | None = None,
        payment: str | None = None,
        discount: int | None = None,
        ip: str | None = None,
        keep_flagged: bool = False,
    ) -> Draft:
        """A sale like its model or any of that time, except for the given fields. A share of them is not flagged."""
        sale = copy_of(model or self.models.near(self.draws, at))
        sale.at = at
        sale.customer = customer if isinstance(customer, int) else customer.number
        sale.variant = self.draws.pick(VARIANTS)
        moved = (store is not None and store != sale.store) or (sku is not None and sku is not sale.sku)
        sale.store, sale.sku = store or sale.store, sku or sale.sku
        if moved:
            sale.price = sale.sku.price(sale.store, at)
        sale.payment = payment or sale.payment
        sale.discount = sale.discount if discount is None else discount
        sale.ip = ip or self.market.address(sale.store, at).ip(self.draws)
        if not keep_flagged and self.draws.chance(self.level.unflagged):
            sale.unflag(self.draws.chance(0.6))
        return sale

    def model_of(self, store: int, at: float) -> Draft:
        """An innocent flagged sale of a store, of about that time."""
        return self.models.near(self.draws, at, lambda sale: sale.store == store)

    def is_careful(self) -> bool:
        """True if a fraudster minds a trace that he could leave."""
        return self.draws.chance(self.level.care)

    def victim(self, at: float) -> Customer:
        """A regular customer, mostly one who does not shop at that time of the day."""
        victim = self.draws.pick(self.market.regulars)
        for _ in range(_TRIES):
            if self.is_careful() or hours_apart(victim.peak, hour_of(at)) > 5:
                break
            victim = self.draws.pick(self.market.regulars)
        return victim

    def regular_of(self, store: int) -> Customer:
        """A regular customer of a store."""
        for _ in range(10 * _TRIES):
            customer = self.draws.pick(self.market.regulars)
            if customer.home == store:
                return customer
        return self.draws.pick(self.market.regulars)


Story = Callable[[Scene, float], Iterator[Draft]]
"""The events of one ring or one innocent occasion that begins at a time. The caller marks fraud."""
