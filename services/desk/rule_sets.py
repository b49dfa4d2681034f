"""The rule sets that this version of the app has."""

from functools import cache
from typing import Literal

from fraud.desk.labels import Stance, side_of
from fraud.desk.rows import RuleRow, RuleSetRow
from fraud.rules.definition import RuleDefinition
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import retired, shipped
from services.rules_in_use import read_rules_in_use

SetState = Literal["active", "shadow", "shipped"]
_ORDER: tuple[SetState, ...] = ("active", "shadow", "shipped")


async def rule_sets() -> tuple[RuleSetRow, ...]:
    """Every rule set, the active one first, then the one in its shadow. Raises what the blob service raised."""
    in_use = await read_rules_in_use()
    states: dict[str, SetState] = {in_use.shadow or "": "shadow", in_use.active: "active"}
    rows = [_row(rules, states.get(name, "shipped")) for name, rules in shipped().items()]
    return tuple(sorted(rows, key=lambda row: (_ORDER.index(row.state), row.id)))


@cache
def sides_of_rules() -> dict[str, Stance]:
    """The side of each rule of every set, by its id; that of the sets of before only where no other has the rule."""
    sets = (*retired().values(), *shipped().values())
    return {rule.id: side_of(_weights(rule)) for rules in sets for rule in rules.definition.rules}


def _row(rules: RuleSet, state: SetState) -> RuleSetRow:
    return RuleSetRow(
        id=rules.id,
        about=rules.definition.about,
        state=state,
        medium=rules.bands.medium,
        high=rules.bands.high,
        rules=tuple(map(_rule, rules.definition.rules)),
    )


def _rule(rule: RuleDefinition) -> RuleRow:
    return RuleRow(id=rule.id, about=rule.about, text=rule.text, weights=_weights(rule))


def _weights(rule: RuleDefinition) -> tuple[int, ...]:
    return tuple(step.weight for step in rule.steps) if rule.steps else (rule.weight or 0,)
