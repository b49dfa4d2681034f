"""The commands that prove something: run a campaign file, report on a campaign, list them, compare reports."""

import argparse
import secrets
import time
from pathlib import Path

import msgspec

from cli import campaigns, screen
from cli.app_client import AppClient, app_of
from cli.campaign_ceiling import Ceiling, find_ceiling
from cli.campaign_files import CampaignFileError, read_campaign_file, read_plan
from cli.campaign_report.comparing import ComparedNumber, compare, read_report
from cli.campaign_report.costing import cost_of, keep_before, peak_of, read_before
from cli.campaign_report.figures import look
from cli.campaign_report.files import write_files
from cli.campaign_report.proving import PATIENCE, prove
from cli.campaign_report.showing import show_report
from cli.campaign_report.worlds_played import keep_worlds, kept_worlds
from cli.campaign_tapes import hand_over, play
from cli.options import duration, filled, number, whole_number
from cli.screen import console, from_here, say, say_wrapped
from cli.stack_process import ROOT
from fraud.load.plan import CampaignPlan
from fraud.load.report import CampaignReport
from fraud.load.shapes import World

RUN = "Run a campaign file, prove what became of its events, and write the report; exit code 1 if it does not hold."
REPORT = "Prove what became of a campaign's events, and write the report; exit code 1 if it does not hold."
LIST = "List the campaigns that were started, the latest first."
CEILING = "Raise the rate of a campaign file until an assertion fails, and say which part was the bound."
COMPARE = "Compare a campaign's report with those of earlier runs; exit code 1 if something is worse."
FOLDER = ROOT / ".local" / "campaigns"
_SAID_EVERY_SECONDS = 10.0


def add_run(parser: argparse.ArgumentParser) -> None:
    """The options of the command that runs a campaign file."""

    def run(options: argparse.Namespace) -> int:
        read = read_campaign_file(options.file)
        asked = read.plan
        if options.seed is not None:
            asked = _with_seed(asked, options.seed)
        if options.name is not None:
            asked = msgspec.structs.replace(asked, name=options.name)
        played = play(asked, options.file.parent, read)
        app = app_of(options)
        campaigns.refuse_ids_again(app, played.plan)
        hand_over(app, played.tapes)
        before = look(app)
        started = campaigns.start(app, msgspec.to_builtins(played.plan))
        keep_before(FOLDER / started, before)
        keep_worlds(FOLDER / started, asked, played.plan)
        return _prove(app, started, options, _worlds_of(asked))

    parser.add_argument("file", type=Path, metavar="FILE", help="a campaign file; campaigns/ has examples")
    parser.add_argument("--name", help="another name than the file's")
    text = "another seed than the file's, also of the worlds that it plays: other ids"
    parser.add_argument("--seed", type=whole_number(0, 2**53 - 1), metavar="N", help=text)
    _add_report_options(parser)
    parser.set_defaults(run=run)


def _with_seed(plan: CampaignPlan, seed: int) -> CampaignPlan:
    stages = [
        msgspec.structs.replace(stage, world_seed=seed) if isinstance(stage, World) else stage for stage in plan.stages
    ]
    return msgspec.structs.replace(plan, seed=seed, stages=stages)


def _worlds_of(plan: CampaignPlan) -> list[World]:
    return [stage for stage in plan.stages if isinstance(stage, World)]


def add_report(parser: argparse.ArgumentParser) -> None:
    """The options of the command that reports on a campaign."""

    def run(options: argparse.Namespace) -> int:
        app = app_of(options)
        if options.file:
            worlds = _worlds_of(read_plan(options.file))
        else:
            state = campaigns.look(app, options.name)
            worlds = kept_worlds(FOLDER / state.id, state.plan)
        return _prove(app, options.name, options, worlds)

    text = "the campaign's name or id; one that runs is watched to its end"
    parser.add_argument("name", type=filled, help=text)
    text = "the campaign's file, if it plays a labelled world and was not run from this folder"
    parser.add_argument("--file", type=Path, metavar="FILE", help=text)
    _add_report_options(parser)
    parser.set_defaults(run=run)


def add_list(parser: argparse.ArgumentParser) -> None:
    """The options of the command that lists campaigns."""

    def run(options: argparse.Namespace) -> int:
        listed = campaigns.every(app_of(options))
        if options.json:
            screen.print_json(msgspec.to_builtins(listed))
            return 0
        if not listed:
            say("no campaign was started yet")
            return 0
        say(f"{'campaign':<34}{'phase':<12}{'sent':>10}{'planned':>11}  started")
        for state in listed:
            started = f"{state.started:%m-%d %H:%M}" if state.started else ""
            planned = f"{state.events_planned:,}" if state.events_planned is not None else "?"
            say(f"{state.id:<33} {state.phase:<12}{state.totals.sent:>10,}{planned:>11}  {started}")
        return 0

    parser.set_defaults(run=run)


