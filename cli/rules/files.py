"""Reading rule files and files of events for the command line."""

from datetime import timedelta
from pathlib import Path

from cli.app_client import AppError
from cli.screen import show_error
from fraud.analysis import SEED_NAME
from fraud.context.schema import KINDS
from fraud.generation import SALE
from fraud.replay.arrivals import Arrival, Skipped, read_arrivals
from fraud.replay.history import History
from fraud.replay.replay import Judged, replay
from fraud.rules.reading import RuleFileError, read_rules
from fraud.rules.rule_set import RuleSet
from fraud.rules.shipped import FOR_FILES, shipped, text_of_shipped
from fraud.windows import window_of


def rules_of(name: str | None) -> RuleSet:
    """A set by its name, or from a file; `context` if neither is given. Raises AppError."""
    if name is None:
        return FOR_FILES
    if name in shipped():
        return shipped()[name]
    try:
        return read_rules(text_of(name), KINDS, name)
    except RuleFileError as error:
        raise AppError(str(error)) from error


def text_of(name: str | None) -> str:
    """The text of a rule file, as `rules_of` takes its name. Raises AppError."""
    if name is None or name in shipped():
        return text_of_shipped(name or FOR_FILES.definition.name)
    try:
        return Path(name).read_bytes().decode("utf-8")  # with the ends of its lines as they are
    except FileNotFoundError as error:
        raise AppError(f"{name} is neither a rule file nor a set; the sets are {', '.join(shipped())}") from error
    except UnicodeDecodeError as error:
        raise AppError(f"{name} is not a text in UTF-8") from error
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error


def arrivals_of(name: str) -> tuple[list[Arrival], Skipped]:
    """The arrivals of a file of events, and what could not be read, which is printed. Raises AppError.

    A body that is a text is judged as the pipeline would judge it: not at all. A file of nothing else is an error, and
    so is one without any line.
    """
    skipped = Skipped()
    try:
        with Path(name).open("rb") as lines:
            arrivals = list(read_arrivals(lines, skipped))
    except OSError as error:
        raise AppError(f"{name} cannot be read: {error.strerror}") from error
    if skipped.count and not arrivals:
        raise AppError(f"{name}: not one line is an event with `enqueued_time` and `body`; {skipped.first[0]}")
    if not arrivals:
        raise AppError(f"{name} is empty: it has no event")
    if skipped.texts and not any(arrival.event for arrival in arrivals):
        raise AppError(f"{name}: {_texts(skipped)}")
    if skipped.texts:
        show_error(_texts(skipped))
    if skipped.not_objects:
        show_error(
            f"{_are(skipped.not_objects, 'body', 'bodies')} no JSON object: the pipeline takes none for an event"
        )
    if skipped.without_id:
        sales = _are(skipped.without_id, "flagged sale", "flagged sales")
        show_error(f"{sales} left out: without a text as its id the pipeline judges one by its place in the hub")
    if skipped.count:
        kind = "not an event" if skipped.count == 1 else "not events"
        show_error(f"{_are(skipped.count, 'line', 'lines')} {kind}: {'; '.join(skipped.first)}")
    return arrivals, skipped


def refuse_without_sales(name: str, arrivals: list[Arrival]) -> None:
    """Raise AppError for a file that no set can judge anything of: only sales are flagged."""
    if not any(arrival.event and arrival.event.get("event_type") == SALE for arrival in arrivals):
        raise AppError(f"{name} has no sale: nothing in it can be flagged")


def _are(count: int, singular: str, plural: str) -> str:
    return f"1 {singular} is" if count == 1 else f"{count:,} {plural} are"


def _texts(skipped: Skipped) -> str:
    return (
        f"bodies that are texts with an event's JSON in them: {skipped.texts}; the pipeline takes none for events: "
        'write the event itself, "body": {...} instead of "body": "{...}" (jq -c \'.body |= fromjson\' does)'
    )


def judged(arrivals: list[Arrival], rules: RuleSet, history_days: int, *, asked: str | None = None) -> list[Judged]:
    """All verdicts of a file; with `asked`, those on this id, flagged or not.

    Raises AppError if all days of the file are history. Tells how many verdicts were given without profiles.
    """
    days = {window_of(arrival.enqueued).start.date() for arrival in arrivals}
    if asked is None and days and min(days) + timedelta(days=history_days) > max(days):
        raise AppError(
            f"the events are of {min(days)} to {max(days)} (UTC): with --history-days {history_days} all of them are "
            "history, and none is judged"
        )
    results = list(replay(arrivals, rules, History(), history_days, asked=asked))
    bare = sum(not result.facts["profiles.days"] for result in results)
    if bare and asked is not None and rules.definition.name != SEED_NAME:
        show_error("no day before it is in the file, so there are no profiles, and nothing is usual yet")
    elif bare and rules.definition.name != SEED_NAME:
        show_error(
            f"{bare} of {len(results)} verdicts were given without profiles: no day before theirs is in the file, so "
            f"nothing is usual yet; --history-days {history_days + 1} leaves them out"
        )
    return results
