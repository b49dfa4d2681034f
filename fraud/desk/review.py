"""The review of a case: its state, who has it, and the journal of what was done. Pure.

The machine writes the fields of `fraud.verdicts.Case`, people the field `review` of the same document: neither writes
over the other, and the first review keeps in `judged` when the case was judged. Each change is an entry of the journal,
a document of its own that is written once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
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
    sealed: str | None = None
    """The digest of the last entry of its journal. Absent as long as an earlier version wrote that."""

    @property
    def digest(self) -> str:
        """Of all of it but its seal: 128 bits in hexadecimal."""
        return _digest(msgspec.structs.replace(self, sealed=None))


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of a case's journal: who, when, what and why, and the state after it.

    `before` is the digest of the entry before, empty if no seal goes before; `reviewed` is that of the
    review which was written with it, `review_before` of the one in whose place that was written. So whoever changes a
    review or an entry is noticed, unless all that follow are changed, too. Earlier versions did not write them.
    """

    case_id: str
    number: int
    when: datetime
    who: str
    by: By
    what: EntryKind
    state: CaseState
    why: str | None = None
    assignee: str | None = None
    before: str | None = None
    reviewed: str | None = None
    review_before: str | None = None

    @property
    def id(self) -> str:
        """Its document's id."""
        return entry_name(self.case_id, self.number)

    @property
    def digest(self) -> str:
        """Of all of it: 128 bits in hexadecimal."""
        return _digest(self)


def entry_name(case_id: str, number: int) -> str:
    """The id of the document of an entry, which no case has: their names have no colon."""
    return f"journal:{case_id}:{number:06}"


def journal_problem(review: Review, journal: Iterable[JournalEntry]) -> str:
    """The sentence that says why a journal is not that of a review; empty if each of its changes is told there.

    Every change writes both at once, so somebody else has been here. Entries that came since the review was read do
    not count.
    """
    told = {entry.number: entry for entry in journal if 1 <= entry.number <= review.entries}
    if (lacking := review.entries - len(told)) > 0:
        first = next(number for number in range(1, review.entries + 1) if number not in told)
        return f"the journal lacks {lacking} of its {review.entries} entries, the first is {first}"
    entries = [told[number] for number in sorted(told)]
    state = entries[-1].state if entries else Review().state
    if state != review.state:
        return f"the case is {review.state}, and its journal leads to {state}"
    return _seal_problem(review, entries)


def _seal_problem(review: Review, entries: Sequence[JournalEntry]) -> str:
    """The sentence that says which entry, or if the review, is not what was written; empty if all may be."""
    if not entries:
        return "" if review == Review() else "the case has a review, and its journal is empty"
    after: list[str | None] = [*(entry.before or None for entry in entries[1:]), review.sealed]
    for entry, seal in zip(entries, after, strict=True):
        if seal != (entry.digest if entry.before is not None else None):
            return f"entry {entry.number} of the journal is not what was written"
    if entries[-1].reviewed not in {None, review.digest}:
        return "the review is not what was written with its last entry"
    return _built_upon_problem(entries)


def _built_upon_problem(entries: Sequence[JournalEntry]) -> str:
    """The sentence that says which entry was written upon a review of another hand; empty if none was.

    Without it the next comment would make such a review a written one. A reopening ends that: it decides anew.
    """
    reopened = max((place for place, entry in enumerate(entries) if entry.what == "reopened"), default=None)
    written = Review().digest if reopened is None else None
    for entry in entries[reopened or 0 :]:
        if written is not None and entry.review_before not in {None, written}:
            return f"entry {entry.number} of the journal was written upon a review that was not"
        written = entry.reviewed
    return ""


def _digest(told: Review | JournalEntry) -> str:
    return sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()[:32]
