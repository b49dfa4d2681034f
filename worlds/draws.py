"""Chance that a seed decides. Only `Random.random` and `getrandbits` are used: Python promises their sequences."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import exp
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

_SQUARE_ROOT_OF_3 = 3**0.5


class Weighted(Generic[T]):
    """Things, each with a weight; `Draws.weighted` picks one of them in proportion."""

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        listed = list(pairs)
        self.things = [thing for thing, _ in listed]
        self.sums = list(accumulate(weight for _, weight in listed))


class Draws:
    """A sequence of draws of its own for each path, for example a seed, a subject and a day."""

    def __init__(self, *path: object) -> None:
        random = Random("/".join(map(str, path)))  # noqa: S311 - test data, not secrets
        self.unit = random.random
        """From 0 to below 1."""
        self.bits = random.getrandbits

    def chance(self, share: float) -> bool:
        """True in this share of all draws."""
        return self.unit() < share

    def between(self, low: float, high: float) -> float:
        """A number from `low` to below `high`."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Any of them."""
        return things[int(self.unit() * len(things))]

    def several(self, things: Sequence[T], count: int) -> list[T]:
        """So many different ones, or all of them if there are not so many, in a random order."""
        left = list(things)
        for place in range(min(count, len(left))):
            other = place + int(self.unit() * (len(left) - place))
            left[place], left[other] = left[other], left[place]
        return left[:count]

    def weighted(self, things: Weighted[T]) -> T:
        """Any of them, in proportion to their weights."""
        return things.things[bisect_right(things.sums, self.unit() * things.sums[-1])]

    def normal(self, mean: float, spread: float) -> float:
        """About a normal distribution: a sum of four draws, which reaches 3.5 spreads from its mean at most."""
        total = self.unit() + self.unit() + self.unit() + self.unit()
        return mean + spread * (total - 2) * _SQUARE_ROOT_OF_3

    def times(self, mean: float) -> int:
        """A number of times for something that happens `mean` times on average (Poisson)."""
        bound, product, count = exp(-mean), self.unit(), 0
        while product > bound:
            product *= self.unit()
            count += 1
        return count
