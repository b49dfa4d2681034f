"""`detective explain`: every rule on one event of a file, with its value against its bound, flagged or not."""

import argparse

import msgspec
from rich.table import Table

from cli.app_client import AppError
from cli.rules.files import arrivals_of, judged, rules_of
from cli.screen import console, plain, print_json, say
from fraud.replay.replay import Judged
from fraud.rules.rule_set import Explanation, RuleSet


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
    table = Table("rule", "outcome", "points", "value and bound", "in words", box=None, pad_edge=False)
    for rule in sorted(
        rules.explain(result.facts, result.rates), key=lambda rule: (rule.outcome != "holds", -rule.weight)
    ):
        table.add_row(plain(rule.rule), rule.outcome, f"{rule.weight}", _measured(rule), plain(rule.text))
    console.print(table, markup=False)


def _measured(rule: Explanation) -> str:
    if rule.bound is None:
        return ""
    value = (
        "unknown" if rule.value is None else f"{rule.value:.4g}" if isinstance(rule.value, float) else f"{rule.value}"
    )
    return f"{value}, {rule.comparison} {rule.bound:g}"
