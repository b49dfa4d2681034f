"""The records of quarantine and the dead letters, on the command line."""

import argparse

from cli.app_client import AppClient, read_as
from cli.screen import console, plain, print_json, say
from fraud.desk.paging import Page
from fraud.desk.rows import DeadLetterRow, QuarantineRow

_BODY = 74
"""Characters of a body in a line of 80."""


def show_quarantine(app: AppClient, options: argparse.Namespace) -> int:
    """Show the newest records of quarantine, or one by its path. Raises AppError."""
    if options.path:
        record = app.get(f"api/quarantine/{options.path}")
        if options.json:
            print_json(record)
        else:
            _show_record(read_as(QuarantineRow, record, options.path), whole=True)
        return 0
    page = app.query("api/quarantine", kind=options.kind, limit=str(options.limit))
    if options.json:
        print_json(page)
        return 0
    records = read_as(Page[QuarantineRow], page, "quarantine")
    for record in records.items:
        _show_record(record, whole=False)
    _say_the_rest(len(records.items), records.next, "quarantine is empty")
    return 0


def show_dead_letters(app: AppClient, options: argparse.Namespace) -> int:
    """Show the messages that no delivery has succeeded with. Raises AppError."""
    page = app.query("api/dead-letters", limit=str(options.limit))
    if options.json:
        print_json(page)
        return 0
    letters: Page[DeadLetterRow] = read_as(Page[DeadLetterRow], page, "the dead letters")
    for letter in letters.items:
        moment = f"{letter.enqueued_time:%Y-%m-%d %H:%M:%S}" if letter.enqueued_time else "?"
        console.print(f"\n  {letter.sequence_number}  {moment}  {letter.size:,} bytes", markup=False)
        say(letter.reason or "no reason was given")
        say(letter.body[:_BODY])
    _say_the_rest(len(letters.items), letters.next, "there are no dead letters")
    return 0


def _show_record(record: QuarantineRow, *, whole: bool) -> None:
    console.print(f"\n  {plain(record.path)}  {record.size:,} bytes", markup=False, soft_wrap=True)
    say(record.reason)
    say(record.body if whole else record.body[:_BODY])


def _say_the_rest(shown: int, following: str | None, nothing: str) -> None:
    if not shown:
        say(nothing)
    elif following:
        say("there are more: say --limit 100, or --json with its token")
