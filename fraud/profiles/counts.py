"""Small counters and samples with a bound, of which a profile keeps many."""

from bisect import insort

import msgspec

MOST_VALUES = 24
"""Different values that a counter tells apart; what comes later counts in its total only."""

SAMPLE = 31
"""Numbers that a sample keeps."""


def count(counter: dict[str, int], value: str | None, by: int = 1) -> None:
    """Count a value in a bounded counter."""
    if value is None:
        return
    if value in counter:
        counter[value] += by
    elif len(counter) < MOST_VALUES:
        counter[value] = by


class Sample(msgspec.Struct):
    """The middle of the numbers seen. Once the sample is full, the lowest and the highest make room in turn.

    Deterministic: the same numbers in the same order give the same sample.
    """

    seen: int = 0
    numbers: list[float] = []

    def add(self, number: float) -> None:
        """Take in a number."""
        self.seen += 1
        insort(self.numbers, number)
        if len(self.numbers) > SAMPLE:
            self.numbers.pop(0 if self.seen % 2 else -1)

    @property
    def median(self) -> float | None:
        """The middle number; None if nothing was seen."""
        return self.numbers[len(self.numbers) // 2] if self.numbers else None
