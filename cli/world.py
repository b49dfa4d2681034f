"""`detective world`: write a labelled world of events into two files, without any app."""

import argparse
from pathlib import Path
from typing import get_args

from cli.app_client import AppError
from cli.options import whole_number
from cli.screen import say
from cli.writing import write_whole
from fraud.desk.plurals import counted
from worlds import DAYS, Cast, Difficulty, WorldPlan, make_world


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    days, seed = whole_number(1, 60), whole_number(0, 2**53 - 1)
    parser.add_argument("--seed", type=seed, required=True, metavar="N", help="decides everything")
    parser.add_argument("--days", type=days, default=DAYS, metavar="N", help="1 to 60 (default: %(default)s)")
    text = "hard: fraudsters take longer, are more careful and leave smaller gaps (default: %(default)s)"
    parser.add_argument("--difficulty", choices=get_args(Difficulty), default="normal", help=text)
    text = "tuning leaves out the scenarios that are held out for judging (default: %(default)s)"
    parser.add_argument("--cast", choices=get_args(Cast), default="all", help=text)
    text = "file for the events, one JSON per line: enqueued_time and body"
    parser.add_argument("--out", type=Path, required=True, metavar="EVENTS", help=text)
    text = "file for the truth, one JSON per event: id, place in EVENTS from 0, scenario, ring, fraud"
    parser.add_argument("--labels", type=Path, required=True, metavar="LABELS", help=text)


def write_world(options: argparse.Namespace) -> int:
    """Make the world and write both files; the exit code. Raises AppError."""
    if options.out.resolve() == options.labels.resolve():
        raise AppError("--out and --labels must be two files")
    world = make_world(
        WorldPlan(seed=options.seed, days=options.days, difficulty=options.difficulty, cast=options.cast)
    )
    write_whole(options.out, world.event_lines())
    write_whole(options.labels, world.label_lines())
    say(f"{counted(len(world.arrivals), 'event')} in {options.out}, the truth about them in {options.labels}")
    return 0
