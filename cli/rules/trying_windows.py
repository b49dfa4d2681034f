"""`detective rules try SET --from TIME --to TIME`: try a set over the windows of the app that have verdicts."""

import argparse

import msgspec

from cli.app_client import AppError, app_of
from cli.rules.comparing import Changes, Example
from cli.rules.showing_changes import show_changes
from cli.rules.trials import add_who, add_windows, span_of, tried
from cli.screen import print_json, say, say_wrapped
from fraud.desk.plurals import counted
from fraud.reanalysis.trial import LEVELS, TrialState


def add_trial(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which windows."""
    add_windows(parser, by_name=True)
    parser.add_argument("--store", help="windows of one store: its number, or none")
    bands = ("high", "medium", "low", "unresolved")
    parser.add_argument("--band", choices=bands, help="windows with a verdict of this band")
    add_who(parser, "a trial")


def try_windows(options: argparse.Namespace) -> int:
    """Try a set, or a rule file, over windows, and show what changes. Raises AppError."""
    if not (options.last or options.start or options.window):
        raise AppError("say a file of events, or which windows of the app: --last, --from or --window")
    if options.against or options.labels:
        raise AppError("windows are held against their own verdicts and decisions: leave out --against and --labels")
    app = app_of(options)
    order: dict[str, object] = {
        name: value for name in ("window", "store", "band", "why") if (value := getattr(options, name)) is not None
    }
    if options.window is None:
        order |= span_of(app, options)
    result = tried(app, options.rules, order, options.actor)
    if options.json:
        print_json(msgspec.to_builtins(result))
    else:
        _show(result)
    return 0 if result.phase == "done" else 1


def _show(result: TrialState) -> None:
    tried = result.tried
    say(f"{result.order.id}, {result.phase}: {counted(result.windows, 'window')}, {result.left_out:,} left out")
    examples = [
        Example(each.id, f"{each.window_end:%Y-%m-%dT%H:%MZ}", each.before, each.after, each.rules)
        for each in tried.examples
    ]
    changes = Changes(
        before="what is stored",
        after=result.order.rules,
        verdicts=tried.verdicts,
        only_before=0,
        only_after=0,
        bands_before=tried.bands_before,
        bands_after=tried.bands_after,
        moved=tried.moved,
        rules_before=tried.rules_before,
        rules_after=tried.rules_after,
        examples=tuple(examples),
    )
    show_changes(changes, as_json=False)
    say(f"{tried.kept:,} on the facts of that time, {tried.rebuilt:,} on facts that were looked up anew")
    if tried.without_facts:
        say(f"{tried.without_facts:,} could not be judged: their events have left the archive")
    if tried.differing:
        say(
            f"{tried.differing:,} do not say what their own set says of the same facts; {tried.rebuilt_differing:,} of"
            " them because facts had to be looked up anew: reconcile the range"
        )
    for subject, words in (("case", "decided cases"), ("event", "events with an outcome")):
        _labels(tried.labels, subject, words)


def _labels(labels: dict[str, int], subject: str, words: str) -> None:
    """A line for each set and level, also of a set that names nothing; none if people have said nothing."""
    if not any(name.startswith(f"{subject} ") for name in labels):
        return
    # An earlier version of the app counts of the innocent only those that a set names.
    counts = (labels.get(f"{subject} {when} {level} wrong", 0) for level in LEVELS for when in ("before", "after"))
    fraud, innocent = labels.get(f"{subject} fraud", 0), max(labels.get(f"{subject} innocent", 0), *counts)
    say("")
    say(f"{words:<24}{'precision':>10}{'recall':>10}   named")
    for level in LEVELS:
        for when in ("before", "after"):
            right, wrong = (labels.get(f"{subject} {when} {level} {how}", 0) for how in ("right", "wrong"))
            precision, recall = _share(right, right + wrong) if innocent else "-", _share(right, fraud)
            counted = f"{right:,} of {fraud:,} fraud, {wrong:,} of {innocent:,} innocent"
            say(f"{f'{level}, {when}':<24}{precision:>10}{recall:>10}   {counted}")
    if not innocent:
        say_wrapped(f"none of the {words} is innocent: whatever a set names is right, and no precision can be told")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
