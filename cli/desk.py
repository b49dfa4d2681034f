"""The commands of the desk: cases, alerts, outcomes, what was set aside, workflows and logs."""

import argparse
from collections.abc import Callable
from pathlib import Path

from cli import alerts, cases, logs, outcomes, set_aside, workflows
from cli.app_client import OpenApp
from cli.options import add_actor, duration_of_windows, filled, whole_number

Command = Callable[[str, str], argparse.ArgumentParser]
_MOST = 2**53 - 1
_LIMIT = "how many at most, 1 to 100 (default: %(default)s)"


def add_desk_commands(command: Command, app_of: OpenApp) -> None:
    """Add the commands; `command` makes one with the options of the app, `app_of` opens it."""
    _cases(command("cases", "List cases, the highest money at stake first."), app_of)
    _case(command("case", "Show a case with its reasons; decide, assign, comment or reopen it."), app_of)
    _alerts(
        command("alerts", "List alerts, the latest first, and which the fraud team was told."),
        app_of,
    )
    _quarantine(command("quarantine", "Show what could not be processed, and why; send a record again."), app_of)
    _dead_letters(
        command("dead-letters", "Show or redrive dead letters, the messages that failed at every delivery."), app_of
    )
    _outcomes(
        command("outcomes", "Upload outcomes of events, such as chargebacks, from a CSV: id,outcome,date."), app_of
    )
    _workflows(command("workflows", "List the instances of orchestrations, or show one with its history."), app_of)
    _logs(command("logs", "Show the logs of the stack on this machine."))


