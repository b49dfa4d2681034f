"""Judged events as arrays: the step of each rule that they reach, and what it adds to their scores."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from fraud.replay.replay import Judged
from fraud.rules.compiling import CompiledRule
from fraud.rules.language import FactValues
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet

PointsArray = npt.NDArray[np.float64]
StepsArray = npt.NDArray[np.int64]
DOES_NOT_HOLD = -1


class Samples(msgspec.Struct, frozen=True, eq=False):
    """Judged events in rows. Weights are those of all steps of a set, rule after rule, as `slots` counts them."""

    slots: tuple[range, ...]
    reached: StepsArray
    """By event and rule: the number of the step, or DOES_NOT_HOLD."""
    excused: PointsArray
    """By event and rule: the points that an excuse leaves, infinity without one."""
    day: StepsArray
    """By event: the row of `bounds`."""
    bounds: PointsArray
    """By day and slot: the most that a step counts for, or the least if it speaks for a sale: `Rates.bound`."""
    is_fraud: npt.NDArray[np.bool_]

    def design(self, weights: PointsArray) -> tuple[PointsArray, PointsArray]:
        """The scores as a sum: an offset by event, and a matrix (event, slot) to be multiplied by weights near these.

        A weight that rates or an excuse bound does not matter to the score, and stands in the offset.
        """
        offset = np.zeros(len(self.is_fraud))
        matrix = np.zeros((len(self.is_fraud), len(weights)))
        for rule, slots in enumerate(self.slots):
            for step, day in np.unique(np.stack([self.reached[:, rule], self.day], 1), axis=0).tolist():
                if step == DOES_NOT_HOLD:
                    continue
                rows = np.flatnonzero((self.reached[:, rule] == step) & (self.day == day))
                slot, value = _counted(weights[slots], self.bounds[day, slots], step)
                is_excused = self.excused[rows, rule] < value
                offset[rows] += np.where(is_excused, self.excused[rows, rule], 0)
                if value != weights[slots[slot]]:
                    offset[rows] += np.where(is_excused, 0, value)
                else:
                    matrix[rows[~is_excused], slots[slot]] = 1
        return offset, matrix

    def scores(self, weights: PointsArray) -> PointsArray:
        """The scores by these weights, in points."""
        offset, matrix = self.design(weights)
        return np.maximum(0, offset + matrix @ weights)


def _counted(weights: PointsArray, bounds: PointsArray, step: int) -> tuple[int, float]:
    """The step that counts where one is reached, and its points: `Rates.weight`, whatever the weights."""
    if weights[step] <= 0:
        if not weights[step] or math.isinf(bounds[step]):
            return step, float(weights[step])
        best, value = _counted(-weights, -bounds, step)
        return best, -value
    within = np.minimum(weights[: step + 1], bounds[: step + 1])
    best = step - int(np.argmax(within[::-1]))
    return best, float(within[best])


def samples_of(rules: RuleSet, results: Sequence[Judged], is_fraud: Sequence[bool]) -> Samples:
    """The samples of judged events, and the truth about each."""
    slots, last = list[range](), 0
    for rule in rules.rules:
        slots.append(range(last, last + len(rule.steps)))
        last += len(rule.steps)
    places = {rule.id: place for place, rule in enumerate(rules.rules)}
    reached = np.full((len(results), len(places)), DOES_NOT_HOLD)
    excused = np.full(reached.shape, math.inf)
    of_day = dict[int, tuple[int, Rates]]()
    days = np.zeros(len(results), np.int64)
    for row, result in enumerate(results):
        days[row], _ = of_day.setdefault(id(result.rates), (len(of_day), result.rates))
        for name, step in rules.held(result.facts):
            reached[row, places[name]] = step
            excused[row, places[name]] = _excuse(rules.rules[places[name]], result.facts)
    return Samples(
        slots=tuple(slots),
        reached=reached,
        excused=excused,
        day=days,
        bounds=np.array([_bounds(rules, rates) for _, rates in of_day.values()]).reshape(-1, last),
        is_fraud=np.array(is_fraud, np.bool_),
    )


def _excuse(rule: CompiledRule, facts: FactValues) -> float:
    try:
        return next((excuse.weight for excuse in rule.excuses if excuse.when(facts.get)), math.inf)
    except (ArithmeticError, ValueError):  # the rule holds then, whatever may excuse it
        return math.inf


def _bounds(rules: RuleSet, rates: Rates) -> list[float]:
    is_measured = rules.definition.measured
    return [
        rates.bound(rule.id, rule.steps, step, rule.definition.of_frauds)
        if is_measured and not rule.definition.fixed
        else math.copysign(math.inf, rule.steps[step].weight)
        for rule in rules.rules
        for step in range(len(rule.steps))
    ]
