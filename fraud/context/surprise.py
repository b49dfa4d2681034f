"""Surprise: odds against a count by chance, in powers of ten: 2 means once in a hundred, 3 once in a thousand."""

import math
from functools import lru_cache

MOST = 12.0
"""Nothing is more surprising than that: beyond it the model, not the event, is what is wrong."""


def of_events(count: int, expected: float) -> float:
    """-log10 of the chance of `count` or more events where `expected` are usual (Poisson)."""
    if count <= 0 or count <= expected:
        return 0.0
    logarithm = -expected + count * math.log(expected) - math.lgamma(count + 1)
    # The terms after the first shrink by expected / k: a geometric series bounds them.
    return _powers(logarithm - math.log1p(-expected / (count + 1)))


@lru_cache(maxsize=10_000)  # counts are small, and shares those of a day's profiles
def of_share(count: int, total: int, share: float) -> float:
    """-log10 of the chance of `count` or more of `total` where a `share` of them is usual (binomial)."""
    if count <= 0 or count <= share * total or share >= 1:
        return 0.0
    logarithm = (
        math.lgamma(total + 1)
        - math.lgamma(count + 1)
        - math.lgamma(total - count + 1)
        + count * math.log(share)
        + (total - count) * math.log1p(-share)
    )
    ratio = (total - count) / (count + 1) * share / (1 - share)
    return _powers(logarithm - math.log1p(-min(ratio, 0.99)))


def _powers(logarithm: float) -> float:
    return min(MOST, max(0.0, -logarithm / math.log(10)))
