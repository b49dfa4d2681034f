"""A set of rules that judges facts: every rule is asked, the weights of those that hold are added."""

import math
from collections.abc import Iterator
from typing import Literal

import msgspec

from fraud.rules.compiling import CompiledExcuse, CompiledRule, passes
from fraud.rules.definition import Bands, RuleFile, Step
from fraud.rules.language import Facts, Value
from fraud.rules.language.compiled import Read
from fraud.verdicts import Band, Reason

BEYOND = "its numbers are larger than can be computed with"
"""No honest till sends such numbers, and they must not be a way past a rule: the rule holds."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one event: its value against its bound, and what came of it.

    `bound` is the strictest that the value passes, or the mildest if it passes none.
    """

    rule: str
    outcome: Literal["holds", "excused", "does not hold", "cannot tell"]
    weight: int
    value: Value
    comparison: str | None
    bound: float | None
    text: str


class RuleSet:
    """A set of rules by name and digest."""

    def __init__(self, definition: RuleFile, digest: str, rules: tuple[CompiledRule, ...]) -> None:
        self.definition = definition
        self.digest = digest
        self.rules = rules

    @property
    def id(self) -> str:
        """The name that verdicts carry: `seed@3f2a9c01b4d7`."""
        return f"{self.definition.name}@{self.digest[:12]}"

    @property
    def bands(self) -> Bands:
        """The scores from which on a verdict is medium or high."""
        return self.definition.bands

    def reasons(self, facts: Facts) -> tuple[Reason, ...]:
        """The reasons against an event, in the order of the rules. Never raises, whatever the facts hold."""
        reasons = [reason for rule in self.rules if (reason := _reason(rule, facts))]
        return self._capped(reasons) if self.definition.groups else tuple(reasons)

    def band_of(self, score: int) -> Band:
        """The band of a score in points."""
        if score >= self.bands.high:
            return "high"
        return "medium" if score >= self.bands.medium else "low"

    def explain(self, facts: Facts) -> tuple[Explanation, ...]:
        """Every rule with its value against its bound, whether it holds or not."""
        counted = {reason.rule: reason for reason in self.reasons(facts)}
        return tuple(_explanation(rule, facts, counted.get(rule.id)) for rule in self.rules)

    def _capped(self, reasons: list[Reason]) -> tuple[Reason, ...]:
        """The reasons with the weights of each group cut to its most, the later ones first."""
        left = dict(self.definition.groups)
        groups = {rule.id: rule.definition.group for rule in self.rules}

        def capped() -> Iterator[Reason]:
            for reason in reasons:
                group = groups[reason.rule]
                if group is None or reason.weight <= 0:
                    yield reason
                    continue
                weight = min(reason.weight, left[group])
                left[group] -= weight
                yield reason if weight == reason.weight else Reason(reason.rule, weight, reason.evidence)

        return tuple(capped())


def _reason(rule: CompiledRule, facts: Facts) -> Reason | None:
    read = facts.get
    try:
        if rule.when is not None and not rule.when(read):
            return None
        value = rule.value(read) if rule.value else None
        step = _step(rule, value)
        if step is None:
            return None
        weight = step.weight
        if rule.excuses and (excuse := _excuse(rule, read)):
            if not excuse.weight:
                return None
            return Reason(rule.id, excuse.weight, f"{_text(rule, facts, value, step)}; but {excuse.text(read)}")
        return Reason(rule.id, weight, _text(rule, facts, value, step))
    except (ArithmeticError, ValueError):  # ValueError: Python does not write out numbers of more than 4,300 digits
        return Reason(rule.id, rule.most, BEYOND)


def _step(rule: CompiledRule, value: Value) -> Step | None:
    """The strictest step that a value passes; None if it passes none, or is missing."""
    if rule.value is None:
        return rule.steps[0]
    if value is None or isinstance(value, str):
        return None
    if math.isnan(value):
        raise ArithmeticError("a product of infinity and 0")
    passed: Step | None = None
    for step in rule.steps:
        if not passes(value, rule.definition.comparison, step.bound):
            break
        passed = step
    return passed


def _excuse(rule: CompiledRule, read: Read) -> CompiledExcuse | None:
    return next((excuse for excuse in rule.excuses if excuse.when(read)), None)


def _text(rule: CompiledRule, facts: Facts, value: Value, step: Step) -> str:
    if rule.value is None:
        return rule.text(facts.get)
    bound = int(step.bound) if step.bound == int(step.bound) else step.bound
    return rule.text({**facts, "value": value, "bound": bound}.get)


def _explanation(rule: CompiledRule, facts: Facts, reason: Reason | None) -> Explanation:
    value, step, excuse, holds = None, None, None, False
    try:
        value = rule.value(facts.get) if rule.value else None
        step = _step(rule, value)
        holds = rule.when is None or rule.when(facts.get)
        excuse = _excuse(rule, facts.get)
    except (ArithmeticError, ValueError):
        pass  # the reason says so
    if reason is not None:
        outcome, text = "holds", reason.evidence
    elif holds and step and excuse:
        outcome, text = "excused", excuse.text(facts.get)
    elif rule.value is not None and value is None:
        outcome, text = "cannot tell", "a fact that it reads is missing"
    else:
        outcome, text = "does not hold", rule.definition.about
    return Explanation(
        rule=rule.id,
        outcome=outcome,
        weight=reason.weight if reason else 0,
        value=value,
        comparison=rule.definition.comparison if rule.value else None,
        bound=(step or rule.steps[0]).bound if rule.value else None,
        text=text,
    )
