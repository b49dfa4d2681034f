"""The commands below `detective rules`, and what each may be told."""

import argparse
from collections.abc import Callable

from cli.app_client import OpenApp
from cli.options import filled, whole_number
from cli.rules.explaining import explain, explain_of_file
from cli.rules.fit.options import add_fit
from cli.rules.fit.running import run_fit
from cli.rules.replaying import run_replay
from cli.rules.showing import run_check, run_show
from cli.rules.trying import run_compare, run_try
from cli.rules.trying_windows import add_trial
from cli.rules_in_use import add_change, add_in_use, add_snooze, add_wake

Run = Callable[[argparse.Namespace], int]
_SET = "a rule file, or the name of a set that comes with the app"
_RULES = f"{_SET} (default: context)"
_MOST_HISTORY = 365


def add_rule_commands(parser: argparse.ArgumentParser, app: argparse.ArgumentParser) -> None:
    """Add the commands to the parser of `detective rules`; `app` has the options of those that ask the app."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, run: Run) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    check = command("check", "Check a rule file; exit code 1 and its problems by line if it cannot be used.", run_check)
    check.add_argument("rules", metavar="FILE", help="a rule file")
    check.add_argument("--json", action="store_true", help="print the set's name, and the problems by line and field")
    show = command("show", "Show the rules of a set with their bounds and weights.", run_show)
    show.add_argument("rules", metavar="SET", nargs="?", help=_RULES)
    show.add_argument("--json", action="store_true", help="print JSON for a script")
    show.add_argument("--markdown", action="store_true", help="print a table for a document")
    text = (
        "Judge a file of events (JSON per line: enqueued_time, body), and write one verdict per flagged id and window."
    )
    replay = command("replay", text, run_replay)
    add_events(replay)
    replay.add_argument("--rules", metavar="SET", help=_RULES)
    replay.add_argument("--out", required=True, metavar="VERDICTS.ndjson", help="the file of the verdicts")
    text = (
        "Judge a file of events with a set and with another, or with --from windows that have verdicts with a set, and "
        "show what changes: bands, rules, examples."
    )
    trial = commands.add_parser("try", help=text, description=text, parents=[app])
    trial.set_defaults(run=run_try)
    trial.add_argument("rules", metavar="SET", help=_SET)
    add_events(trial, may_be_absent=True)
    add_trial(trial)
    trial.add_argument("--against", metavar="SET", help=_RULES)
    text = "the truth about the events, as `detective world` writes it: adds precision and recall"
    trial.add_argument("--labels", metavar="LABELS.ndjson", help=text)
    compare = command("compare", "Show what changes from one file of verdicts to another.", run_compare)
    for name in ("before", "after"):
        compare.add_argument(name, metavar=f"{name.upper()}.ndjson", help="verdicts that `replay` wrote")
    compare.add_argument("--json", action="store_true", help="print JSON for a script")
    text = (
        "Draw the weights of a set to labelled events, of files or with --last of the app's windows, and write it as a "
        "file: other weights, the same rules."
    )
    fit = commands.add_parser("fit", help=text, description=text, parents=[app])
    fit.set_defaults(run=run_fit)
    add_fit(fit, _RULES)
    add_history(fit)

    def of_app(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[app])

    add_in_use(of_app("in-use", "Show which set judges windows, which in its shadow, and who changed it."))
    add_change(of_app("activate", "Let a set judge windows from now on; those in flight keep theirs."), is_shadow=False)
    text = "Let a set judge windows beside the active one, without cases and alerts; `none` ends it."
    add_change(of_app("shadow", text), is_shadow=True)
    text = "Snooze a rule for a customer or a store for some days: it adds no points, and verdicts still show it."
    add_snooze(of_app("snooze", text))
    add_wake(of_app("wake", "End a snooze of a rule early."))


def add_explain(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    """Add the options of `detective explain`."""

    def run(options: argparse.Namespace) -> int:
        if options.events:
            return explain_of_file(options)
        if options.rules or options.history_days:
            parser.error("--rules and --history-days go with --events: the app explains by the set that judged")
        return 0 if explain(app_of(options), options.id, as_json=options.json) else 1

    parser.add_argument("id", type=filled, help="the id of an event, flagged or not")
    text = "explain it by a file of events, in order of arrival, instead of asking the app"
    parser.add_argument("--events", metavar="EVENTS.ndjson", help=text)
    parser.add_argument("--rules", metavar="SET", help=_RULES)
    add_history(parser)
    parser.set_defaults(run=run)


def add_events(parser: argparse.ArgumentParser, *, may_be_absent: bool = False) -> None:
    """Add the file of events, and how many of its days are history."""
    text = "events in order of arrival"
    parser.add_argument("events", metavar="EVENTS.ndjson", help=text, nargs="?" if may_be_absent else None)
    add_history(parser)


def add_history(parser: argparse.ArgumentParser) -> None:
    """Add how many of a file's days are history."""
    text = "the file's first days (UTC), which are profiled and not judged (default: %(default)s)"
    parser.add_argument("--history-days", type=whole_number(0, _MOST_HISTORY), default=0, metavar="N", help=text)
