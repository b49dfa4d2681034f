"""The review of a case: its state, who has it, and the journal of what was done. Pure.

The machine writes the fields of `fraud.verdicts.Case`, people the field `review` of the same document: neither writes
over the other, and the first review keeps in `judged` when the case was judged. Each change is an entry of the journal,
a document of its own that is written once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

CaseState = Literal["open", "in_review", "confirmed", "dismissed", "escalated", "expired"]
ReviewOutcome = Literal["confirmed", "dismissed", "escalated"]
UNDECIDED: tuple[CaseState, ...] = ("open", "in_review", "escalated")
"""The states in which a case waits for a decision."""
EntryKind = Literal[
    "opened", "assigned", "commented", "decided", "reopened", "reminded", "escalated", "expired", "reanalysed"
]
By = Literal["login", "key", "name", "app"]
"""The way in which somebody is known: the platform's login, a function key that names a person, a name that was chosen
on one's own machine, or the app itself."""

REVIEW_FIELD = "review"
MAX_ENTRIES = 1_000
"""Entries of a case's journal."""

SAID = r"\S"
"""The pattern of a text that says something: blanks alone are neither a name nor a reason."""
Person = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
]
Why = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=SAID)]


class DecidedOn(msgspec.Struct, frozen=True, kw_only=True):
    """The stakes that a decision was made on: the number of verdicts by rule, and the money in cents."""

    rules: dict[str, int]
    at_stake: int


class Review(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The review of a case as it stands. `entries` is the length of its journal.

    `due` is when it must be decided, absent as long as nobody waits for it. `revision` is that of the verdicts which
    were decided: the case may have been amended since.
    """

    state: CaseState = "open"
    assignee: str | None = None
    entries: int = 0
    due: datetime | None = None
    changed: datetime | None = None
    decided_by: str | None = None
    why: str | None = None
    revision: int | None = None
    step: EntryKind | None = None
    """The last step that the app has taken while it waited."""
    reanalysis: str | None = None
    """The last re-analysis that has changed its verdicts."""
    reopened: int = 0
    """Times that a decision was taken back; after each the app waits anew."""
    decided_at: datetime | None = None
    """Absent from what an earlier version decided; comments and re-analyses move `changed` and not this."""
    decided_on: DecidedOn | None = None
    """Absent likewise, and where the stakes were unknown; the case's own follow its verdicts."""


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of a case's journal: who, when, what and why, and the state after it."""

    case_id: str
    number: int
    when: datetime
    who: str
    by: By
    what: EntryKind
    state: CaseState
    why: str | None = None
    assignee: str | None = None

    @property
    def id(self) -> str:
        """Its document's id."""
        return entry_name(self.case_id, self.number)


def entry_name(case_id: str, number: int) -> str:
    """The id of the document of an entry, which no case has: their names have no colon."""
    return f"journal:{case_id}:{number:06}"


def touch_problem(review: Review, last: JournalEntry | None) -> str:
    """The sentence that says why the last entry is not the one that was written with a review; empty if it may be."""
    if last is None and review.entries:
        return f"the journal lacks its last entry, number {review.entries}"
    return _state_problem(review, last.state if last else Review().state)


def journal_problem(review: Review, journal: Sequence[JournalEntry]) -> str:
    """The sentence that says why a journal is not that of a review; empty if each of its changes is told there.

    Every change writes both at once, so somebody else has been here. Entries that came since the review was read do
    not count.
    """
    told = {entry.number: entry for entry in journal}
    missing = [number for number in range(1, review.entries + 1) if number not in told]
    if missing:
        return f"the journal lacks {len(missing)} of its {review.entries} entries, the first is {missing[0]}"
    return _state_problem(review, told[review.entries].state if review.entries else Review().state)


def _state_problem(review: Review, state: CaseState) -> str:
    return f"the case is {review.state}, and its journal leads to {state}" if state != review.state else ""
