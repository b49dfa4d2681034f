"""The promotions of a world, and the seasons that decide how many there are and which goods are bought."""

import msgspec

from fraud.generation import CATEGORIES
from worlds.clock import DAY, HOUR
from worlds.draws import Draws
from worlds.goods import Goods
from worlds.stores import NEW_STORE, STORES


class Season(msgspec.Struct, frozen=True):
    """A time of the year. `favoured` categories are bought more; `promotions` start so often per store and day."""

    name: str
    favoured: tuple[str, ...]
    promotions: float


SEASONS = (
    Season("ordinary", (), 4.0),
    Season("back to school", ("Stationaries", "Notebooks", "Laptops", "Books"), 4.4),
    Season("holidays", ("Games", "Mobiles", "Camera", "Speakers"), 4.8),
    Season("spring cleaning", ("Furniture", "Printers", "Monitors"), 4.0),
)

_LEVELS = (10, 15, 20, 20, 25, 30, 30, 40, 50, 55, 60, 60, 65, 70, 75)
_HIGH_LEVELS = (52, 55, 60, 60, 65, 70, 75)
_ON_CLEARANCE = 0.05


class Promotion(msgspec.Struct, frozen=True):
    """A discount in percent on a category in a store, from `first` to `last`."""

    store: int
    category: str
    percent: int
    first: float
    last: float


class Promotions:
    """Every promotion of a world, and the skus on clearance, which keep one discount in all stores."""

    def __init__(self, clearance: dict[int, int]) -> None:
        self._clearance = clearance
        self._shelves: list[dict[str, list[Promotion]]] = [{} for _ in range(NEW_STORE + 1)]

    def add(self, promotion: Promotion) -> None:
        """Let a promotion begin and end."""
        self._shelves[promotion.store].setdefault(promotion.category, []).append(promotion)

    def percent(self, store: int, category: str, sku: int, at: float) -> int:
        """The best public discount on a sku in a store at a time; 0 if absent."""
        best = self._clearance.get(sku, 0)
        for promotion in self._shelves[store].get(category, ()):
            if promotion.first <= at < promotion.last and promotion.percent > best:
                best = promotion.percent
        return best


def make_promotions(draws: Draws, goods: Goods, season: Season, days: int) -> Promotions:
    """The promotions of `days` days. Some run for hours, most for a day or two, some had begun before."""
    cleared = {sku.number: draws.pick(_HIGH_LEVELS) for sku in goods.skus if draws.chance(_ON_CLEARANCE)}
    promotions = Promotions(cleared)
    for store in range(1, STORES + 1):
        for day in range(-2, days):
            for _ in range(draws.times(season.promotions)):
                first = day * DAY + draws.between(6, 20) * HOUR
                lasts = draws.between(3, 10) if draws.chance(0.3) else draws.between(20, 60)
                promotions.add(
                    Promotion(store, draws.pick(CATEGORIES), draws.pick(_LEVELS), first, first + lasts * HOUR)
                )
    return promotions
