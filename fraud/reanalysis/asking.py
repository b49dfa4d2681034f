"""Asking for a re-analysis: the body of the request, and the order that is made of it. Pure."""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from fraud.desk.problems import ProblemError, bad_request
from fraud.desk.queries import CaseId, Moment, Question, StoreName, check_span
from fraud.desk.review import SAID
from fraud.reanalysis.messages import Reanalysis, ReanalysisPhase, ReanalysisState, SampledVerdicts
from fraud.reanalysis.trial import TrialProgress, TrialState
from fraud.rules.reading import MAX_FILE
from fraud.rules.shipped import set_of_window, shipped
from fraud.verdicts import AGAIN, Band, Verdict
from fraud.windows import compact_time, moment_in

MAX_RANGE = timedelta(days=31)
_END = re.compile(r"^window-.+-([0-9]{8}T[0-9]{6}Z)-[0-9a-f]+\Z", re.ASCII)


class ReanalysisOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The windows that end in [from, to], or one by its name, and the set that judges them again.

    Without `rules` that is the active one. Without `confirm` they are only counted; it is the number of verdicts that
    the count gave.
    """

    start: Moment | None = msgspec.field(name="from", default=None)
    end: Moment | None = msgspec.field(name="to", default=None)
    why: Annotated[str, Meta(min_length=1, max_length=500, pattern=SAID)]
    rules: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    store: StoreName | None = None
    band: Band | None = None
    window: CaseId | None = None
    confirm: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None

    def __post_init__(self) -> None:
        """Refuse what is in no calendar."""
        check_span(self.start, self.end)


class TrialOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The windows that end in [from, to], or one by its name, and the set that is tried on them.

    It is one that comes with the app, by its name, or the `text` of a rule file. With `samples`, what the set says of
    verdicts whose truth is known is written, for a fit of its weights: of `labelled` ones, or of `all`, of which those
    without an outcome or a decision count as innocent.
    """

    start: Moment | None = msgspec.field(name="from", default=None)
    end: Moment | None = msgspec.field(name="to", default=None)
    why: Annotated[str, Meta(min_length=1, max_length=500, pattern=SAID)]
    rules: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    text: Annotated[str, Meta(min_length=1, max_length=MAX_FILE)] | None = None
    store: StoreName | None = None
    band: Band | None = None
    window: CaseId | None = None
    samples: SampledVerdicts | None = None

    def __post_init__(self) -> None:
        """Refuse what is in no calendar."""
        check_span(self.start, self.end)

    def windows(self, rules: str) -> ReanalysisOrder:
        """The windows as a re-analysis asks for them, with the id of the set."""
        return ReanalysisOrder(
            start=self.start,
            end=self.end,
            why=self.why,
            rules=rules,
            store=self.store,
            band=self.band,
            window=self.window,
        )


class SamplesQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of the samples of a trial, by its name."""

    id: Annotated[str, Meta(pattern=r"^try-[0-9A-Za-z-]{1,60}\Z", description="The name of a trial.")]


class TrialRow(msgspec.Struct, frozen=True, kw_only=True):
    """A trial: the engine's status, how far it has come, its result once it has ended, why it failed if it has."""

    status: str
    progress: TrialProgress | None = None
    result: TrialState | None = None
    error: str | None = None


class ReanalysisStop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason why a re-analysis is stopped."""

    why: Annotated[str, Meta(min_length=1, max_length=500, pattern=SAID)]


class ReanalysisRow(msgspec.Struct, frozen=True, kw_only=True):
    """A re-analysis: the engine's status, how far it has come, and why it failed if it has."""

    status: str
    phase: ReanalysisPhase
    state: ReanalysisState | None = None
    error: str | None = None


class KeptVerdicts(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of a case before a re-analysis replaced them, the worst first; `verdicts_in_all` counts them."""

    revision: int
    replaced_by: str
    replaced_at: datetime
    blob: str
    verdicts: tuple[Verdict, ...]
    verdicts_in_all: int


def rules_id(name: str) -> str:
    """The id of a set by its name or id. Raises ProblemError if this version has none of it."""
    rules = set_of_window(name)
    if rules is None:
        raise bad_request("rules", f"this version has the sets {', '.join(shipped())}, and not {name!r}")
    return rules.id


def order_of(
    asked: ReanalysisOrder,
    *,
    rules: str,
    store: str | None,
    who: str,
    when: datetime,
    prefix: str = AGAIN,
    samples: SampledVerdicts | None = None,
) -> Reanalysis:
    """The order; `rules` is the id of the set, `store` the partition of the store, `prefix` begins its name.

    Raises ProblemError that names the field.
    """
    start, end = _span(asked)
    named = (asked, who) if samples is None else (asked, who, samples)
    digest = sha256(msgspec.json.encode(named)).hexdigest()[:8]
    return Reanalysis(
        id=f"{prefix}{compact_time(when)}-{digest}",
        start=start,
        end=end,
        rules=rules,
        who=who,
        why=asked.why,
        store=store,
        band=asked.band,
        window=asked.window,
        confirm=asked.confirm,
        samples=samples,
    )


def _span(asked: ReanalysisOrder) -> tuple[datetime, datetime]:
    if asked.window is not None and asked.start is None and asked.end is None:
        end = _end_in(asked.window)
        return end, end
    if asked.start is None or asked.end is None:
        raise bad_request("from", "say from and to, or the name of a window")
    if asked.end < asked.start:
        raise bad_request("to", "to must not be before from")
    if asked.end - asked.start > MAX_RANGE:
        raise bad_request("to", f"to must be at most {MAX_RANGE.days} days after from")
    return asked.start, asked.end


def _end_in(window: str) -> datetime:
    match = _END.search(window)
    if (end := moment_in(match[1]) if match else None) is None:
        raise bad_request("window", "the name of a window tells its end: window-7-20260102T101000Z-...")
    return end


def runs_already(order: Reanalysis | None, what: str) -> ProblemError:
    """409: one at a time."""
    who = f" by {order.who}" if order else ""
    return ProblemError(409, "Runs already", f"a {what}{who} runs: follow it, stop it, or wait for its end")
