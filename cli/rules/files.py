"""Reading rule files and files of events for the command line."""

from pathlib import Path

from cli.app_client import AppError
from fraud.context.schema import KINDS
from fraud.replay.arrivals import Arrival, Skipped, read_arrivals
from fraud.replay.history import History
from fraud.replay.replay import Judged, replay
from fraud.rules.reading import RuleFileError, read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import FOR_FILES, shipped


def rules_of(name: str | None) -> RuleSet:
    """A set by its name, or from a file; `context` if neither is given. Raises AppError."""
    if name is None:
        return FOR_FILES
    if name in shipped():
        return shipped()[name]
    path = Path(name)
    try:
        return read_rules(path.read_text("utf-8"), KINDS, name)
    except FileNotFoundError as error:
        raise AppError(f"{name} is neither a rule file nor a set; the sets are {', '.join(shipped())}") from error
    except UnicodeDecodeError as error:
        raise AppError(f"{name} is not a text in UTF-8") from error
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error
    except RuleFileError as error:
        raise AppError(str(error)) from error


def arrivals_of(name: str) -> tuple[list[Arrival], Skipped]:
    """The arrivals of a file of events, and the lines that could not be read. Raises AppError."""
    skipped = Skipped()
    try:
        with Path(name).open("rb") as lines:
            arrivals = list(read_arrivals(lines, skipped))
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error
    if skipped.count and not arrivals:
        raise AppError(f"{name}: not one line is an event with `enqueued_time` and `body`; {skipped.first[0]}")
    return arrivals, skipped


def judged(arrivals: list[Arrival], rules: RuleSet, history_days: int, *, asked: str | None = None) -> list[Judged]:
    """All verdicts of a file; with `asked`, those on this id, flagged or not."""
    return list(replay(arrivals, rules, History(), history_days, asked=asked))
