"""A set of rules that judges facts: every rule is asked, the weights of those that hold are added."""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import msgspec

from fraud.rules.asking import Ask
from fraud.rules.compiling import CompiledExcuse, CompiledRule, passes
from fraud.rules.definition import Bands, RuleFile
from fraud.rules.language import FactValues, Value
from fraud.rules.language.compiled import ReadFact
from fraud.rules.rates import NO_RATES, Rates
from fraud.verdicts import Band, Reason

_FACT = re.compile(r"[a-z_]+\.[a-z_0-9]+")
"""The name of a fact in the expression of a value."""

_LONG = 10**12
"""A whole number from here on is told by its first digits."""

BEYOND = "its numbers are larger than can be computed with"
"""No honest till sends such numbers, and they must not be a way past a rule: the rule holds."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One rule on one event: its value against its bound, and what came of it.

    `bound` is the strictest that the value passes, or the mildest if it passes none.
    """

    rule: str
    outcome: Literal["holds", "excused", "snoozed", "does not hold", "cannot tell"]
    weight: int
    value: Value
    comparison: str | None
    bound: float | None
    text: str

    @property
    def measured(self) -> str:
        """The value against its bound in words: `12, at least 10`. Empty for a rule without a bound."""
        return "" if self.bound is None else f"{_in_words(self.value)}, {self.comparison} {self.bound:g}"


class RuleSet:
    """A set of rules by name and digest."""

    def __init__(self, definition: RuleFile, digest: str, rules: tuple[CompiledRule, ...], ask: Ask) -> None:
        self.definition = definition
        self.digest = digest
        self.id = f"{definition.name}@{digest[:12]}"
        """The name that verdicts carry: `seed@3f2a9c01b4d7`."""
        self.rules = rules
        self._ask = ask
        self._weighed: tuple[Rates | None, float, list[tuple[int, ...]]] = None, 0, []
        self._groups = {rule.id: rule.definition.group for rule in rules}

    @property
    def bands(self) -> Bands:
        """The scores from which on a verdict is medium or high."""
        return self.definition.bands

    def reasons(self, facts: FactValues, rates: Rates = NO_RATES, silent: Collection[str] = ()) -> tuple[Reason, ...]:
        """The reasons against an event, in the order of the rules. Never raises, whatever the facts hold.

        `rates` are those of the days before; they bound the weights if the set's are measured. Rules that are `silent`
        take nothing of what their group may add: their points will not count.
        """
        weights = self._weights(rates if self.definition.measured else NO_RATES)
        rules, read = self.rules, facts.get
        try:
            reasons = [
                reason
                for place, step, value in self._ask(read)
                if (reason := _weighed(rules[place], read, weights[place][step], step, value)) is not None
            ]
        except (ArithmeticError, TypeError, ValueError):
            asked = (_reason(rule, read, of_rule) for rule, of_rule in zip(rules, weights, strict=True))
            reasons = [reason for reason in asked if reason is not None]
        return self._capped(reasons, silent) if self.definition.groups else tuple(reasons)

    def _weights(self, rates: Rates) -> list[tuple[int, ...]]:
        """The weights of each rule by step, as rates leave them: made once for the events that rates are used for."""
        made_of, asked, weights = self._weighed
        # Windows of one day bring equal rates, each its own: to compare them takes a fortieth of weighing anew.
        if asked != rates.asked or (made_of is not rates and made_of != rates):
            weights = [
                tuple(
                    step.weight
                    if rule.definition.fixed
                    else rates.weight(rule.id, rule.steps, number, rule.definition.of_frauds)
                    for number, step in enumerate(rule.steps)
                )
                for rule in self.rules
            ]
            self._weighed = rates, rates.asked, weights
        return weights

    def band_of(self, score: int) -> Band:
        """The band of a score in points."""
        if score >= self.bands.high:
            return "high"
        return "medium" if score >= self.bands.medium else "low"

    def held(self, facts: FactValues) -> list[tuple[str, int]]:
        """The rules that hold, excused or not, and the number of the step that each reaches: what rates count."""
        try:
            return [(self.rules[place].id, step) for place, step, _ in self._ask(facts.get)]
        except (ArithmeticError, TypeError, ValueError):
            return [(rule.id, step) for rule in self.rules if (step := _step_held(rule, facts.get)) is not None]

    def explain(
        self, facts: FactValues, rates: Rates = NO_RATES, reasons: Sequence[Reason] | None = None
    ) -> tuple[Explanation, ...]:
        """Every rule with its value against its bound, whether it holds or not; `reasons` are those of a verdict."""
        counted = {reason.rule: reason for reason in (self.reasons(facts, rates) if reasons is None else reasons)}
        return tuple(_explanation(rule, facts, counted.get(rule.id)) for rule in self.rules)

    def _capped(self, reasons: list[Reason], silent: Collection[str]) -> tuple[Reason, ...]:
        """The reasons with the weights of each group cut to its most, the later ones first."""
        left = dict(self.definition.groups)

        def capped() -> Iterator[Reason]:
            for reason in reasons:
                group = self._groups[reason.rule]
                if group is None or reason.weight <= 0 or reason.rule in silent:
                    yield reason
                    continue
                weight = min(reason.weight, left[group])
                left[group] -= weight
                yield reason if weight == reason.weight else Reason(reason.rule, weight, reason.evidence)

        return tuple(capped())


