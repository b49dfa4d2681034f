"""Compiling one rule: its condition, its value and bounds, its text and its excuses."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from fraud.rules.definition import Comparator, RuleDefinition, WeightStep
from fraud.rules.language import Condition, ExpressionError, Kinds, Quantity, Template, condition, quantity, template

Made = TypeVar("Made")


class FieldError(ValueError):
    """A field of a rule that cannot be used."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class CompiledExcuse(msgspec.Struct, frozen=True):
    """An excuse as functions of facts."""

    when: Condition
    text: Template
    weight: int


class CompiledRule(msgspec.Struct, frozen=True):
    """A rule as functions of facts. `steps` go from the mildest bound to the strictest; texts show their `bounds`."""

    id: str
    definition: RuleDefinition
    when: Condition | None
    value: Quantity | None
    steps: tuple[WeightStep, ...]
    bounds: tuple[int | float, ...]
    text: Template
    excuses: tuple[CompiledExcuse, ...]

    @property
    def most(self) -> int:
        """The weight of its strictest step."""
        return self.steps[-1].weight


def compiled_rule(rule: RuleDefinition, kinds: Kinds) -> CompiledRule:
    """Compile a rule. Raises FieldError for the first field that cannot be used."""
    if rule.when is None and rule.value is None:
        raise FieldError("id", "a rule needs `when`, or `value` with a bound")
    value: Quantity | None = None
    if rule.value is not None:
        value, kind = _made("value", quantity, rule.value, kinds)
        if kind != "number":
            raise FieldError("value", f"a value is a number, not a {kind}")
    in_text: Kinds = {**kinds, "value": "number", "bound": "number"} if value else kinds
    excuses = tuple(
        CompiledExcuse(
            _made(f"excuses[{index}].when", condition, excuse.when, kinds),
            _made(f"excuses[{index}].text", template, excuse.text, kinds),
            excuse.weight,
        )
        for index, excuse in enumerate(rule.excuses)
    )
    when = _made("when", condition, rule.when, kinds) if rule.when else None
    steps = _steps(rule)
    return CompiledRule(
        id=rule.id,
        definition=rule,
        when=when,
        value=value,
        steps=steps,
        bounds=tuple(int(step.bound) if step.bound == int(step.bound) else step.bound for step in steps),
        text=_made("text", template, rule.text, in_text),
        excuses=excuses,
    )


def _made(field: str, make: Callable[[str, Kinds], Made], text: str, kinds: Kinds) -> Made:
    try:
        return make(text, kinds)
    except ExpressionError as problem:
        raise FieldError(field, str(problem)) from problem


def _steps(rule: RuleDefinition) -> tuple[WeightStep, ...]:
    if rule.steps:
        if rule.bound is not None or rule.weight is not None:
            raise FieldError("steps", "give either `steps`, or `bound` and `weight`")
        if rule.value is None:
            raise FieldError("steps", "steps need a `value` that passes them")
        bounds = [step.bound for step in rule.steps]
        if bounds != sorted(set(bounds), reverse=rule.comparison in ("at most", "below")):
            raise FieldError("steps", "steps go from the mildest bound to the strictest, each once")
        return rule.steps
    if rule.weight is None:
        raise FieldError("weight", "a rule needs a `weight`, or `steps`")
    if (rule.value is None) != (rule.bound is None):
        raise FieldError("bound", "`value` and `bound` belong together")
    return (WeightStep(rule.bound or 0, rule.weight),)


def passes(value: float, comparison: Comparator, bound: float) -> bool:
    """True if a value is on the far side of a bound."""
    if comparison == "at least":
        return value >= bound
    if comparison == "above":
        return value > bound
    return value <= bound if comparison == "at most" else value < bound
