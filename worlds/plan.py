"""The plan of a world: all that decides its events and its labels."""

from datetime import datetime

import msgspec

from worlds.clock import START
from worlds.difficulty import Difficulty
from worlds.scenarios import Cast

DAYS = 5


class WorldPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A world to make. `sales_per_day` is about the number of everyday sales; `start` is the world's first midnight."""

    seed: int
    days: int = DAYS
    difficulty: Difficulty = "normal"
    cast: Cast = "all"
    customers: int = 10_400
    sales_per_day: int = 20_400
    start: datetime = START
