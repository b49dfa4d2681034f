"""`detective rules try SET --from TIME --to TIME`: try a set over the windows of the app that have verdicts."""

import argparse
import time
from pathlib import Path

import msgspec

from cli.app_client import AppClient, AppError, app_of, read_as
from cli.failed_workflows import RUNNING, workflow_failed
from cli.options import add_actor, duration
from cli.reconcile import range_of
from cli.rules.comparing import Changes, Example
from cli.rules.showing_changes import show_changes
from cli.screen import print_json, said_at_ctrl_c, say
from fraud.desk.plurals import counted
from fraud.reanalysis.asking import TrialRow
from fraud.reanalysis.trial import INSTANCE, LEVELS, TrialState
from fraud.rules.shipped import shipped

_CURRENT = "api/rule-trial"
_POLL_SECONDS = 0.5


def add_windows(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which windows."""
    which = parser.add_mutually_exclusive_group()
    text = "windows of the app that ended in this time before --to: 90m, 1h, 2d"
    which.add_argument("--last", type=duration, metavar="LENGTH", help=text)
    which.add_argument("--from", dest="start", metavar="TIME", help="ends of windows from then on, ISO 8601")
    which.add_argument("--window", metavar="NAME", help="one window, by its name")
    parser.add_argument("--to", dest="end", metavar="TIME", help="at most 31 days later (default: Azure's time now)")
    parser.add_argument("--store", help="windows of one store: its number, or none")
    bands = ("high", "medium", "low", "unresolved")
    parser.add_argument("--band", choices=bands, help="windows with a verdict of this band")
    parser.add_argument("--why", default="a trial", metavar="TEXT", help="the reason, for the journal")
    add_actor(parser)


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
        order["from"], order["to"] = range_of(app, options)
    app.change("api/rule-trials", order | _rules(options.rules), actor=options.actor)
    result = _wait(app)
    if options.json:
        print_json(msgspec.to_builtins(result))
    else:
        _show(result)
    return 0 if result.phase == "done" else 1


def _rules(name: str) -> dict[str, str]:
    if name in shipped():
        return {"rules": name}
    try:
        return {"text": Path(name).read_text("utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(f"{name} is neither a rule file nor a set; the sets are {', '.join(shipped())}") from error


def _wait(app: AppClient) -> TrialState:
    with said_at_ctrl_c("the trial goes on, and changes nothing: the desk shows it under Rules"):
        while (row := read_as(TrialRow, app.get(_CURRENT), "the trial")).status in RUNNING:
            time.sleep(_POLL_SECONDS)
    if row.result is None:
        raise workflow_failed("the trial", INSTANCE, row.status, msgspec.to_builtins(row), output=row.error)
    return row.result


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
    fraud = labels.get(f"{subject} fraud", 0)
    say("")
    say(f"{words:<24}{'precision':>10}{'recall':>10}   named")
    for level in LEVELS:
        for when in ("before", "after"):
            right, wrong = (labels.get(f"{subject} {when} {level} {how}", 0) for how in ("right", "wrong"))
            precision, recall = _share(right, right + wrong), _share(right, fraud)
            counted = f"{right:,} of {fraud:,} fraud, {wrong:,} innocent"
            say(f"{f'{level}, {when}':<24}{precision:>10}{recall:>10}   {counted}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
