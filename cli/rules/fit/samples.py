"""Judged events as arrays: the step of each rule that they reach, and what it adds to their scores."""

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from fraud.replay.replay import Judged
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet
from fraud.rules.sampling import Held, all_bounds, bounds_in, held_in, slots_of

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
    of_day = dict[int, tuple[int, Rates]]()
    days = [of_day.setdefault(id(result.rates), (len(of_day), result.rates))[0] for result in results]
    return as_arrays(
        rules,
        [held_in(rules, result.facts) for result in results],
        days,
        [bounds_in(rules, rates) for _, rates in of_day.values()],
        is_fraud,
    )


def as_arrays(
    rules: RuleSet,
    held: Sequence[Sequence[Held]],
    days: Sequence[int],
    bounds: Sequence[Mapping[int, int]],
    is_fraud: Sequence[bool],
) -> Samples:
    """The samples of events by the rules that hold for each; `days` are places in `bounds`."""
    slots = slots_of(rules)
    reached = np.full((len(held), len(slots)), DOES_NOT_HOLD)
    excused = np.full(reached.shape, math.inf)
    for row, holding in enumerate(held):
        for each in holding:
            reached[row, each.rule] = each.step
            excused[row, each.rule] = math.inf if each.left is None else each.left
    return Samples(
        slots=slots,
        reached=reached,
        excused=excused,
        day=np.array(days, np.int64),
        bounds=np.array([all_bounds(rules, each) for each in bounds]).reshape(-1, sum(map(len, slots))),
        is_fraud=np.array(is_fraud, np.bool_),
    )
