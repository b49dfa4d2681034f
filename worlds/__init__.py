"""Labelled worlds: days of store events in which it is known what is fraud.

Pure: a seed gives a world. Nothing that judges, archives or reconciles may import it (`lint-imports`), because what is
known here must be found there. `world` makes one; below it `plot` puts the stories of `scenarios` into the everyday of
a `market`; `arrivals` gives ids and times.
"""

from worlds.difficulty import Difficulty
from worlds.plan import DAYS, WorldPlan
from worlds.scenarios import Cast
from worlds.world import Label, LabelledWorld, make_world

__all__ = ["DAYS", "Cast", "Difficulty", "Label", "LabelledWorld", "WorldPlan", "make_world"]
