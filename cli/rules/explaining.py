"""`detective explain`: every rule on an event, of the app or of a file, with its value against its bound."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec
from rich.padding import Padding

from cli.app_client import AppClient, read_as
from cli.rules.files import arrivals_of, judged, rules_of
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.desk.explaining import Explained, ExplainedContent
from fraud.replay.replay import Judged
from fraud.rules.rule_set import Explanation, RuleSet

_GROUNDS = {
    "evidence": "on the evidence that its verdict names",
    "event": "on the event alone",
    "looked up": "on what is looked up now, as of the end of its window",
}


def explain(app: AppClient, event_id: str, *, as_json: bool) -> bool:
    """Explain each content that the app has under an id; False if there is not any. Raises AppError."""
    answer = app.get(f"api/explain?id={quote(event_id, safe='')}")
    explained = read_as(Explained, answer, event_id)
    if as_json:
        print_json(answer)
        return bool(explained.contents)
    for content in explained.contents:
        _show_content(event_id, content)
    if not explained.complete:
        say("more contents lie under this id than are shown, or some cannot be read")
    elif not explained.contents:
        say(f"nothing has arrived under {event_id}")
    return bool(explained.contents)


def _show_content(event_id: str, content: ExplainedContent) -> None:
    say_wrapped(f"{event_id}, arrived {content.arrived:%Y-%m-%d %H:%M:%S}, {_flagged(content.flagged)}")
    of_case = f", in {content.case}" if content.case else "; nobody has judged it, or its evidence is gone"
    say_wrapped(f"{content.band}, {content.score} points by {content.rule_set}{of_case}")
    profiles = f"profiles up to {content.profile_day}" if content.profile_day else "no profiles"
    say_wrapped(f"{_GROUNDS[content.grounds]}; {profiles}", style="dim")
    _show_rules(content.rules)
    console.print()


def explain_of_file(options: argparse.Namespace) -> int:
    """Explain each occurrence of an id in a file; 1 if the file has no event of the id. Raises AppError."""
    rules = rules_of(options.rules)
    arrivals, _ = arrivals_of(options.events)
    results = judged(arrivals, rules, options.history_days, asked=options.id)
    if options.json:
        print_json([_content(result, rules) for result in results])
    elif not results:
        say(f"{options.events} has no event with the id {options.id}")
    else:
        for result in results:
            _show(result, rules)
    return 0 if results else 1


def _content(result: Judged, rules: RuleSet) -> dict[str, object]:
    return {
        "verdict": msgspec.to_builtins(result.verdict),
        "flagged": result.is_flagged,
        "rules": msgspec.to_builtins(rules.explain(result.facts, result.rates)),
        "facts": result.facts,
    }


def _show(result: Judged, rules: RuleSet) -> None:
    verdict = result.verdict
    arrived = datetime.fromisoformat(verdict.enqueued_time)
    say_wrapped(f"{verdict.id}, arrived {arrived:%Y-%m-%d %H:%M:%S}, {_flagged(result.is_flagged)}")
    say(f"{verdict.band}, {verdict.score} points by {verdict.rule_set}")
    _show_rules(rules.explain(result.facts, result.rates))


def _flagged(is_flagged: bool) -> str:
    return "flagged" if is_flagged else "not flagged: no window asks for it"


def _show_rules(rules: Sequence[Explanation]) -> None:
    """The rules by what came of them, those that hold first, of these the heaviest first."""
    explained = sorted(rules, key=lambda rule: -rule.weight)
    outcomes = sorted({rule.outcome for rule in explained}, key=lambda outcome: (outcome != "holds", outcome))
    for outcome in outcomes:
        console.print(f"\n  {outcome}", style="bold", markup=False)
        for rule in (rule for rule in explained if rule.outcome == outcome):
            if rule.outcome == "cannot tell":
                say_wrapped(f"{rule.rule:<22}  {rule.text}", first=" " * 9, indent=33, style="dim")
            else:
                _show_rule(rule)


def _show_rule(rule: Explanation) -> None:
    points = f"{rule.weight:+d}" if rule.weight else ""
    console.print(f"  {points:>5}  {plain(rule.rule):<22}  {rule.measured}".rstrip(), markup=False, soft_wrap=True)
    console.print(Padding(plain(rule.text), (0, 2, 0, 9)), markup=False, style="dim" if rule.outcome != "holds" else "")
