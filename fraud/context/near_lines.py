"""Amounts just below the lines above which a sale is examined: whoever knows the lines stays below them."""

import math

from fraud.context.sighting import Sighting

LINES = {"value": 5_000.0, "loss": 3_000.0}
"""The lines of the set `seed`, known to whoever saw an alert."""

NEAR = 0.9
"""An amount is just below a line from 90 % of it on."""

LEAST_ROUND = 100
"""Smaller sales are not examined for their value."""


def below_a_line(sighting: Sighting) -> str | None:
    """The line that a sale's value, or what its discount gives away, lies just below."""
    value = sighting.value
    if value is None:
        return None
    amounts = {"value": value, "loss": value * (sighting.discount or 0.0) / 100}
    near = (name for name, amount in amounts.items() if NEAR * LINES[name] <= amount < LINES[name])
    return next(near, None)


def is_near_a_line(sighting: Sighting) -> bool:
    """True if the sale lies just below a line."""
    return below_a_line(sighting) is not None


def below_round(sighting: Sighting) -> float | None:
    """The share by which a sale's value lies below the next round number (1, 2 or 5 and zeros); None below 100."""
    value = sighting.value
    if value is None or value < LEAST_ROUND:
        return None
    scale = 10.0 ** math.floor(math.log10(value))
    following = min(scale * figure for figure in (1, 2, 5, 10, 20) if scale * figure > value)
    return (following - value) / following
