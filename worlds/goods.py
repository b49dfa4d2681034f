"""The goods of a world: skus with a category, a popularity, and a price that differs a little from store to store."""

from math import exp

import msgspec

from fraud.generation import CATEGORIES, FIRST_SKU, LAST_SKU
from worlds.draws import Draws, Weighted
from worlds.stores import NEW_STORE

SKUS = 2_400

_USUAL_PRICES = {
    "Books": 16,
    "Games": 38,
    "Mobiles": 240,
    "Groceries": 9,
    "Shoes": 58,
    "Stationaries": 8,
    "Laptops": 520,
    "Tablets": 230,
    "Notebooks": 7,
    "Camera": 310,
    "Printers": 130,
    "Monitors": 180,
    "Speakers": 75,
    "Projectors": 340,
    "Cables": 11,
    "Furniture": 150,
}
_SPREAD = 0.6
_REPRICED = 0.05
_DISTINCT_STORES = 0.05

RESOLD = frozenset({"Games", "Mobiles", "Laptops", "Tablets", "Camera", "Speakers", "Projectors", "Shoes", "Monitors"})
"""Categories whose goods are easily sold on."""


class Sku(msgspec.Struct, frozen=True, eq=False):
    """An article. `prices` has one price for each store, by its number; from `repriced_at` on they are `repriced_to`
    times as high."""

    number: int
    category: str
    prices: tuple[float, ...]
    repriced_at: float
    repriced_to: float

    def price(self, store: int, at: float) -> float:
        """The list price of one piece in a store at a time, to the cent."""
        price = self.prices[store]
        return round(price * self.repriced_to, 2) if at >= self.repriced_at else price


class Goods(msgspec.Struct, frozen=True):
    """All skus, and those of each category by popularity."""

    skus: tuple[Sku, ...]
    by_category: dict[str, Weighted[Sku]]


def make_goods(draws: Draws, length: float) -> Goods:
    """The goods of a world of `length` seconds; a few of them change their price while it lasts."""
    numbers = draws.several(range(FIRST_SKU, LAST_SKU + 1), SKUS)
    skus = tuple(_sku(draws, number, draws.pick(CATEGORIES), length) for number in numbers)
    shelves: dict[str, list[tuple[Sku, float]]] = {category: [] for category in CATEGORIES}
    for sku in skus:
        shelf = shelves[sku.category]
        shelf.append((sku, 1 / (len(shelf) + 4)))
    return Goods(skus, {category: Weighted(shelf) for category, shelf in shelves.items()})


def _sku(draws: Draws, number: int, category: str, length: float) -> Sku:
    usual = _USUAL_PRICES[category] * exp(draws.normal(0, _SPREAD))
    prices = tuple(round(usual * draws.normal(1, _DISTINCT_STORES), 2) for _ in range(NEW_STORE + 1))
    changes = draws.chance(_REPRICED)
    return Sku(
        number=number,
        category=category,
        prices=prices,
        repriced_at=draws.between(0, length) if changes else 2 * length,
        repriced_to=draws.pick((0.6, 0.7, 0.75, 0.8, 1.15)),
    )
