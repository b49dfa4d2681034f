"""Trials of the app, as `detective rules try` and `fit` order them: a set over windows that have verdicts."""

import argparse
import time
from collections.abc import Mapping

import msgspec

from cli.app_client import AppClient, read_as
from cli.failed_workflows import RUNNING, check_ours, workflow_failed
from cli.options import add_actor, duration_of_windows
from cli.reconcile import range_of
from cli.rules.files import text_of
from cli.screen import said_at_ctrl_c
from fraud.reanalysis.asking import TrialRow
from fraud.reanalysis.trial import INSTANCE, TrialState
from fraud.rules.shipped import shipped

_CURRENT = "api/rule-trial"
_POLL_SECONDS = 0.5


def add_windows(parser: argparse.ArgumentParser, *, by_name: bool) -> None:
    """Add the options that say which windows: those of a time, or with `by_name` one of them."""
    begin = parser.add_mutually_exclusive_group()
    text = "windows of the app that ended in this time before --to: 90m, 1h, 30d"
    begin.add_argument("--last", type=duration_of_windows, metavar="LENGTH", help=text)
    begin.add_argument("--from", dest="start", metavar="TIME", help="ends of windows from then on, ISO 8601")
    if by_name:
        begin.add_argument("--window", metavar="NAME", help="one window, by its name")
    parser.add_argument("--to", dest="end", metavar="TIME", help="at most 31 days later (default: Azure's time now)")


def add_who(parser: argparse.ArgumentParser, why: str) -> None:
    """Add who orders the trial, and the reason, which is `why` if nobody says another."""
    parser.add_argument("--why", default=why, metavar="TEXT", help="the reason, for the journal (default: %(default)s)")
    add_actor(parser)


def span_of(app: AppClient, options: argparse.Namespace) -> dict[str, str]:
    """The range of an order. Raises AppError."""
    start, end = range_of(app, options)
    return {"from": start, "to": end}


def tried(app: AppClient, rules: str, order: Mapping[str, object], actor: str) -> TrialState:
    """Order a trial of a set, or of a rule file, and wait for its result. Raises AppError."""
    ordered = read_as(TrialRow, app.change("api/rule-trials", {**order, **_rules(rules)}, actor=actor), "the trial")
    with said_at_ctrl_c("the trial goes on, and changes nothing: the desk shows it under Rules"):
        while (row := read_as(TrialRow, app.get(_CURRENT), "the trial")).status in RUNNING:
            time.sleep(_POLL_SECONDS)
    if row.result is None:
        raise workflow_failed("the trial", INSTANCE, row.status, msgspec.to_builtins(row), output=row.error)
    check_ours("the trial", ordered.progress and ordered.progress.order, row.result.order)
    return row.result


def _rules(name: str) -> dict[str, str]:
    return {"rules": name} if name in shipped() else {"text": text_of(name)}