def _cases(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        return cases.list_cases(app_of(options), options)

    states = ("open", "in_review", "escalated", "confirmed", "dismissed", "expired", "undecided", "decided")
    parser.add_argument("--state", choices=states, metavar="STATE", help=", ".join(states))
    text = "of flagged sales, in quarantine, or of a night's sweep over sales that were not flagged"
    parser.add_argument("--kind", choices=("window", "quarantine", "sweep"), help=text)
    parser.add_argument("--band", choices=("high", "medium", "low", "unresolved"), help="with a verdict of this band")
    parser.add_argument("--store", type=filled, help="a store's number, or `none` for no store")
    parser.add_argument("--customer", type=whole_number(-_MOST, _MOST), metavar="N", help="a customer's number")
    parser.add_argument("--assignee", type=filled, metavar="NAME", help="the person who has it")
    parser.add_argument(
        "--min-amount", type=whole_number(0, _MOST), metavar="CENTS", help="with at least so many cents at stake"
    )
    begin = parser.add_mutually_exclusive_group()
    text = "of windows that ended in so much of Azure's time before --to: 90m, 1h, 30d"
    begin.add_argument("--last", type=duration_of_windows, metavar="LENGTH", help=text)
    begin.add_argument("--from", dest="start", metavar="TIME", help="of windows that ended then or later, ISO 8601")
    parser.add_argument("--to", dest="end", metavar="TIME", help="of windows that ended then or before")
    parser.add_argument("--sort", choices=("amount", "time"), help="by money at stake (default) or by time")
    parser.add_argument("--limit", type=whole_number(1, 100), default=20, metavar="N", help=_LIMIT)
    parser.add_argument("--all", action="store_true", help="all pages")
    parser.set_defaults(run=run)


def _case(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        deed, its = options.deed, _CASE_DEEDS.get(options.deed, ())
        if options.id in deeds:
            parser.error(f"say which case to {options.id}")
        given = {name for name in ("outcome", "to", "to_nobody", "text", "why") if getattr(options, name)}
        if strange := sorted(given - set(its)):
            parser.error(f"to {deed} a case takes no --{strange[0].replace('_', '-')}")
        if deed == "show":
            return cases.show_case(app_of(options), options.id, as_json=options.json)
        if problem := _missing(deed, given):
            parser.error(f"to {deed} it, say {problem}")
        change = {"assign": cases.assign_case, "comment": cases.comment_case, "reopen": cases.reopen_case}
        return change.get(deed, cases.decide_case)(app_of(options), options)

    deeds = ("show", "decide", "assign", "comment", "reopen")
    text = f"{', '.join(deeds)} (default: show)"
    parser.add_argument("deed", nargs="?", choices=deeds, default="show", metavar="DEED", help=text)
    parser.add_argument("id", type=filled, help="the name of the case")
    outcomes_of_case = ("confirmed", "dismissed", "escalated")
    parser.add_argument("--outcome", choices=outcomes_of_case, help="the decision")
    whom = parser.add_mutually_exclusive_group()
    whom.add_argument("--to", type=filled, metavar="NAME", help="the person to whom it is assigned")
    whom.add_argument("--to-nobody", action="store_true", help="assign it to nobody")
    parser.add_argument("--text", metavar="TEXT", type=filled, help="the comment")
    parser.add_argument("--why", metavar="TEXT", help="the reason, for the journal")
    add_actor(parser)
    parser.set_defaults(run=run)


_CASE_DEEDS = {
    "decide": ("outcome", "why"),
    "assign": ("to", "to_nobody", "why"),
    "comment": ("text",),
    "reopen": ("why",),
}
"""The options that each change of a case takes."""


def _missing(deed: str, given: set[str]) -> str:
    """The options that a change of a case lacks; empty if it has all."""
    if deed == "assign":
        return "" if given & {"to", "to_nobody"} else "--to or --to-nobody"
    needed = _CASE_DEEDS[deed]
    return "" if set(needed) <= given else " and ".join(f"--{name}" for name in needed)


def _alerts(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        return alerts.list_alerts(app_of(options), options)

    parser.add_argument("--limit", type=whole_number(1, 100), default=20, metavar="N", help=_LIMIT)
    parser.set_defaults(run=run)


def _quarantine(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        if options.resubmit is None:
            return set_aside.show_quarantine(app_of(options), options)
        if not options.path or not options.why:
            parser.error("to send a record again, name it by its path, and say --why")
        return set_aside.resubmit(app_of(options), options)

    parser.add_argument("path", nargs="?", type=filled, help="the path of one record, to see all of it")
    text = "events of the hub, or windows of the queue (default: %(default)s)"
    parser.add_argument("--kind", choices=("events", "windows"), default="events", help=text)
    parser.add_argument("--partition", type=filled, metavar="ID", help="of one partition of the hub")
    parser.add_argument("--limit", type=whole_number(1, 100), default=20, metavar="N", help=_LIMIT)
    parser.add_argument("--resubmit", metavar="FILE", help="send the record of the path again, with the body of a file")
    _add_person(parser)
    parser.set_defaults(run=run)


def _dead_letters(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        if not options.redrive and not options.redrive_all:
            return set_aside.show_dead_letters(app_of(options), options)
        if not options.why:
            parser.error("to redrive, say --why")
        return set_aside.redrive(app_of(options), options)

    parser.add_argument("--limit", type=whole_number(1, 100), default=20, metavar="N", help=_LIMIT)
    which = parser.add_mutually_exclusive_group()
    number = whole_number(1, 2**63 - 1)
    which.add_argument("--redrive", type=number, action="append", metavar="N", help="by its number; again for another")
    which.add_argument("--redrive-all", action="store_true", help="all that there are now")
    _add_person(parser)
    parser.set_defaults(run=run)


def _add_person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", metavar="TEXT", help="the reason, for the journal")
    add_actor(parser)


def _outcomes(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        return outcomes.send_outcomes(app_of(options), options)

    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the CSV; fraud, chargeback and legitimate are outcomes"
    )
    add_actor(parser, "tells it")
    parser.set_defaults(run=run)


def _workflows(parser: argparse.ArgumentParser, app_of: OpenApp) -> None:
    def run(options: argparse.Namespace) -> int:
        app = app_of(options)
        if options.id is None:
            return workflows.list_workflows(app, options)
        return workflows.show_workflow(app, options.id, as_json=options.json)

    parser.add_argument("id", nargs="?", type=filled, help="an instance, to see all of it")
    parser.add_argument("--status", choices=workflows.STATUSES, metavar="STATUS", help=", ".join(workflows.STATUSES))
    parser.add_argument("--prefix", type=filled, metavar="TEXT", help="the beginning of the id, such as window-")
    parser.add_argument("--limit", type=whole_number(1, 100), default=20, metavar="N", help=_LIMIT)
    parser.set_defaults(run=run)


def _logs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("part", nargs="?", help="a part, such as functions or cosmos (default: all)")
    text = "last lines of each part (default: %(default)s)"
    parser.add_argument("--lines", type=whole_number(1, 100_000), default=40, metavar="N", help=text)
    parser.add_argument("--follow", action="store_true", help="go on with what is written, until Ctrl-C")
    parser.add_argument("--demo", action="store_true", help="of the last demo instead of `make up`")
    parser.set_defaults(run=logs.show_logs)
