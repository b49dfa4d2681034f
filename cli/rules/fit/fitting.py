"""The weights that labelled worlds give a set, near those that it has."""

from collections.abc import Collection, Sequence
from itertools import accumulate

import numpy as np

from cli.rules.fit.regression import Limits, regression
from cli.rules.fit.rewriting import Weights
from cli.rules.fit.samples import PointsArray, Samples
from fraud.rules.compiling import CompiledRule
from fraud.rules.rule_set import RuleSet

MOST = 100.0
"""Points that a rule file may give at most."""


def fitted(rules: RuleSet, worlds: Sequence[Samples], drawn: float, keep: Collection[str]) -> Weights:
    """The weights of every rule by step. Rules to `keep`, fixed ones, and steps of no points, stay as they are.

    A weight keeps its sign and at least a point; a stricter step never weighs less than a milder one.
    """
    fixed = {rule.id for rule in rules.rules if rule.definition.fixed}
    former = weights_of(rules)
    is_held = np.array([rule.id in keep or rule.id in fixed for rule in rules.rules for _ in rule.steps]) | (
        former == 0
    )
    limits = Limits(
        former=former,
        least=np.where(is_held, former, np.where(former > 0, np.minimum(former, 1), -MOST)),
        most=np.where(is_held, former, np.where(former > 0, MOST, np.maximum(former, -1))),
    )
    found_weights = regression(worlds, limits, drawn)
    places = worlds[0].slots
    return {
        rule.id: _whole(rule, found_weights[slots])
        if not is_held[slots].all()
        else tuple(step.weight for step in rule.steps)
        for rule, slots in zip(rules.rules, places, strict=True)
    }


def weights_of(rules: RuleSet) -> PointsArray:
    """The weights of a set as they are written, by slot."""
    return np.array([step.weight for rule in rules.rules for step in rule.steps], np.float64)


def _whole(rule: CompiledRule, weights: PointsArray) -> tuple[int, ...]:
    """Whole points; of steps with one sense, each at least as far from 0 as the milder ones."""
    whole = [round(weight) for weight in weights.tolist()]
    if all(step.weight > 0 for step in rule.steps):
        return tuple(accumulate(whole, max))
    if all(step.weight < 0 for step in rule.steps):
        return tuple(accumulate(whole, min))
    return tuple(whole)
