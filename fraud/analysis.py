"""The analysis of one suspicious window, as data: what its orchestration and its activities hand to one another.

The ids themselves stay in a blob: a window holds up to 20,000 of them, and an orchestration's input and history must
stay small.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from fraud.events import StoreKey
from fraud.verdicts import Band
from fraud.windows import SuspiciousWindow, Window

IDS_PER_CHUNK = 500
"""Ids that one activity looks up and judges. 20,000 ids make 40 activities, so one level of fan-out is enough: replay
cost grows with the square of the number of activities, and is below 0.1 s up to 200."""

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)
LOOKUPS = 12
"""The number of look-ups of a missing event. With delays of 30 s, 60 s and so on up to 10 min: over 75 minutes."""


class WindowTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The input of the orchestration: a window, and where its ids are."""

    name: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    count: int
    work_root: str = "windows"
    """The folder that keeps apart the work of two analyses of one window that may run at once."""

    @classmethod
    def of(cls, window: SuspiciousWindow, work_root: str = "windows") -> "WindowTask":
        """The task of analysing a window."""
        return cls(
            name=window.name,
            store_id=window.store_id,
            window_start=window.window.start,
            window_end=window.window.end,
            count=len(window.ids),
            work_root=work_root,
        )

    @property
    def window(self) -> Window:
        """The span that the ids were seen in."""
        return Window(self.window_start, self.window_end)

    @property
    def work_folder(self) -> str:
        """The folder of this window's work blobs."""
        return f"{self.work_root}/{self.name}"

    @property
    def ids_path(self) -> str:
        """The blob that holds the ids, as a JSON array."""
        return f"{self.work_folder}/ids.json"

    def chunks(self) -> list["Chunk"]:
        """The window in slices of at most IDS_PER_CHUNK ids."""
        return list(self._chunks())

    def _chunks(self) -> Iterator["Chunk"]:
        for number, first in enumerate(range(0, self.count, IDS_PER_CHUNK)):
            yield Chunk(task=self, number=number, first=first, count=min(IDS_PER_CHUNK, self.count - first))


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A slice of a window's ids, from index `first` on."""

    task: WindowTask
    number: int
    first: int
    count: int

    @property
    def path(self) -> str:
        """The work blob that takes the chunk's verdicts."""
        return f"{self.task.work_folder}/verdicts-{self.number:05}.ndjson"


class ChunkResult(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a judged chunk; its verdicts are in its work blob."""

    number: int
    bands: dict[Band, int]

    @property
    def unresolved(self) -> int:
        """Ids whose events are not in the archive yet."""
        return self.bands.get("unresolved", 0)


class WindowSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The output of the orchestration, and what the fraud team is told."""

    name: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    suspicious: int
    bands: dict[str, int]
    max_score: int
    verdicts_blob: str


def retry_delay(lookup: int) -> timedelta:
    """The time to wait after the `lookup`-th look-up, the first being 1, before the next."""
    return min(FIRST_RETRY * 2 ** (lookup - 1), LAST_RETRY)
