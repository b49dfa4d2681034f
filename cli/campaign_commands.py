"""`detective campaign`: the commands of campaigns, and what each may be told."""

import argparse
from pathlib import Path

import msgspec

from cli import campaigns, screen, watching
from cli.app_client import app_of
from cli.campaign_files import read_campaign_file
from cli.campaign_plans import show_plan
from cli.campaign_proofs import (
    CEILING,
    COMPARE,
    LIST,
    REPORT,
    RUN,
    add_ceiling,
    add_compare,
    add_list,
    add_report,
    add_run,
)
from cli.campaign_tapes import play
from cli.options import filled, number, whole_number
from fraud.campaigns import CampaignRequest

CAMPAIGN = "Run a load-test campaign and watch it. Ctrl-C leaves it running."
WATCH = "Watch the pipeline live, or a campaign by its name."
STOP = "Stop a campaign in order, after the batch that is being sent."
_CHECK = "Check campaign files, and show what each would send and when; nothing is sent."


def add_campaign_commands(parser: argparse.ArgumentParser, app: argparse.ArgumentParser) -> None:
    """The commands below `campaign`, and the options of a campaign without a file; `app` has those of the app."""
    _add_simple(parser)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands of campaign files")

    def command(name: str, text: str, *, of_app: bool = True) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[app] if of_app else [])

    _add_check(command("check", _CHECK, of_app=False))
    add_run(command("run", RUN))
    add_report(command("report", REPORT))
    add_list(command("list", LIST))
    add_ceiling(command("ceiling", CEILING))
    add_compare(command("compare", COMPARE, of_app=False))
    add_watch(command("watch", WATCH))
    add_stop(command("stop", STOP))


def add_watch(parser: argparse.ArgumentParser) -> None:
    """The options of the command that watches a campaign."""

    def run(options: argparse.Namespace) -> int:
        if options.name is None:
            return watching.watch(app_of(options), once=options.once, as_json=options.json)
        return campaigns.follow(app_of(options), options.name, as_json=options.json)

    parser.add_argument("name", nargs="?", type=filled, help="the campaign's name or id (default: the whole pipeline)")
    parser.add_argument("--once", action="store_true", help="of the pipeline: one look, and the end")
    parser.set_defaults(run=run)


def add_stop(parser: argparse.ArgumentParser) -> None:
    """The options of the command that stops a campaign."""

    def run(options: argparse.Namespace) -> int:
        answer = campaigns.stop(app_of(options), options.name)
        if options.json:
            screen.print_json(msgspec.to_builtins(answer))
        else:
            screen.say(f"{answer.id} stops after the batch that is being sent")
        return 0

    parser.add_argument("name", type=filled, help="the campaign's name or id")
    parser.set_defaults(run=run)


def _add_simple(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        app = app_of(options)
        names = ("name", "batches", "events_per_batch", "interval_seconds", "bad_event_ratio", "seed")
        chosen = {name: value for name in names if (value := getattr(options, name)) is not None}
        return campaigns.follow(app, campaigns.start(app, CampaignRequest(**chosen)), as_json=options.json)

    for name, kind, text in (
        ("batches", whole_number(1, 100_000), "1 to 100,000 (default: 100)"),
        ("events-per-batch", whole_number(1, 10_000), "1 to 10,000 (default: 30)"),
        ("interval-seconds", number(0, 86_400), "from batch to batch, 0 to 86,400; 0 sends at once (default: 5)"),
        ("bad-event-ratio", number(0, 1), "the share of events without a store, 0 to 1 (default: 0.1)"),
        ("seed", whole_number(0, 2**53 - 1), "the same seed gives the same events (default: a new one)"),
    ):
        parser.add_argument(f"--{name}", type=kind, metavar="N", help=text)
    parser.add_argument("--name", help="1 to 63 of a-z, 0-9 and -, not - at either end (default: a new one)")
    parser.set_defaults(run=run)


def _add_check(parser: argparse.ArgumentParser) -> None:
    def run(options: argparse.Namespace) -> int:
        files = [read_campaign_file(file) for file in options.files]
        plans = [play(read.plan, read.file.parent, read).plan for read in files]
        if options.json:
            screen.print_json([msgspec.to_builtins(plan) for plan in plans])
            return 0
        for read, plan in zip(files, plans, strict=True):
            show_plan(plan, read.plan)
        return 0

    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="campaign files; campaigns/ has examples")
    parser.add_argument("--json", action="store_true", help="print the plans as the app takes them")
    parser.set_defaults(run=run)
