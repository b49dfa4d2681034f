"""`detective rules try` and `compare`: show what another set, or another run, changes in the verdicts of a file."""

import argparse
from pathlib import Path

import msgspec

from cli.app_client import AppError
from cli.rules.comparing import changes
from cli.rules.files import arrivals_of, judged, refuse_without_sales, rules_of
from cli.rules.labels import truth_of
from cli.rules.showing_changes import show_changes
from cli.rules.trying_windows import try_windows
from fraud.replay.replay import ReplayVerdict

_verdicts = msgspec.json.Decoder(ReplayVerdict)


def run_try(options: argparse.Namespace) -> int:
    """Judge a file with a set and with another, or windows that have verdicts with a set, and show what changes."""
    if options.events is None:
        return try_windows(options)
    tried, reference = rules_of(options.rules), rules_of(options.against)
    arrivals, _ = arrivals_of(options.events)
    refuse_without_sales(options.events, arrivals)
    before, after = (
        [result.verdict for result in judged(arrivals, rules, options.history_days)] for rules in (reference, tried)
    )
    truth = truth_of(options.labels, arrivals, options.history_days) if options.labels else None
    show_changes(changes(before, after, truth), as_json=options.json)
    return 0


def run_compare(options: argparse.Namespace) -> int:
    """Show what changes from one file of verdicts to another."""
    show_changes(changes(_read(options.before), _read(options.after)), as_json=options.json)
    return 0


def _read(name: str) -> list[ReplayVerdict]:
    try:
        return _verdicts.decode_lines(Path(name).read_bytes())
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AppError(f"{name} is not a file of verdicts as `rules replay` writes it: {error}") from error
