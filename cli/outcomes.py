"""Outcomes on the command line: a CSV goes to the app, all of it or nothing."""

import argparse

from cli.app_client import AppClient, AppError, read_as
from cli.screen import print_json, say, say_wrapped
from fraud.desk.outcomes import OutcomesKept
from fraud.desk.plurals import counted


def send_outcomes(app: AppClient, options: argparse.Namespace) -> int:
    """Send a CSV of outcomes. Raises AppError, which names the line that is wrong."""
    try:
        body = options.file.read_bytes()
    except OSError as error:
        raise AppError(f"{options.file} cannot be read: {error.strerror}") from error
    answer = app.send("api/outcomes", body, mimetype="text/csv", actor=options.actor)
    if options.json:
        print_json(answer)
    else:
        kept = read_as(OutcomesKept, answer, "the answer")
        say(f"{counted(kept.kept, 'outcome is', 'outcomes are')} kept; the desk's page Rules counts them")
        if kept.unseen:
            where = "no archived event has such an id, and neither a case nor a window that was read names it"
            say_wrapped(f"{kept.unseen:,} of them {'counts' if kept.unseen == 1 else 'count'} nowhere: {where}")
    return 0
