"""The rule sets that this version of the app has."""

from fraud.desk.rows import RuleRow, RuleSetRow
from fraud.rules.definition import RuleDefinition
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import shipped
from services.settings import settings


def rule_sets() -> tuple[RuleSetRow, ...]:
    """Every rule set, the active one first: a setting names it."""
    active = shipped()[settings().rule_set]
    ordered = sorted(shipped().values(), key=lambda rules: (rules is not active, rules.id))
    return tuple(_row(rules, is_active=rules is active) for rules in ordered)


def _row(rules: RuleSet, *, is_active: bool) -> RuleSetRow:
    return RuleSetRow(
        id=rules.id,
        about=rules.definition.about,
        state="active" if is_active else "shipped",
        medium=rules.bands.medium,
        high=rules.bands.high,
        rules=tuple(map(_rule, rules.definition.rules)),
    )


def _rule(rule: RuleDefinition) -> RuleRow:
    weights = [step.weight for step in rule.steps] if rule.steps else [rule.weight or 0]
    return RuleRow(id=rule.id, about=rule.about, text=rule.text, weights=tuple(weights))
