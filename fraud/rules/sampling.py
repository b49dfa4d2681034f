"""All that a set says of a sale, whatever its weights are: what a regression over them is made of. Pure."""

import math
from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.rules.compiling import CompiledRule
from fraud.rules.language import FactValues
from fraud.rules.rates import Rates
from fraud.rules.rule_set import RuleSet

Points = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
"""Far beyond what a rule can weigh: samples are read back from where others may write, and become arrays."""


class Held(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A rule that holds for a sale, by its place in the set, the step that it reaches, and what an excuse leaves.

    `left` is in points, None without an excuse. In JSON it is a list of two or three numbers.
    """

    rule: Annotated[int, Meta(ge=0)]
    step: Annotated[int, Meta(ge=0)]
    left: Points | None = None


def slots_of(rules: RuleSet) -> tuple[range, ...]:
    """The places of each rule's steps among all steps of a set, rule after rule."""
    slots, last = list[range](), 0
    for rule in rules.rules:
        slots.append(range(last, last + len(rule.steps)))
        last += len(rule.steps)
    return tuple(slots)


def held_in(rules: RuleSet, facts: FactValues, silent: Collection[str] = ()) -> tuple[Held, ...]:
    """The rules that hold for a sale, in the order of the set; those that are `silent` have not spoken."""
    places = {rule.id: place for place, rule in enumerate(rules.rules)}
    return tuple(
        Held(places[name], step, _left(rules.rules[places[name]], facts))
        for name, step in rules.held(facts)
        if name not in silent
    )


def bounds_in(rules: RuleSet, rates: Rates) -> dict[int, int]:
    """The most that a step counts for, or the least if it speaks for a sale, by its slot: what `Rates.bound` gives.

    A step that nothing bounds is left out.
    """
    if not rules.definition.measured:
        return {}
    bounds = {
        slot: rates.bound(rule.id, rule.steps, step, rule.definition.of_frauds)
        for rule, slots in zip(rules.rules, slots_of(rules), strict=True)
        if not rule.definition.fixed
        for step, slot in enumerate(slots)
    }
    return {slot: int(bound) for slot, bound in bounds.items() if math.isfinite(bound)}


def all_bounds(rules: RuleSet, bounds: Mapping[int, int]) -> list[float]:
    """The bound of every slot; infinity with the sign of its weight where nothing bounds it."""
    weights = (step.weight for rule in rules.rules for step in rule.steps)
    return [bounds.get(slot, math.copysign(math.inf, weight)) for slot, weight in enumerate(weights)]


def _left(rule: CompiledRule, facts: FactValues) -> int | None:
    try:
        return next((excuse.weight for excuse in rule.excuses if excuse.when(facts.get)), None)
    except (ArithmeticError, ValueError):  # the rule holds then, whatever may excuse it
        return None
