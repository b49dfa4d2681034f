"""Mean and spread of the logarithm of amounts, which are spread evenly as factors and not as sums."""

import math
from collections.abc import Iterable

import msgspec


class LogMoments(msgspec.Struct, gc=False):
    """Welford's running moments of ln(amount)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, amount: float | None) -> None:
        """Take in an amount; one that is missing or not above 0 tells nothing."""
        if amount is None or amount <= 0:
            return
        number = math.log(amount)
        self.count += 1
        step = number - self.mean
        self.mean += step / self.count
        self.squares += step * (number - self.mean)

    def add_logs(self, numbers: Iterable[float]) -> None:
        """Take in the logarithms of amounts, one after the other: to the last bit as `add` does."""
        count, mean, squares = self.count, self.mean, self.squares
        for number in numbers:
            count += 1
            step = number - mean
            mean += step / count
            squares += step * (number - mean)
        self.count, self.mean, self.squares = count, mean, squares

    def spread(self, default: float, weight: float = 3.0) -> float:
        """The standard deviation, drawn towards a default as if that had been seen `weight` times."""
        return math.sqrt((self.squares + weight * default * default) / (self.count + weight))
