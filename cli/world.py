"""`detective world`: write a labelled world of events into two files, without any app."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from cli.options import whole_number
from cli.screen import console
from worlds import DAYS, Cast, Difficulty, WorldPlan, make_world


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    days, seed = whole_number(1, 60), whole_number(0, 2**53 - 1)
    parser.add_argument("--seed", type=seed, required=True, metavar="N", help="decides everything")
    parser.add_argument("--days", type=days, default=DAYS, metavar="N", help="1 to 60 (default: %(default)s)")
    parser.add_argument("--difficulty", choices=get_args(Difficulty), default="normal", help="(default: %(default)s)")
    text = "tuning leaves out the scenarios that are held out for judging (default: %(default)s)"
    parser.add_argument("--cast", choices=get_args(Cast), default="all", help=text)
    text = "file for the events, one JSON per line: enqueued_time and body"
    parser.add_argument("--out", type=Path, required=True, metavar="EVENTS", help=text)
    text = "file for the truth, one JSON per event: id, place in EVENTS from 0, scenario, ring, fraud"
    parser.add_argument("--labels", type=Path, required=True, metavar="LABELS", help=text)


def write_world(options: argparse.Namespace) -> int:
    """Make the world and write both files; the exit code."""
    if options.out.resolve() == options.labels.resolve():
        console.print("[red]--out and --labels must be two files[/]")
        return 2
    world = make_world(
        WorldPlan(seed=options.seed, days=options.days, difficulty=options.difficulty, cast=options.cast)
    )
    try:
        _write(options.out, world.event_lines())
        _write(options.labels, world.label_lines())
    except OSError as error:
        console.print(f"[red]{error.filename or options.out} cannot be written: {error.strerror}[/]")
        return 2
    console.print(f"  {len(world.arrivals):,} events in {options.out}, the truth about them in {options.labels}")
    return 0


def _write(path: Path, lines: Iterator[bytes]) -> None:
    """Write a file whole or not at all: whoever reads it never sees half a world."""
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        file.writelines(lines)
    os.replace(unfinished, path)  # noqa: PTH105 - as atomic as rename(2)
