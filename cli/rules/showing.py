"""`detective rules check` and `show`: a rule file's problems, or its rules."""

import argparse
from collections.abc import Iterator

import msgspec
from rich.table import Table

from cli.rules.files import rules_of, text_of
from cli.screen import console, plain, print_json, say, say_wrapped, show_error
from fraud.context.schema import KINDS
from fraud.rules.compiling import CompiledRule
from fraud.rules.reading import RuleFileError, read_rules
from fraud.rules.rule_set import RuleSet


def run_check(options: argparse.Namespace) -> int:
    """Say the set's name, or every problem of the file. With `json` both are the answer, on stdout."""
    try:
        rules = read_rules(text_of(options.rules), KINDS, options.rules)
    except RuleFileError as error:
        if options.json:
            print_json({"rule_set": None, "problems": msgspec.to_builtins(error.problems)})
        else:
            show_error(str(error))
        return 1
    if options.json:
        print_json({"rule_set": rules.id, "rules": len(rules.rules), "problems": []})
        return 0
    say(f"{rules.id}: {len(rules.rules)} rules, in order")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Show a set."""
    rules = rules_of(options.rules)
    if options.json:
        print_json({"rule_set": rules.id, **msgspec.to_builtins(rules.definition)})
        return 0
    if options.markdown:
        console.print("\n".join(markdown(rules)), markup=False, soft_wrap=True)
        return 0
    say_wrapped(f"{rules.id}: {rules.definition.about}")
    say(f"a score from {rules.bands.medium} on is medium, from {rules.bands.high} on high")
    table = Table("rule", "holds if", "points", box=None, pad_edge=False)
    for rule in rules.rules:
        table.add_row(plain(rule.id), plain(_condition(rule)), _points(rule))
    console.print(table, markup=False)
    return 0


def markdown(rules: RuleSet) -> Iterator[str]:
    """The lines of a table of the rules, for documents."""
    yield "| rule | why | holds if | points |"
    yield "|---|---|---|---|"
    for rule in rules.rules:
        condition = " ".join(f"`{part}`" for part in _condition(rule).split("; "))
        yield f"| {rule.id} | {rule.definition.about} | {condition} | {_points(rule)} |"


def _condition(rule: CompiledRule) -> str:
    definition = rule.definition
    bounds = ", ".join(f"{step.bound:g}" for step in rule.steps)
    parts = [definition.when] if definition.when else []
    parts += [f"{definition.value} {definition.comparison} {bounds}"] if definition.value else []
    parts += [f"unless {excuse.when}" for excuse in definition.excuses]
    return "; ".join(parts)


def _points(rule: CompiledRule) -> str:
    points, of_frauds = ", ".join(f"{step.weight}" for step in rule.steps), rule.definition.of_frauds
    return points if of_frauds is None else f"{points} (of_frauds {of_frauds:g})"
