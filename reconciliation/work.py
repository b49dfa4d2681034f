"""The blobs that one run hands from step to step, and the small values that pass through the workflow's history.

Every path is computed from the run and a number, so that a step that runs again overwrites its own work.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec

from reconciliation.comparing.summary import Summary, Verdict
from reconciliation.plan import Partition
from reconciliation.ranges import Range

Stage = Literal["scan", "suspicious", "verdicts", "documents", "quarantine", "compare"]
READING: tuple[Stage, ...] = ("scan", "suspicious", "verdicts", "documents", "quarantine")
"""The stages that turn a source into rows."""

FORMATS = ("html", "json", "md")
"""The formats of a report, as file extensions."""


class Request(msgspec.Struct, frozen=True):
    """The input of the workflow: a range of whole windows. Without `with_documents` Cosmos is left out.

    `again` reads everything anew, even if nothing has changed since the last report.
    """

    range: Range
    with_documents: bool = True
    again: bool = False


class Step(msgspec.Struct, frozen=True):
    """The input of a step: one part of a stage, or one bucket."""

    run: str
    stage: str
    number: int


class BlobPart(msgspec.Struct, frozen=True):
    """Blobs of one container that a step reads."""

    paths: list[str]


class SpanPart(msgspec.Struct, frozen=True):
    """A span (start, end] of enqueued times that a step reads."""

    start: datetime
    end: datetime


class Progress(msgspec.Struct, frozen=True):
    """The output of a step: how much it read."""

    records: int
    bytes: int

    def __add__(self, other: "Progress") -> "Progress":
        return Progress(self.records + other.records, self.bytes + other.bytes)


class StageTask(msgspec.Struct, frozen=True):
    """Steps of one stage: `count` of them, from number `first` on, each a run of `activity`."""

    run: str
    stage: str
    activity: str
    first: int
    count: int

    def slices(self, size: int) -> list["StageTask"]:
        """The same steps in tasks of at most `size`."""
        end = self.first + self.count
        return [
            StageTask(self.run, self.stage, self.activity, first, min(size, end - first))
            for first in range(self.first, end, size)
        ]


class ReportTask(msgspec.Struct, frozen=True):
    """The input of the step that writes the report; `started` is of the workflow's clock."""

    run: str
    started: datetime


class RunName(msgspec.Struct, frozen=True):
    """The input of the step that clears a run's work blobs."""

    run: str


class Outcome(msgspec.Struct, frozen=True):
    """The output of the workflow. `reports` are paths in the container `reports`, by format.

    `read` is when the archives were read: earlier than this run if nothing has changed since (`reused`). What has a
    default is not in the outcomes of earlier versions, for which a workflow may be waiting.
    """

    id: str
    verdict: Verdict
    balanced: bool
    sentence: str
    compared_until: datetime
    accounts: Summary
    reports: dict[str, str]
    with_cosmos: bool = False
    read: datetime | None = None
    reused: bool = False


class Work(msgspec.Struct, frozen=True):
    """The plan of a run as its steps need it; `parts` is the number of steps of each stage."""

    range: Range
    first_window: int
    last_window: int
    complete_until: datetime | None
    partitions: list[Partition]
    bucket_bits: int
    archive_bytes: int
    with_documents: bool
    parts: dict[Stage, int]
    evidence: str = ""

    @property
    def buckets(self) -> int:
        """The number of buckets that ids are sorted into."""
        return 2**self.bucket_bits

    def paths(self, path_of: Callable[[str, str, int], str], stages: Iterable[Stage]) -> list[str]:
        """Such a path for every part of these stages."""
        run = self.range.instance_id
        return [path_of(run, stage, number) for stage in stages for number in range(self.parts.get(stage, 0))]

    @property
    def is_complete(self) -> bool:
        """Whether the archive covers the whole range."""
        return self.last_window == self.range.last_window


class PlanSummary(msgspec.Struct, frozen=True):
    """What the workflow needs to know of the plan; `known` is the outcome if there is nothing new to read."""

    parts: dict[Stage, int]
    archive_bytes: int
    known: Outcome | None = None


def folder(run: str) -> str:
    """Where the work blobs of a run lie."""
    return f"reconciliations/{run}"


def work_path(run: str) -> str:
    """The run's `Work`."""
    return f"{folder(run)}/work.json"


def part_path(run: str, stage: str, number: int) -> str:
    """What a part reads."""
    return f"{folder(run)}/parts/{stage}-{number:05}.json"


def rows_path(run: str, stage: str, number: int) -> str:
    """The rows of a part, in buckets."""
    return f"{folder(run)}/rows/{stage}-{number:05}"


def contents_path(run: str, stage: str, number: int) -> str:
    """The digests of the contents that a part has read, in buckets."""
    return f"{folder(run)}/contents/{stage}-{number:05}"


def sums_path(run: str, stage: str, number: int) -> str:
    """The sums of a part or a bucket."""
    return f"{folder(run)}/sums/{stage}-{number:05}.json"


def report_folder(run: str) -> str:
    """Where a run's report lies in the container `reports`."""
    return f"reconciliations/{run}"


def report_path(run: str, extension: str) -> str:
    """A run's report in the container `reports`, in one of its formats."""
    return f"{report_folder(run)}/report.{extension}"


def differences_path(run: str, bucket: int) -> str:
    """The full list of a bucket's differences in the container `reports`, one JSON object a line."""
    return f"{report_folder(run)}/differences-{bucket:05}.ndjson"
