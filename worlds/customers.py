"""The customers of a world and their habits."""

import msgspec

from fraud.generation import CATEGORIES, PAYMENTS
from worlds.draws import Draws, Weighted
from worlds.stores import STORES

_PAYMENT_SHARES = (30, 20, 8, 14, 10, 6, 5, 7)
_USUAL_PAYMENTS = Weighted(zip(PAYMENTS, map(float, _PAYMENT_SHARES), strict=True))
_PEAKS = Weighted(((8.5, 2.0), (12.5, 3.0), (17.0, 2.5), (19.5, 4.0), (22.0, 1.0)))
_RATES = Weighted(((0.5, 3.0), (1.0, 4.0), (2.0, 4.0), (4.0, 2.5), (7.0, 0.6)))
_BUSINESS = 0.01


class Customer(msgspec.Struct, frozen=True, eq=False):
    """A person or a small business with habits. `rate` is in sales per day, before the world scales it."""

    number: int
    home: int
    second: int
    peak: float
    payment: str
    other_payment: str
    categories: tuple[str, ...]
    rate: float
    loyalty: float
    """The share of sales in which each habit is kept."""
    basket: float
    """The chance of one more piece."""
    priority: float
    wraps: float
    returns: float
    is_business: bool = False

    def uses(self, store: int) -> bool:
        """True if this is one of the customer's stores."""
        return store in (self.home, self.second)

    def pays(self, payment: str) -> bool:
        """True if this is one of the customer's ways to pay."""
        return payment in (self.payment, self.other_payment)


def make_customer(draws: Draws, number: int, home: int | None = None) -> Customer:
    """A customer of a store, or of any store."""
    is_business = draws.chance(_BUSINESS)
    return Customer(
        number=number,
        home=home or draws.whole(1, STORES),
        second=draws.whole(1, STORES),
        peak=draws.weighted(_PEAKS),
        payment=draws.weighted(_USUAL_PAYMENTS),
        other_payment=draws.weighted(_USUAL_PAYMENTS),
        categories=tuple(draws.several(CATEGORIES, draws.whole(3, 5))),
        rate=3.0 if is_business else draws.weighted(_RATES),
        loyalty=draws.between(0.8, 0.97),
        basket=draws.between(0.15, 0.6),
        priority=draws.between(0.6, 0.95) if draws.chance(0.3) else draws.between(0.02, 0.25),
        wraps=draws.between(0.1, 0.5),
        returns=draws.between(0.2, 0.4) if draws.chance(0.06) else draws.between(0, 0.08),
        is_business=is_business,
    )