def add_compare(parser: argparse.ArgumentParser) -> None:
    """The options of the command that compares reports."""

    def run(options: argparse.Namespace) -> int:
        compared = compare(read_report(options.report), [read_report(file) for file in options.earlier])
        if options.json:
            screen.print_json(msgspec.to_builtins(compared))
        else:
            _show_comparison(compared)
        return 1 if any(row.change == "worse" for row in compared) else 0

    parser.add_argument("report", type=Path, metavar="REPORT", help="the report.json of a campaign")
    text = "those of earlier runs; what they differ by among each other is noise"
    parser.add_argument("earlier", type=Path, nargs="+", metavar="EARLIER", help=text)
    parser.add_argument("--json", action="store_true", help="print JSON for a script")
    parser.set_defaults(run=run)


def add_ceiling(parser: argparse.ArgumentParser) -> None:
    """The options of the command that finds the ceiling."""

    def run(options: argparse.Namespace) -> int:
        app = app_of(options)

        def try_rate(plan: CampaignPlan) -> CampaignReport:
            before = look(app)
            state = campaigns.watch(app, campaigns.start(app, msgspec.to_builtins(plan)), lambda _: None)
            cost = cost_of(state, before, look(app))
            report = prove(app, state, options.patience, lambda _: None)
            report = msgspec.structs.replace(report, cost=cost)
            write_files(report, (options.out or FOLDER) / report.id)
            if not options.json:
                say(f"{peak_of(plan):>10,.1f}/s  {'held' if report.held else 'not held'}")
            return report

        plan = read_plan(options.file)
        if plan.played:
            raise CampaignFileError(f"{options.file}: a world or a replay has no rate that could be raised")
        # Not the names of an earlier search: what was sent under a name counts together.
        plan = msgspec.structs.replace(plan, name=f"{(plan.name or 'ceiling')[:40]}-{secrets.token_hex(3)}")
        ceiling = find_ceiling(plan, try_rate, options.most, options.halvings)
        if options.json:
            screen.print_json(msgspec.to_builtins(ceiling))
        else:
            _show_ceiling(ceiling)
        return 0 if ceiling.held is not None else 1

    parser.add_argument("file", type=Path, metavar="FILE", help="a campaign file with assertions")
    text = "times the file's rates at most (default: 64)"
    parser.add_argument("--most", type=number(1, 1_000), default=64.0, metavar="N", help=text)
    text = "looks between the last rate that held and the first that did not (default: %(default)s)"
    parser.add_argument("--halvings", type=whole_number(0, 10), default=2, metavar="N", help=text)
    _add_report_options(parser)
    parser.set_defaults(run=run)


def _show_ceiling(ceiling: Ceiling) -> None:
    held = (
        f"{ceiling.held:,.1f} events per second held"
        if ceiling.held is not None
        else "the file's own rate does not hold"
    )
    say(held if ceiling.failed is None else f"{held}; {ceiling.failed:,.1f} did not")
    if ceiling.bound:
        say(f"the bound was {ceiling.bound}")
    if ceiling.busiest:
        say(f"the busiest part: {ceiling.busiest}")
    for reason in ceiling.reasons:
        say(f"✘ {reason}")


def _add_report_options(parser: argparse.ArgumentParser) -> None:
    text = "Azure's time after the last event until what is not there counts as lost (default: 20m)"
    parser.add_argument("--patience", type=duration, default=PATIENCE, metavar="LENGTH", help=text)
    text = "folder for report.json, .html, .md and .xml (default: .local/campaigns/NAME)"
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=text)


def _prove(app: AppClient, name: str, options: argparse.Namespace, worlds: list[World]) -> int:
    try:
        state = campaigns.watch(app, name, lambda _: None) if options.json else campaigns.watch_with_bar(app, name)
        report = prove(app, state, options.patience, (lambda _: None) if options.json else _Said().say, worlds)
    except KeyboardInterrupt:
        screen.show_error(f"{name} goes on: `detective campaign report {name}` proves it")
        return 130
    report = msgspec.structs.replace(report, cost=cost_of(state, read_before(FOLDER / report.id), look(app)))
    paths = write_files(report, options.out or FOLDER / report.id)
    if options.json:
        screen.print_json(msgspec.to_builtins(report))
    else:
        _show(report, paths)
    return 0 if report.held else 1


def _show(report: CampaignReport, paths: dict[str, Path]) -> None:
    show_report(report)
    for path in paths.values():
        console.print(f"  {from_here(path)}", soft_wrap=True, markup=False)


class _Said:
    """Says what is waited for when it changes, at most once in a while."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0.0

    def say(self, text: str) -> None:
        """Say a text, unless it was said or another one just now."""
        now = time.monotonic()
        if text != self._text and now - self._at >= _SAID_EVERY_SECONDS:
            self._text, self._at = text, now
            say_wrapped(text, first="  … ", indent=4)


def _show_comparison(compared: list[ComparedNumber]) -> None:
    marks = {"better": "[green]✔[/]", "worse": "[red]✘[/]", "same": " "}
    say(f"    {'':<24}{'now':>10}{'before':>22}")
    for row in compared:
        before = f"{row.lowest:,.4g}" if row.lowest == row.highest else f"{row.lowest:,.4g} to {row.highest:,.4g}"
        change = "" if row.change == "same" else f"  {row.change}"
        console.print(f"  {marks[row.change]} {row.name:<26}{row.value:>10,.4g}{before:>22}{change}")
