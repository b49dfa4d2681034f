"""A rule file with other weights: its comments, its order and all else stay as they are."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise

import msgspec

from fraud.context.schema import KINDS
from fraud.rules.definition import RuleDefinition, RuleFile, WeightStep
from fraud.rules.reading import read_rules

Weights = Mapping[str, tuple[int, ...]]
"""The weights of rules, one for each step."""

_HEADER = re.compile(r"^\s*\[", re.MULTILINE)
_WEIGHT = re.compile(
    r"""#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\bweight\s*=\s*([+-]?\d+)""",
    re.DOTALL,
)
"""A comment or a text, which may speak of weights; or a weight."""

_RULE = re.compile(r"\s*\[\[\s*rules\s*\]\]")


class RewriteError(ValueError):
    """A rule file that is written in a way in which its weights are not found."""


def rewritten(text: str, weights: Weights) -> str:
    """The text of a rule file with these weights. Raises RewriteError rather than to change anything else."""
    rules = read_rules(text, KINDS).definition
    wanted = msgspec.structs.replace(rules, rules=tuple(_weighed(rule, weights[rule.id]) for rule in rules.rules))
    numbers = chain.from_iterable(weights[rule.id] for rule in rules.rules)
    changed = "".join(_table(table, numbers) for table in _tables(text))
    if _said(changed) != wanted:
        raise RewriteError("its weights are not written as `weight = N` within each rule; fit it in that form")
    return changed


def _tables(text: str) -> Iterator[str]:
    begins = [0, *(header.start() for header in _HEADER.finditer(text)), len(text)]
    return (text[begin:end] for begin, end in pairwise(begins))


def _table(table: str, numbers: Iterator[int]) -> str:
    """A rule with its weights; the table of an excuse, and every other one, as it is."""
    if not _RULE.match(table):
        return table
    return _WEIGHT.sub(
        lambda part: part[0].replace(part[1], str(next(numbers, 0))) if part[1] is not None else part[0], table
    )


def _said(text: str) -> RuleFile | None:
    try:
        return read_rules(text, KINDS).definition
    except ValueError:
        return None


def _weighed(rule: RuleDefinition, weights: tuple[int, ...]) -> RuleDefinition:
    if not rule.steps:
        return msgspec.structs.replace(rule, weight=weights[0])
    steps = tuple(WeightStep(step.bound, weight) for step, weight in zip(rule.steps, weights, strict=True))
    return msgspec.structs.replace(rule, steps=steps)
