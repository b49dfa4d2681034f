"""A rule file as its author writes it; docs/rules.md explains the fields."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Comparator = Literal["at least", "above", "at most", "below"]
RuleName = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]
RuleSetName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Weight = Annotated[int, Meta(ge=-100, le=100)]
RuleNumber = Annotated[float, Meta(ge=-1e15, le=1e15)]
Expression = Annotated[str, Meta(min_length=1, max_length=500)]
Words = Annotated[str, Meta(min_length=1, max_length=400)]


class WeightStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From this bound on, a rule has this weight."""

    bound: RuleNumber
    weight: Weight


class Excuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition under which a rule keeps `weight` only: what it holds for is innocent then."""

    when: Expression
    text: Words
    weight: Weight = 0


class RuleDefinition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. It holds if `when` holds and `value` passes a bound; at least one of the two is given.

    With `steps`, the last step that `value` passes decides the weight; without, `bound` and `weight` are the only one.
    `fixed` keeps the weight as it is in a set whose weights are measured. `of_frauds` is the share of frauds for which
    the rule holds at most, if that is less than half; of a rule that excuses, at least.
    """

    id: RuleName
    about: Words
    text: Words
    when: Expression | None = None
    value: Expression | None = None
    comparison: Comparator = "at least"
    bound: RuleNumber | None = None
    weight: Weight | None = None
    steps: Annotated[tuple[WeightStep, ...], Meta(max_length=10)] = ()
    group: str | None = None
    fixed: bool = False
    of_frauds: Annotated[float, Meta(gt=0, le=1)] | None = None
    excuses: Annotated[tuple[Excuse, ...], Meta(max_length=10)] = ()


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The scores from which on a verdict is medium or high."""

    medium: int
    high: int


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A set of rules. `groups` has the most points that the rules of a group add together.

    Where weights are `measured`, how often a rule held on the days before bounds its weight; see `fraud.rules.rates`.
    """

    name: RuleSetName
    about: Words
    bands: Bands
    rules: Annotated[tuple[RuleDefinition, ...], Meta(min_length=1, max_length=200)]
    measured: bool = False
    groups: dict[str, Annotated[int, Meta(ge=1, le=200)]] = {}
