"""The items of the desk's lists."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from fraud.analysis import KeptAlert
from fraud.desk.linking import Linked
from fraud.desk.review import JournalEntry, Review
from fraud.events import StoreKey
from fraud.verdicts import Case, Source, Verdict


class CaseRow(Case, frozen=True, kw_only=True):
    """A case with its review. `etag` changes with either: a change must name the one that it was made of.

    `stakes_known` is false for a case that an earlier version wrote: its stakes are nothing until it is judged again.
    `judged_at` is the time of its last write before it was reviewed, or judged again on purpose; null if that is lost.
    """

    etag: str
    stakes_known: bool = True
    judged_at: datetime | None = None
    review: Review = Review()

    @property
    def has_changed_since(self) -> bool:
        """True if it was decided, and its verdicts have changed since: late events or a re-analysis amended them."""
        return self.review.revision is not None and self.review.revision != self.revision


class CaseDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A case, its worst verdicts first, and its journal. `verdicts_in_all` counts those that the blob holds.

    `journal_problem` says what somebody has taken from the journal, or decided without it; empty if it is whole.
    `linked` says who did what, over this case and the others that it belongs together with.
    """

    case: CaseRow
    verdicts: tuple[Verdict, ...]
    verdicts_in_all: int
    journal: tuple[JournalEntry, ...]
    journal_problem: str = ""
    linked: Linked = Linked()


class VerdictRow(Verdict, frozen=True, kw_only=True):
    """A verdict, and the case that it is of."""

    case_id: str


class WindowRow(msgspec.Struct, frozen=True, kw_only=True):
    """A window that has verdicts: its name, its end, and the blob that they lie in."""

    name: str
    window_end: datetime
    blob: str
    bytes: int
    written: datetime


class HubPlace(msgspec.Struct, frozen=True):
    """The place of an event in the hub."""

    partition: str
    sequence_number: int
    offset: str
    enqueued_time: datetime


class EventContent(msgspec.Struct, frozen=True, kw_only=True):
    """A content under an id. `event` is null for one in quarantine that cannot be read; `reason` is why it is there."""

    source: Source
    event: dict[str, Any] | None
    store_id: StoreKey | None
    run_id: str | None = None
    place: HubPlace | None = None
    document_id: str | None = None
    reason: str | None = None
    quarantine_path: str | None = None


class EventDetails(msgspec.Struct, frozen=True, kw_only=True):
    """All contents under an id, in any store; `complete` is false if there are more than are looked at."""

    id: str
    contents: tuple[EventContent, ...]
    complete: bool


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An archived event: when it arrived, and if the stream job's rule flags it."""

    id: str
    arrived: datetime
    flagged: bool
    event: dict[str, Any]


class QuarantineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A record of quarantine. `body` is its text as far as it can be read, `hex` its bytes; both may be cut."""

    path: str
    reason: str
    size: int
    body: str
    is_cut: bool
    enqueued_time: datetime | None = None
    place: HubPlace | None = None
    message_id: str | None = None
    hex: str | None = None


class DeadLetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the dead-letter queue, as a peek shows it."""

    sequence_number: int
    message_id: str | None
    enqueued_time: datetime | None
    reason: str | None
    description: str | None
    delivery_count: int | None
    size: int
    body: str
    is_cut: bool


class AlertRow(KeptAlert, frozen=True, kw_only=True, omit_defaults=False):
    """An alert under its own name: the window's counts, and the blob of its verdicts.

    Nobody was told yet of one that `waits` for the next digest. `had_receiver` is false if there was nobody to tell,
    and null in alerts of earlier versions, which did not keep it.
    """

    waits: bool = False


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of a set: what it is about, the words of its reason, and its weights, the mildest first."""

    id: str
    about: str
    text: str
    weights: tuple[int, ...]


class RuleSetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule set that this version has. `id` is what verdicts name; `active` judges windows, `shadow` beside it."""

    id: str
    about: str
    state: Literal["active", "shadow", "shipped"]
    medium: int
    high: int
    rules: tuple[RuleRow, ...]
