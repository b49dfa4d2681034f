"""`detective sql`: what it may be told, and how it answers."""

import argparse
import csv
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from cli.app_client import AppError, app_of
from cli.options import duration, number, whole_number
from cli.screen import console, plain, print_json, say, say_wrapped, show_error
from cli.sql.connections import read_connections
from cli.stack_process import LOCAL_SETTINGS
from fraud.desk.spreadsheets import harmless
from fraud.desk.sql_questions import QUESTIONS, VIEWS
from questions.bounds import ArchiveAwayError, Bounds, QuestionError, TooMuchError

_VIEWS = ", ".join(VIEWS)
_READABLE, _BETWEEN = 24, 2
"""Characters of a column that is narrow and can be read all the same, and between two columns."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The question, the bounds and the form of the answer."""
    standard = Bounds()
    parser.add_argument("question", nargs="?", help=f"a SELECT over {_VIEWS}, or the name of a question")
    parser.add_argument("--list", action="store_true", help="list the questions that have a name")
    text = "how far to look back, such as 90m, 1h or 2d (default: 1d)"
    parser.add_argument("--last", type=duration, default=standard.last, metavar="LENGTH", help=text)
    for name, kind, default, text in (
        ("files", whole_number(1, 100_000), standard.files, "blobs of an archive that are read at most"),
        ("megabytes", whole_number(1, 65_536), standard.megabytes, "of an archive that are read at most"),
        ("rows", whole_number(1, 1_000_000), standard.rows, "of the answer that are shown at most"),
        ("seconds", number(0.1, 3_600), standard.seconds, "that the query may take at most"),
    ):
        parser.add_argument(
            f"--{name}", type=kind, default=default, metavar="N", help=f"{text} (default: {default:,g})"
        )
    parser.add_argument("--csv", action="store_true", help="print CSV")
    text = "the file with the connections (default: this clone's own)"
    parser.add_argument("--settings", type=Path, default=LOCAL_SETTINGS, metavar="FILE", help=text)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Answer a question: 0, or 2 if it cannot be answered within its bounds."""
    if options.list or not options.question:
        if options.json:
            print_json([{"name": name, "about": question.about} for name, question in QUESTIONS.items()])
            return 0
        for name, question in QUESTIONS.items():
            say(f"{name:<20}{question.about}")
        return 0
    named = QUESTIONS.get(options.question)
    if named is None and " " not in options.question.strip():
        raise AppError(f"no question is called {options.question[:60]!r}: `detective sql --list` has them")
    # DuckDB and the SDKs take a second to load, which no other command shall wait for.
    from questions.archives import Fetch  # noqa: PLC0415
    from questions.asking import ask  # noqa: PLC0415

    bounds = Bounds(
        last=options.last, files=options.files, megabytes=options.megabytes, seconds=options.seconds, rows=options.rows
    )
    with tempfile.TemporaryDirectory() as folder:
        fetch = Fetch(read_connections(options.settings), Path(folder), bounds, _now(options))
        try:
            answer = ask(named.text if named else options.question, fetch.view, bounds)
        except ArchiveAwayError as error:
            raise AppError(f"{error}; start the pipeline with `make up`, or say --settings") from error
        except QuestionError as error:
            raise AppError(_words(error)) from error
    if options.json:
        print_json([dict(zip(answer.columns, map(msgspec.to_builtins, row), strict=True)) for row in answer.rows])
    elif options.csv:
        csv.writer(sys.stdout).writerows([map(harmless, row) for row in (answer.columns, *answer.rows)])
    else:
        _show(answer.columns, [["" if value is None else str(value) for value in row] for row in answer.rows])
    if answer.is_cut:
        show_error(f"more than {bounds.rows} rows: the rest is not shown; say --rows")
    return 0


def _show(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, or row by row if its columns do not fit side by side. Nothing is cut: another program may read it."""
    if not rows:
        say("nothing in this span answers it")
        return
    widths = [_least(column) for column in zip(columns, *rows, strict=True)]
    if sum(width + _BETWEEN for width in widths) > console.width:
        _show_rows(columns, rows)
        return
    table = Table(box=None, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        table.add_column(plain(column), min_width=width)
    for row in rows:
        table.add_row(*(Text(plain(value)) for value in row))
    console.print(table)


def _least(texts: Sequence[str]) -> int:
    """The width in which a column is readable, and no word of it, such as an id, is broken."""
    words = (len(word) for text in texts for word in text.split())
    return min(max(map(len, texts)), max(_READABLE, *words, 0))


def _show_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    names = [plain(column)[:_READABLE] for column in columns]
    width = max(map(len, names))
    for row in rows:
        console.print()
        for name, value in zip(names, row, strict=True):
            say_wrapped(value or "-", first=f"  {name:<{width}}  ", indent=width + 4)


def _words(error: QuestionError) -> str:
    bound = error.bound if isinstance(error, TooMuchError) else ""
    return f"{error}; ask for a shorter --last, or say --{bound}" if bound else str(error)


def _now(options: argparse.Namespace) -> datetime:
    """Azure's time, from the app; this machine's own if the app does not answer."""
    try:
        return app_of(options).now()
    except AppError:
        return datetime.now(UTC)
