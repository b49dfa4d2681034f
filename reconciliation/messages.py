"""The values that a run's orchestrations and activities pass to each other, and the plan that its activities share."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec

from reconciliation.comparing.summary import RunVerdict, Summary
from reconciliation.plan import ReadingPlan
from reconciliation.ranges import Range, range_of_run

Stage = Literal["scan", "suspicious", "verdicts", "documents", "quarantine", "cases", "compare"]
READING: tuple[Stage, ...] = ("scan", "suspicious", "verdicts", "documents", "quarantine", "cases")
"""The stages that turn a source into rows."""

FORMATS = ("html", "json", "md")
"""The formats of a report, as file extensions."""


class Request(msgspec.Struct, frozen=True):
    """The input of the orchestration: a range of whole windows. Without `with_documents` Cosmos is left out.

    `again` reads everything anew, even if nothing has changed since the last report.
    """

    range: Range
    with_documents: bool = True
    again: bool = False

    @property
    def id(self) -> str:
        """The orchestration's id and the name of the report; what was left out is part of it."""
        return self.range.instance_id + ("" if self.with_documents else "-without-cosmos")


class PartTask(msgspec.Struct, frozen=True):
    """The input of an activity: one part of a stage, or one bucket."""

    run: str
    stage: str
    number: int


class BlobPart(msgspec.Struct, frozen=True):
    """Blobs of one container that an activity reads."""

    paths: list[str]


class SpanPart(msgspec.Struct, frozen=True):
    """A span (start, end] of enqueued times that an activity reads."""

    start: datetime
    end: datetime


class PartProgress(msgspec.Struct, frozen=True):
    """The output of an activity: how much it read."""

    records: int
    bytes: int

    def __add__(self, other: "PartProgress") -> "PartProgress":
        return PartProgress(self.records + other.records, self.bytes + other.bytes)


class StageTask(msgspec.Struct, frozen=True):
    """Activities of one stage: `count` runs of `activity`, from number `first` on."""

    run: str
    stage: str
    activity: str
    first: int
    count: int

    def slices(self, size: int) -> list["StageTask"]:
        """The same activities in tasks of at most `size`."""
        end = self.first + self.count
        return [
            StageTask(self.run, self.stage, self.activity, first, min(size, end - first))
            for first in range(self.first, end, size)
        ]


class ReportTask(msgspec.Struct, frozen=True):
    """The input of the activity that writes the report; `started` is by the orchestration's clock."""

    run: str
    started: datetime


class RunName(msgspec.Struct, frozen=True):
    """The input of the activity that clears a run's work blobs."""

    run: str


NOTHING_READ = PartProgress(0, 0)


class Outcome(msgspec.Struct, frozen=True):
    """The output of the orchestration. `reports` are paths in the container `reports`, by format.

    `read` is when the archives were read: earlier than this run if nothing has changed since (`reused`). What has a
    default is not in the outcomes of earlier versions, for which an orchestration may be waiting.
    """

    id: str
    verdict: RunVerdict
    balanced: bool
    sentence: str
    compared_until: datetime
    accounts: Summary
    reports: dict[str, str]
    with_cosmos: bool = False
    read: datetime | None = None
    reused: bool = False
    head: str | msgspec.UnsetType = msgspec.UNSET
    """The end of the chain of reports behind this one, as `number:digest` (`reconciliation.chain`).

    It is absent if the report was reused.
    """

    @property
    def is_complete(self) -> bool:
        """The whole range was compared: differences may be told of a part of it, before Capture has the rest."""
        span = range_of_run(self.id)
        return self.verdict != "incomplete" and (span is None or self.compared_until >= span.end)


class RunPlan(ReadingPlan, frozen=True, kw_only=True):
    """The plan of a run as its activities need it; `parts` is the number of parts of each stage."""

    with_documents: bool
    parts: dict[Stage, int]
    fingerprint: str = msgspec.field(name="evidence", default="")
    id: str = ""
    """The run's `Request.id`; a plan of an earlier version, of a run that goes on, has none."""
    method: str = ""
    """The METHOD of the app that began the run; what another method has read cannot be compared."""
    campaigns: tuple[str, ...] = ()
    """The campaigns that were kept when the run began: a producer may name others, as many as it likes."""
    laid: bool = False
    """A past was laid in or beside the range, into the archives of this machine: it is left out."""

    @property
    def run(self) -> str:
        """The name of the run: part of every path."""
        return self.id or self.range.instance_id

    @property
    def buckets(self) -> int:
        """The number of buckets that ids are sorted into."""
        return 2**self.bucket_bits

    def paths(self, path_of: Callable[[str, str, int], str], stages: Iterable[Stage]) -> list[str]:
        """Such a path for every part of these stages."""
        return [path_of(self.run, stage, number) for stage in stages for number in range(self.parts.get(stage, 0))]


class PlanSummary(msgspec.Struct, frozen=True):
    """The plan as the orchestration needs it; `known` is the outcome if there is nothing new to read."""

    parts: dict[Stage, int]
    archive_bytes: int
    known: Outcome | None = None
    run: str = ""
    """The run's `Request.id`; empty in histories of an earlier version."""