def _reason(rule: CompiledRule, read: ReadFact, weights: tuple[int, ...]) -> Reason | None:
    """The reason of a rule that is asked alone, since numbers beyond all bounds must not spare the others."""
    try:
        if (number := _step_reached(rule, read)) is None:
            return None
        return _weighed(rule, read, weights[number], number, rule.value(read) if rule.value else None)
    except (ArithmeticError, ValueError):  # ValueError: Python does not write out numbers of more than 4,300 digits
        return Reason(rule.id, rule.most, BEYOND)


def _weighed(rule: CompiledRule, read: ReadFact, weight: int, number: int, value: Value) -> Reason | None:
    """The reason of a rule that reaches a step; None if its rates or an excuse leave nothing of it."""
    if not weight and rule.steps[number].weight:
        return None
    text = rule.text(read, value, rule.bounds[number])
    if rule.excuses and (excuse := _excuse(rule, read)):
        weight, text = min(weight, excuse.weight), f"{text}; but {excuse.text(read)}"
        return Reason(rule.id, weight, text) if weight else None
    return Reason(rule.id, weight, text)


def _step_held(rule: CompiledRule, read: ReadFact) -> int | None:
    try:
        return _step_reached(rule, read)
    except (ArithmeticError, ValueError):
        return len(rule.steps) - 1


def _step_reached(rule: CompiledRule, read: ReadFact) -> int | None:
    if rule.when is not None and not rule.when(read):
        return None
    return _step(rule, rule.value(read) if rule.value else None)


def _step(rule: CompiledRule, value: Value) -> int | None:
    """The number of the strictest step that a value passes; None if it passes none, or is missing."""
    if rule.value is None:
        return 0
    if value is None or isinstance(value, str):
        return None
    if math.isnan(value):
        raise ArithmeticError("a product of infinity and 0")
    passed: int | None = None
    for number, step in enumerate(rule.steps):
        if not passes(value, rule.definition.comparison, step.bound):
            break
        passed = number
    return passed


def _excuse(rule: CompiledRule, read: ReadFact) -> CompiledExcuse | None:
    return next((excuse for excuse in rule.excuses if excuse.when(read)), None)


def _in_words(value: Value) -> str:
    if value is None:
        return "unknown"
    is_long = isinstance(value, float) or (isinstance(value, int) and abs(value) >= _LONG)
    try:
        return f"{value:.4g}" if is_long else f"{value}"
    except OverflowError:
        return "beyond all bounds"


def _untold(rule: CompiledRule, facts: FactValues) -> list[str]:
    """The facts that a rule's value reads and that nobody could tell."""
    return [name for name in dict.fromkeys(_FACT.findall(rule.definition.value or "")) if facts.get(name) is None]


def _explanation(rule: CompiledRule, facts: FactValues, reason: Reason | None) -> Explanation:
    value, number, excuse, holds = None, None, None, False
    try:
        value = rule.value(facts.get) if rule.value else None
        number = _step(rule, value)
        holds = rule.when is None or rule.when(facts.get)
        excuse = _excuse(rule, facts.get)
    except (ArithmeticError, ValueError):
        pass  # the reason says so
    if reason is not None:
        outcome, text = "snoozed" if reason.snoozed else "holds", reason.evidence
    elif holds and number is not None and excuse:
        outcome, text = "excused", excuse.text(facts.get)
    elif rule.value is not None and value is None:
        outcome, text = "cannot tell", f"{', '.join(_untold(rule, facts))} not known"
    else:
        outcome, text = "does not hold", rule.definition.about
    return Explanation(
        rule=rule.id,
        outcome=outcome,
        weight=reason.weight if reason else 0,
        value=value,
        comparison=rule.definition.comparison if rule.value else None,
        bound=rule.steps[number or 0].bound if rule.value else None,
        text=text,
    )
