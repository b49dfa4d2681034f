"""The rates at which rules hold among flagged sales, and the weight that these leave them.

A rule that holds for a share p of the flagged sales, nearly all of them honest, is evidence of a likelihood ratio of
1 / p at most. No rule holds for more than half of the frauds, so it counts for 10 ln(0.5 / p) points at most, whatever
its author gave it: what is usual in these stores, or in this season, weighs nothing, without a change of the rules.

A rule of one kind of fraud holds for fewer of them, and says for how many at most (`of_frauds`). An excuse says for how
many at least: where honest sales have it no more often, it tells nothing.
"""

import math

import msgspec

from fraud.rules.definition import WeightStep

LEAST_ASKED = 100
"""Flagged sales that must have been seen before weights are bounded."""

POINTS_PER_NAT = 10
MOST_OF_FRAUDS = 0.5
FADING = 0.5
"""The weight of the days before yesterday beside yesterday's."""


class Rates(msgspec.Struct):
    """Counts of the flagged sales of some days: all, and those for which a rule reached a step."""

    asked: float = 0
    reached: dict[tuple[str, int], float] = {}

    def add(self, held: list[tuple[str, int]]) -> None:
        """Count one flagged sale, by the rules that held for it and the step that each reached."""
        self.asked += 1
        for rule, step in held:
            for number in range(step + 1):
                self.reached[rule, number] = self.reached.get((rule, number), 0) + 1

    def after(self, day: "Rates") -> "Rates":
        """The rates after one more day."""
        rules = {*self.reached, *day.reached}
        reached = {rule: FADING * self.reached.get(rule, 0) + day.reached.get(rule, 0) for rule in sorted(rules)}
        return Rates(FADING * self.asked + day.asked, reached)

    def weight(self, rule: str, steps: tuple[WeightStep, ...], step: int, of_frauds: float | None = None) -> int:
        """The weight of a rule that reaches a step: that of the step which counts most within its bound."""
        own = steps[step].weight
        if math.isinf(self.bound(rule, steps, step, of_frauds)):
            return own
        within = (
            (min if own > 0 else max)(reached.weight, self.bound(rule, steps, number, of_frauds))
            for number, reached in enumerate(steps[: step + 1])
        )
        return int((max if own > 0 else min)(within))

    def bound(self, rule: str, steps: tuple[WeightStep, ...], step: int, of_frauds: float | None = None) -> float:
        """The most points that a step counts for, or the least if it speaks for a sale; infinity if nothing is told."""
        own = steps[step].weight
        if self.asked < LEAST_ASKED or (own <= 0 and of_frauds is None):
            return math.inf if own > 0 else -math.inf
        share = (self.reached.get((rule, step), 0) + 1) / (self.asked + 2)
        told = int(POINTS_PER_NAT * math.log((MOST_OF_FRAUDS if of_frauds is None else of_frauds) / share))
        return max(0, told) if own > 0 else min(0, told)


NO_RATES = Rates()
"""Bounds nothing: there were no days before."""
