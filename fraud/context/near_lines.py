"""Amounts just below the lines above which a sale is examined: whoever knows the lines stays below them."""

import math
from collections.abc import Iterable

from fraud.context.sighting import Sighting

LINES = {"value": 5_000.0, "loss": 3_000.0}
"""The lines of the set `seed`, known to whoever saw an alert."""

NEAR = 0.9
"""An amount is just below a line from 90 % of it on."""

LEAST_ROUND = 100
"""Smaller sales are not examined for their value."""

CLOSE = 0.93
"""A value is closely below a round number from 93 % of it on."""


def below_a_line(sighting: Sighting) -> str | None:
    """The line that a sale's value, or what its discount gives away, lies just below."""
    value = sighting.value
    if value is None:
        return None
    if NEAR * LINES["value"] <= value < LINES["value"]:
        return "value"
    loss = value * (sighting.discount or 0.0) / 100
    return "loss" if NEAR * LINES["loss"] <= loss < LINES["loss"] else None


def is_near_a_line(sighting: Sighting) -> bool:
    """True if the sale lies just below a line."""
    return below_a_line(sighting) is not None


def below_round(sighting: Sighting) -> float | None:
    """The share by which a sale's value lies below the next round number (1, 2 or 5 and zeros); None below 100."""
    value, following = sighting.value, _next_round(sighting.value)
    return None if value is None or following is None else (following - value) / following


def also_below_round(sighting: Sighting, others: Iterable[Sighting]) -> int | None:
    """The sales among others, of other skus, that lie as closely below the same round number; None below 100.

    Before or after the discount, whichever are more.

    A limit that only its owner and the fraudster know is most often a round number.
    """
    if _next_round(sighting.value) is None:
        return None
    of_other_skus = [other for other in others if other.sku != sighting.sku]
    before, after = _line_above(sighting.value), _line_above(sighting.paid)
    return max(
        sum([_is_close(other.value, before) for other in of_other_skus]) if before else 0,
        sum([_is_close(other.paid, after) for other in of_other_skus]) if after else 0,
    )


def _line_above(amount: float | None) -> float | None:
    """The round number that an amount lies closely below."""
    line = _next_round(amount)
    return line if line is not None and _is_close(amount, line) else None


def _is_close(amount: float | None, line: float) -> bool:
    return amount is not None and CLOSE * line <= amount < line


def _next_round(value: float | None) -> float | None:
    if value is None or value < LEAST_ROUND:
        return None
    scale = 10.0 ** math.floor(math.log10(value))
    return next(scale * figure for figure in (1, 2, 5, 10, 20) if scale * figure > value)
