"""The two difficulties of a world: how well fraud is hidden among what is innocent."""

from typing import Literal

import msgspec

Difficulty = Literal["normal", "hard"]


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers that a difficulty stands for."""

    patience: float
    """Rings take so many times as long."""
    care: float
    """The chance that a fraudster minds one more of a victim's habits, or one more trace."""
    cheapest: float
    dearest: float
    """Bounds of a switched price, as a share of the true one."""
    unflagged: float = 0.3
    """The share of fraudulent sales that lack what the stream job flags."""
    innocents: float = 1.0
    """Innocent look-alikes come so many times as often."""


LEVELS: dict[Difficulty, Level] = {
    "normal": Level(patience=1.0, care=0.15, cheapest=0.25, dearest=0.5),
    "hard": Level(patience=2.5, care=0.45, cheapest=0.45, dearest=0.75, innocents=1.5),
}
