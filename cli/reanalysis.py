"""`detective reanalyze`: count windows, judge them again once the count is confirmed, follow it, stop it."""

import argparse
import time
from contextlib import ExitStack
from typing import Any

import msgspec

from cli.app_client import AppClient, app_of, read_as
from cli.failed_workflows import RUNNING, check_ours, workflow_failed
from cli.options import add_actor, duration_of_windows, whole_number
from cli.reconcile import range_of
from cli.screen import plain, print_json, progress, said_at_ctrl_c, say
from fraud.desk.plurals import counted
from fraud.reanalysis.asking import ReanalysisRow
from fraud.reanalysis.messages import ENDED, INSTANCE, ReanalysisState
from fraud.verdicts import BANDS

_CURRENT = "api/reanalysis"
_POLL_SECONDS = 0.5


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""

    def run(options: argparse.Namespace) -> int:
        if options.status:
            return _show(options, _read(app_of(options).get(_CURRENT)))
        if not options.why:
            parser.error("say --why, for the journal")
        if options.stop:
            return _stop(app_of(options), options)
        if not (options.last or options.start or options.window):
            parser.error("say which windows: --last, --from or --window")
        return _reanalyze(app_of(options), options)

    # argparse breaks no line within options that exclude each other.
    parser.usage = (
        "%(prog)s [--last LENGTH | --from TIME | --window NAME]\n"
        "                           [--status | --stop] [OPTIONS]"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--last", type=duration_of_windows, metavar="LENGTH", help="of Azure's time before --to: 90m, 1h, 30d"
    )
    which.add_argument("--from", dest="start", metavar="TIME", help="ends of windows from then on, ISO 8601")
    which.add_argument("--window", metavar="NAME", help="one window, by its name")
    which.add_argument("--status", action="store_true", help="show the re-analysis that runs, or has run last")
    which.add_argument("--stop", action="store_true", help="stop it after the windows that are being judged")
    parser.add_argument("--to", dest="end", metavar="TIME", help="at most 31 days later (default: Azure's time now)")
    parser.add_argument("--rules", metavar="SET", help="the set that judges (default: the active one)")
    parser.add_argument("--store", help="windows of one store: its number, or none")
    bands = ("high", "medium", "low", "unresolved")
    parser.add_argument("--band", choices=bands, help="windows with a verdict of this band; they are judged whole")
    text = "begin if there are just so many verdicts; without it they are counted only"
    parser.add_argument("--confirm", type=whole_number(0, 2**53 - 1), metavar="N", help=text)
    parser.add_argument("--why", metavar="TEXT", help="the reason, for the journal")
    add_actor(parser)
    parser.set_defaults(run=run)


def _reanalyze(app: AppClient, options: argparse.Namespace) -> int:
    order: dict[str, object] = {
        name: value
        for name in ("window", "rules", "store", "band", "confirm", "why")
        if (value := getattr(options, name)) is not None
    }
    if options.window is None:
        order["from"], order["to"] = range_of(app, options)
    ordered = _read(app.change("api/reanalyses", order, actor=options.actor))
    row = _wait(app, quiet=options.json)
    check_ours("the re-analysis", ordered.state and ordered.state.order, row.state and row.state.order)
    return _show(options, row)


def _stop(app: AppClient, options: argparse.Namespace) -> int:
    app.change(f"{_CURRENT}/stop", {"why": options.why}, actor=options.actor)
    return _show(options, _wait(app, quiet=options.json))


def _wait(app: AppClient, *, quiet: bool) -> ReanalysisRow:
    """Follow it to its end, with a bar."""
    with ExitStack() as screen:
        goes_on = "the re-analysis goes on: `detective reanalyze --status` shows it, `--stop` stops it"
        screen.enter_context(said_at_ctrl_c(goes_on))
        display = None if quiet else screen.enter_context(progress())
        bar = display.add_task("counting", total=None) if display else None
        while (row := _read(app.get(_CURRENT))).status in RUNNING:
            if display and bar is not None and (state := row.state):
                is_judging = row.phase == "judging"
                done = state.done.windows if is_judging else state.counted.windows
                total = state.counted.windows if is_judging else None
                display.update(bar, description=row.phase, completed=done, total=total)
            time.sleep(_POLL_SECONDS)
        if display and bar is not None:
            display.update(bar, description=row.phase, completed=1, total=1)
        return row


def _read(answer: Any) -> ReanalysisRow:
    return read_as(ReanalysisRow, answer, "the re-analysis")


def _show(options: argparse.Namespace, row: ReanalysisRow) -> int:
    """Show it; exit code 1 if it did not do what was confirmed. Raises WorkflowFailedError if it failed."""
    if row.error:
        answer = msgspec.to_builtins(row)
        raise workflow_failed("the re-analysis", INSTANCE, row.status, answer, output=row.error)
    if options.json:
        print_json(msgspec.to_builtins(row))
    elif row.state:
        _say(row.state)
    is_well = row.phase not in ENDED or row.phase in ("counted", "done")
    return 0 if is_well and not (row.state and row.state.done.untold) else 1


def _say(state: ReanalysisState) -> None:
    there, done, order = state.counted, state.done, state.order
    say(f"{order.id} by {plain(order.who)}, with {order.rules}: {plain(order.why)}")
    bands = ", ".join(f"{count:,} {band}" for band in BANDS if (count := there.bands.get(band))) or "none"
    say(f"{counted(there.windows, 'window')} with {counted(there.verdicts, 'verdict')}: {bands}")
    if there.busy:
        say(f"{counted(there.busy, 'window is', 'windows are')} left out: the analysis has not ended")
    if there.damaged:
        left_out = counted(there.damaged, "window is", "windows are")
        say(f"{left_out} left out: somebody has altered the verdicts; reconcile and repair first")
    if state.phase == "counted" and not there.verdicts:
        say("nothing was changed: there is nothing to judge again")
    elif state.phase == "counted":
        say(f"nothing was changed: say --confirm {there.verdicts} to judge them again")
    elif state.phase == "refused":
        say(f"nothing was changed: {order.confirm:,} verdicts were confirmed, and there are {there.verdicts:,} now")
    else:
        judged = counted(done.windows, "window")
        say(f"{state.phase}: {judged} judged, {done.changed:,} changed, {done.worse:,} for the worse")
        for change, count in done.moved.items():
            say(f"  {count:>8,}  {change}")
    if done.left:
        say(f"{counted(done.left, 'id keeps its verdict', 'ids keep their verdicts')}: not in the archive any more")
    if done.untold:
        say(f"{counted(done.untold, 'alert was', 'alerts were')} not taken: the next reconciliation names the windows")
