"""A logistic regression over the steps of a set's rules, drawn to the weights that it has.

Ten points are a likelihood ratio of e, so a score is a logarithm of odds; how common fraud is differs from world to
world, so each has an intercept of its own. The loss is the log loss of WEIGHT_OF_A_WORLD events of each world, plus
half of `drawn` for each squared distance of a weight from its former one, in tens of points. A weight keeps the sense
that the author of its rule gave it. Newton's method within bounds (Bertsekas, "Projected Newton Methods for
Optimization Problems with Simple Constraints", 1982), its steps damped where they lead nowhere (Levenberg, 1944).
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from cli.rules.fit.samples import PointsArray, Samples
from fraud.rules.rates import POINTS_PER_NAT

WEIGHT_OF_A_WORLD = 10_000
ROUNDS = 12
"""Which weights are bounded by rates follows from the weights, so the regression is made anew so often at most."""

NEWTON_STEPS = 300
LEAST_DAMPING, MOST_DAMPING = 1e-6, 1e12
"""Added to the curvature, which is nearly 0 where a world is told apart; with the most, nothing moves."""

ENOUGH = 0.02
"""Points by which a weight moves that are not worth another round."""


class Limits(msgspec.Struct, frozen=True, eq=False):
    """The former weights, and the least and most that each may become."""

    former: PointsArray
    least: PointsArray
    most: PointsArray


def regression(worlds: Sequence[Samples], limits: Limits, drawn: float) -> PointsArray:
    """The weights that tell fraud from the innocent best in these worlds, near the former ones."""
    weights = limits.former
    for _ in range(ROUNDS):
        before, weights = weights, _Problem(worlds, weights, limits, drawn).solved()
        if np.abs(weights - before).max(initial=0) < ENOUGH:
            break
    return weights


class _Problem:
    """The regression in nats, with what the rates bound taken as it is at some weights. The intercepts come last."""

    def __init__(self, worlds: Sequence[Samples], weights: PointsArray, limits: Limits, drawn: float) -> None:
        self._weights = len(weights)
        free = np.full(len(worlds), np.inf)
        self._least = np.concatenate([limits.least / POINTS_PER_NAT, -free])
        self._most = np.concatenate([limits.most / POINTS_PER_NAT, free])
        self._former = np.concatenate([limits.former / POINTS_PER_NAT, np.zeros(len(worlds))])
        self._drawn = np.concatenate([np.full(len(weights), drawn), np.zeros(len(worlds))])
        self._start = np.concatenate([weights / POINTS_PER_NAT, np.zeros(len(worlds))])
        designs = [world.design(weights) for world in worlds]
        self._offset = np.concatenate([offset for offset, _ in designs]) / POINTS_PER_NAT
        of_world = np.repeat(np.eye(len(worlds)), [len(world.is_fraud) for world in worlds], axis=0)
        self._matrix = np.hstack([np.vstack([matrix for _, matrix in designs]), of_world])
        self._truth = np.concatenate([world.is_fraud for world in worlds]).astype(np.float64)
        self._counts = of_world @ np.array([WEIGHT_OF_A_WORLD / len(world.is_fraud) for world in worlds])

    def solved(self) -> PointsArray:
        """The weights with the least loss, in points."""
        at, loss, damping = self._start, self._loss(self._start), LEAST_DAMPING
        for _ in range(NEWTON_STEPS):
            tried = np.clip(at + self._newton(at, damping), self._least, self._most)
            tried_loss = self._loss(tried)
            if not tried_loss < loss:
                damping *= 10
                if damping > MOST_DAMPING:
                    break
                continue
            moved, at, loss = np.abs(tried - at).max(), tried, tried_loss
            if damping == LEAST_DAMPING and moved * POINTS_PER_NAT < ENOUGH / 10:
                break
            damping = max(damping / 10, LEAST_DAMPING)
        return at[: self._weights] * POINTS_PER_NAT

    def _loss(self, at: PointsArray) -> float:
        logits = self._offset + self._matrix @ at
        told = np.logaddexp(0, logits) - self._truth * logits
        return float(self._counts @ told + (self._drawn * (at - self._former) ** 2).sum() / 2)

    def _newton(self, at: PointsArray, damping: float) -> PointsArray:
        logits = self._offset + self._matrix @ at
        chance = np.exp(-np.logaddexp(0, -logits))
        gradient = self._matrix.T @ (self._counts * (chance - self._truth)) + self._drawn * (at - self._former)
        curvature = self._counts * chance * (1 - chance)
        hessian = self._matrix.T @ (self._matrix * curvature[:, None])
        hessian[np.diag_indices_from(hessian)] += self._drawn + damping
        is_held = ((at <= self._least) & (gradient > 0)) | ((at >= self._most) & (gradient < 0))
        free = np.flatnonzero(~is_held)
        step = np.zeros_like(at)
        step[free] = -np.linalg.solve(hessian[np.ix_(free, free)], gradient[free])
        return step
