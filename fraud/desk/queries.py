"""The questions that the desk's lists take: filters, order and page. Each is checked as it is read."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from fraud.desk.paging import Limit, Token
from fraud.desk.review import CaseState
from fraud.events import MAX_ID_LENGTH
from fraud.verdicts import Band, CaseType
from fraud.windows import is_in_calendar

StoreName = Annotated[str, Meta(min_length=1, max_length=255, description="A store's number, or `none`.")]
CaseId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,200}\Z", description="The name of a case.")]
Moment = Annotated[datetime, Meta(tz=True)]
CustomerId = Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1)]
Path = Annotated[str, Meta(min_length=1, max_length=1_024)]


def check_span(start: datetime | None, end: datetime | None) -> None:
    """Raise ValueError, in msgspec's words, for a time that is in no calendar."""
    for field, moment in (("from", start), ("to", end)):
        if moment is not None and not is_in_calendar(moment):
            raise ValueError(f"Expected `datetime` of the years 1900 to 9998 - at `$.{field}`")


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list."""

    limit: Limit = 25
    token: Token | None = None


class SpanQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a list of what happened in [from, to], in UTC unless the times say otherwise."""

    start: Moment | None = msgspec.field(name="from", default=None)
    end: Moment | None = msgspec.field(name="to", default=None)

    def __post_init__(self) -> None:
        """Refuse what is in no calendar."""
        check_span(self.start, self.end)


class CaseQuery(SpanQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cases by what they are of. `from` and `to` are ends of windows; `min_amount` is in cents.

    `kind` is `window`, `quarantine` for what the archive did not take, or `sweep` for what nobody had flagged.
    `undecided` are the states in which a case waits, `decided` are confirmed and dismissed. In the order `amount`, the
    highest money at stake comes first, in the order `time` the latest window.
    """

    state: CaseState | Literal["undecided", "decided"] | None = None
    kind: CaseType | None = None
    band: Band | None = None
    store: StoreName | None = None
    customer: CustomerId | None = None
    assignee: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    min_amount: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    sort: Literal["amount", "time"] = "amount"


class CaseName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case by its name; `verdicts` is how many of its worst verdicts come with it."""

    id: CaseId
    verdicts: Annotated[int, Meta(ge=0, le=1_000)] = 100


class VerdictQuery(SpanQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Verdicts of a case, or of the windows that end in a span, the latest window first."""

    case: CaseId | None = None
    band: Band | None = None
    store: StoreName | None = None
    customer: CustomerId | None = None
    rule: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    min_score: Annotated[int, Meta(ge=-10_000, le=10_000)] | None = None


class EventQuery(SpanQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Archived events that are alike in each value that is named, of which there is one at least.

    `from` and `to` are times of arrival; without `from` it is the 24 hours before `to`, without `to` those before now.
    A gateway is looked for among the events of its span, so it asks for a store, a customer or a sku beside it.
    """

    store: StoreName | None = None
    customer: CustomerId | None = None
    sku: CustomerId | None = None
    gateway: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class EventName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event by its id, whatever its producer made of it."""

    id: Annotated[str, Meta(min_length=1, max_length=2 * MAX_ID_LENGTH)]


class QuarantineQuery(SpanQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records of quarantine: events by the hour in which they were enqueued, or messages that are not windows.

    `partition` is one of the hub's, where another one's producer has filled an hour. Messages lie under a digest, by
    neither time nor partition: all three are refused for them.
    """

    kind: Literal["events", "windows"] = "events"
    partition: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,20}$")] | None = None


class QuarantineName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record of quarantine by the path of its blob."""

    path: Path
