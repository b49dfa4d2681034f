"""The fixed part of a world: its stores, goods, customers and promotions, from which all events follow."""

import msgspec

from fraud.generation import CATEGORIES
from worlds.clock import DAY
from worlds.customers import Customer, make_customer
from worlds.draws import Draws, Weighted
from worlds.goods import Goods, Sku, make_goods
from worlds.promotions import SEASONS, Promotions, Season, make_promotions
from worlds.stores import NEW_STORE, Address, Detour, home_address

FIRST_CUSTOMER, LAST_CUSTOMER = 100, 99_999
_REGULAR_RATE = 2.0
_FAVOUR = 1.5


class Market(msgspec.Struct, frozen=True):
    """All that events are made from. `length` is in seconds."""

    length: float
    season: Season
    goods: Goods
    promotions: Promotions
    addresses: tuple[Address, ...]
    detours: list[Detour]
    customers: tuple[Customer, ...]
    regulars: tuple[Customer, ...]
    """Customers who come often enough that two days show their habits."""
    store_accounts: tuple[int, ...]
    """The customer number under which each store books what it moves itself."""
    free_numbers: list[int]
    """Customer numbers that nobody has yet, in a random order: an account's age cannot be read from its number."""
    any_category: Weighted[str]

    def address(self, store: int, at: float) -> Address:
        """The address of a store at a time."""
        for detour in self.detours:
            if detour.store == store and detour.first <= at < detour.last:
                return detour.address
        return self.addresses[store]

    def newcomer(self, draws: Draws, home: int | None = None) -> Customer:
        """A customer whom nobody has seen before."""
        return make_customer(draws, self.free_numbers.pop(), home)

    def sku_of(self, draws: Draws, category: str) -> Sku:
        """A sku of a category, a popular one more often."""
        return draws.weighted(self.goods.by_category[category])


def make_market(seed: int, days: int, customers: int) -> Market:
    """The market of a seed."""
    draws = Draws(seed, "market")
    length = days * DAY
    season = draws.pick(SEASONS)
    goods = make_goods(Draws(seed, "goods"), length)
    numbers = Draws(seed, "numbers").several(range(FIRST_CUSTOMER, LAST_CUSTOMER + 1), 3 * customers)
    people = Draws(seed, "customers")
    population = tuple(make_customer(people, numbers.pop()) for _ in range(customers))
    return Market(
        length=length,
        season=season,
        goods=goods,
        promotions=make_promotions(Draws(seed, "promotions"), goods, season, days),
        addresses=tuple(home_address(draws, store) for store in range(NEW_STORE + 1)),
        detours=[],
        customers=population,
        regulars=tuple(customer for customer in population if customer.rate >= _REGULAR_RATE),
        store_accounts=tuple(numbers.pop() for _ in range(NEW_STORE + 1)),
        free_numbers=numbers,
        any_category=Weighted((name, _FAVOUR if name in season.favoured else 1.0) for name in CATEGORIES),
    )
