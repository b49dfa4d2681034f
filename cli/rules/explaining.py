"""`detective explain`: every rule on one event of a file, with its value against its bound, flagged or not."""

import argparse
import re

import msgspec
from rich.padding import Padding

from cli.app_client import AppError
from cli.rules.files import arrivals_of, judged, rules_of
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.replay.replay import Judged
from fraud.rules.rule_set import Explanation, RuleSet

_FACT = re.compile(r"[a-z_]+\.[a-z_0-9]+")
"""The name of a fact in the expression of a value."""


def run_explain(options: argparse.Namespace) -> int:
    """Explain each occurrence of an id. Raises AppError if the file has no event of the id."""
    rules = rules_of(options.rules)
    arrivals, _ = arrivals_of(options.events)
    results = judged(arrivals, rules, options.history_days, asked=options.id)
    if not results:
        raise AppError(f"{options.events} has no event with the id {options.id}")
    if options.json:
        print_json([_content(result, rules) for result in results])
        return 0
    for result in results:
        _show(result, rules)
    return 0


def _content(result: Judged, rules: RuleSet) -> dict[str, object]:
    return {
        "verdict": msgspec.to_builtins(result.verdict),
        "flagged": result.is_flagged,
        "rules": msgspec.to_builtins(rules.explain(result.facts, result.rates)),
        "facts": result.facts,
    }


def _show(result: Judged, rules: RuleSet) -> None:
    verdict = result.verdict
    flagged = "flagged" if result.is_flagged else "not flagged: no window asks for it"
    say(f"{verdict.id}, enqueued {verdict.enqueued_time}, {flagged}")
    say(f"{verdict.band}, {verdict.score} points by {verdict.rule_set}")
    explained = sorted(rules.explain(result.facts, result.rates), key=lambda rule: -rule.weight)
    outcomes = sorted({rule.outcome for rule in explained}, key=lambda outcome: outcome != "holds")
    for outcome in outcomes:
        console.print(f"\n  {outcome}", style="bold", markup=False)
        for rule in (rule for rule in explained if rule.outcome == outcome):
            if rule.outcome == "cannot tell":
                _show_missing(rule, result, rules)
            else:
                _show_rule(rule)


def _show_rule(rule: Explanation) -> None:
    points = f"{rule.weight:+d}" if rule.weight else ""
    console.print(f"  {points:>5}  {plain(rule.rule):<22}  {_measured(rule)}".rstrip(), markup=False, soft_wrap=True)
    console.print(Padding(plain(rule.text), (0, 2, 0, 9)), markup=False, style="dim" if rule.outcome != "holds" else "")


def _show_missing(rule: Explanation, result: Judged, rules: RuleSet) -> None:
    """The facts that a rule's value reads and that nobody could tell."""
    value = next(its.value or "" for its in rules.definition.rules if its.id == rule.rule)
    named = _FACT.findall(value)
    missing = [name for name in dict.fromkeys(named) if result.facts.get(name) is None]
    say_wrapped(f"{rule.rule:<22}  {', '.join(missing)} not known", first=" " * 9, indent=33, style="dim")


def _measured(rule: Explanation) -> str:
    if rule.bound is None:
        return ""
    value = (
        "unknown" if rule.value is None else f"{rule.value:.4g}" if isinstance(rule.value, float) else f"{rule.value}"
    )
    return f"{value}, {rule.comparison} {rule.bound:g}"
