"""The records of quarantine and the dead letters, on the command line: shown, and processed again."""

import argparse
from pathlib import Path
from urllib.parse import quote

from cli.app_client import AppClient, AppError, read_as
from cli.screen import console, plain, print_json, say, say_the_rest
from fraud.desk.paging import Page
from fraud.desk.rows import DeadLetterRow, QuarantineRow
from fraud.desk.set_aside import Redriven, RedriveOrder, Resubmission, Resubmitted

_BODY = 74
"""Characters of a body in a line of 80."""
_FOLDERS = ("store-events/", "suspicious-windows/")


def show_quarantine(app: AppClient, options: argparse.Namespace) -> int:
    """Show the newest records of quarantine, or one by its path. Raises AppError."""
    if options.path:
        record = app.get(f"api/quarantine/{quote(_checked(options.path))}")
        if options.json:
            print_json(record)
        else:
            _show_record(read_as(QuarantineRow, record, options.path), whole=True)
        return 0
    asked = {"partition": options.partition} if options.partition else {}
    page = app.query("api/quarantine", kind=options.kind, limit=str(options.limit), **asked)
    if options.json:
        print_json(page)
        return 0
    records = read_as(Page[QuarantineRow], page, "quarantine")
    for record in records.items:
        _show_record(record, whole=False)
    empty = f"nothing of partition {options.partition} is in quarantine" if asked else "quarantine is empty"
    say_the_rest(len(records.items), records.next, empty)
    return 0


def show_dead_letters(app: AppClient, options: argparse.Namespace) -> int:
    """Show the dead letters, the messages that failed at every delivery. Raises AppError."""
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
    say_the_rest(len(letters.items), letters.next, "there are no dead letters")
    return 0


def redrive(app: AppClient, options: argparse.Namespace) -> int:
    """Redrive the dead letters that the options name, or all that there are now. Raises AppError."""
    order = RedriveOrder(why=options.why, sequence_numbers=tuple(options.redrive or ()))
    if options.redrive_all:
        order = RedriveOrder(why=options.why, up_to=_last_number(app))
        if not order.up_to:
            say("there are no dead letters")
            return 0
    answer = app.change("api/dead-letters/redrive", order, actor=options.actor)
    outcome: Redriven = read_as(Redriven, answer, "the outcome")
    if options.json:
        print_json(answer)
    else:
        say(outcome.sentence)
        if order.sequence_numbers and not (outcome.letters or outcome.refused or outcome.left):
            say("no dead letter has such a number: `detective dead-letters` lists them")
    return 0 if outcome.letters and not outcome.refused and not outcome.left else 1


def _last_number(app: AppClient) -> int:
    """The highest number of the letters that there are; 0 without one."""
    last, token = 0, None
    while True:
        page = app.query("api/dead-letters", limit="100", **({"token": token} if token else {}))
        letters: Page[DeadLetterRow] = read_as(Page[DeadLetterRow], page, "the dead letters")
        last = max([last, *(letter.sequence_number for letter in letters.items)])
        if (token := letters.next) is None:
            return last


def resubmit(app: AppClient, options: argparse.Namespace) -> int:
    """Send the corrected body of a record of quarantine, from a file. Raises AppError."""
    try:
        body = Path(options.resubmit).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise AppError(f"{options.resubmit} cannot be read: {error}") from error
    order = Resubmission(path=_checked(options.path), body=body, why=options.why)
    answer = app.change("api/quarantine/resubmit", order, actor=options.actor)
    if options.json:
        print_json(answer)
    else:
        say(read_as(Resubmitted, answer, options.path).sentence)
    return 0


def _checked(path: str) -> str:
    """The path of a record. Raises AppError for what cannot be one: a client would cut `..` out of the address."""
    if not path.startswith(_FOLDERS) or {".", "..", ""} & set(path.split("/")):
        raise AppError(
            f"{path} is not the path of a record, which begins with {' or '.join(_FOLDERS)}: "
            "`detective quarantine` lists them"
        )
    return path


def _show_record(record: QuarantineRow, *, whole: bool) -> None:
    console.print(f"\n  {plain(record.path)}  {record.size:,} bytes", markup=False, soft_wrap=True)
    say(record.reason)
    say(record.body if whole else record.body[:_BODY])
