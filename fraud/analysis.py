"""The analysis of one suspicious window, as data: what its orchestration and its activities hand to one another.

The ids themselves stay in a blob, unless they are few: a window holds up to 20,000 of them, and an orchestration's
input and history must stay small.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from fraud.events import StoreKey
from fraud.verdicts import Band, time_path
from fraud.windows import SuspiciousWindow, Window

IDS_PER_CHUNK = 500
"""Ids that one activity looks up and judges. 20,000 ids make 40 activities, so one level of fan-out is enough: replay
cost grows with the square of the number of activities, and is below 0.1 s up to 200."""

FIRST_RETRY = timedelta(seconds=30)
LAST_RETRY = timedelta(minutes=10)
LOOKUPS = 12
"""The number of look-ups of a missing event. With delays of 30 s, 60 s and so on up to 10 min: over 75 minutes."""


SEED_NAME = "seed"
"""The rule set of single fields, which judges windows that began before they named their set."""

VERSION = 4
"""The version of the orchestration. 1 stores verdicts when all look-ups are over, 2 after each that has found
something, 3 also gives the look-ups and the digests of their verdicts to the activities that store and clear, 4 does
the first look-up of a small window, whose task has its ids, in one activity.
"""

SMALL_BYTES = 4_096
"""The ids of a small window in JSON, at most: some hundred."""


LOOKUPS_FOR_MORE = 4
"""The number of look-ups of an id that was found, if another content may come under it: over three minutes."""


OF_MESSAGES = "windows"
"""The work folder of the windows that the queue brought."""

ALERTS_FOLDER = "alerts/"
"""The folder of the alerts in `reports`."""


class WindowTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The input of the orchestration: a window, and where its ids are."""

    name: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    count: int
    work_root: str = OF_MESSAGES
    """The folder that keeps apart the work of two analyses of one window that may run at once."""
    version: int = 1
    """The version of the orchestration that began with this task; earlier histories have none."""
    repeated: int = 0
    """Ids that the window names more than once."""
    rules: str = SEED_NAME
    """The id of the rule set that judges it, which was active when it was received; earlier versions gave its name."""
    profile_day: date | None = None
    """The last day that was profiled when it was received; None on the first evening."""
    lookups: tuple[int, ...] = ()
    """By chunk, the look-up that judged it last: whose verdicts are to be stored."""
    digests: tuple[str, ...] = ()
    """By chunk, the digest of these verdicts, from version 3 on."""
    shadow: str = ""
    """The id of the set that judges it beside `rules`, into `shadow/`; empty without one."""
    snoozed: bool = False
    """True if some snooze of a rule holds in it."""
    evidence: str = ""
    """The re-analysis that keeps evidence of its own on it; empty for that of the first judging."""
    ids: tuple[str, ...] = ()
    """The ids themselves, if the window is small; else they are in a blob."""

    @classmethod
    def of(
        cls,
        window: SuspiciousWindow,
        work_root: str = OF_MESSAGES,
        *,
        rules: str = SEED_NAME,
        profile_day: date | None = None,
        shadow: str = "",
        snoozed: bool = False,
        evidence: str = "",
    ) -> "WindowTask":
        """The task of analysing a window by a rule set and one in its shadow, with the profiles up to a day."""
        return cls(
            name=window.name,
            store_id=window.store_id,
            window_start=window.window.start,
            window_end=window.window.end,
            count=len(window.ids),
            repeated=len(window.repeated),
            work_root=work_root,
            version=VERSION,
            rules=rules,
            profile_day=profile_day,
            shadow=shadow,
            snoozed=snoozed,
            evidence=evidence,
        )

    def judged_by(self, results: Iterable["ChunkResult"]) -> "WindowTask":
        """The task of storing the verdicts of these results, one for each chunk, in any order."""
        in_order = sorted(results, key=lambda result: result.number)
        return msgspec.structs.replace(
            self,
            lookups=tuple(result.lookup for result in in_order),
            digests=tuple(result.digest for result in in_order) if self.version >= 3 else (),
        )

    def finished_by(self, results: Iterable["ChunkResult"]) -> "WindowTask":
        """The task of clearing up; before version 3, it did not name these results."""
        return self.judged_by(results) if self.version >= 3 else self

    def in_shadow(self) -> "WindowTask":
        """The same window as the set in shadow judges it."""
        return msgspec.structs.replace(self, rules=self.shadow, shadow="")

    def with_few(self, ids: tuple[str, ...]) -> "WindowTask":
        """The task with its ids, if they are few and one look-up can do all at once; else the task as it is."""
        small = self.work_root == OF_MESSAGES and not (self.shadow or self.repeated or self.count > IDS_PER_CHUNK)
        if small and len(msgspec.json.encode(ids)) <= SMALL_BYTES:
            return msgspec.structs.replace(self, ids=ids)
        return self

    @property
    def set_name(self) -> str:
        """The name of the rule set that judges it, in whatever version: rates are kept by this name."""
        return self.rules.partition("@")[0]

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

    @property
    def repeated_path(self) -> str:
        """The blob that holds the ids that the window names more than once; absent without any."""
        return f"{self.work_folder}/repeated.json"

    def chunks(self) -> list["Chunk"]:
        """The window in slices of at most IDS_PER_CHUNK ids."""
        return list(self._chunks())

    def _chunks(self) -> Iterator["Chunk"]:
        for number, first in enumerate(range(0, self.count, IDS_PER_CHUNK)):
            count = min(IDS_PER_CHUNK, self.count - first)
            lookup = self.lookups[number] if self.lookups else 0
            yield Chunk(task=self, number=number, first=first, count=count, lookup=lookup)

    def digest_of(self, chunk: "Chunk") -> str:
        """The digest of the verdicts that were judged last in a chunk; empty if nobody says it."""
        return self.digests[chunk.number] if self.digests else ""

    def work_paths(self) -> list[str]:
        """The work blobs that the look-ups of all chunks may have written."""
        paths = [self.ids_path, *([self.repeated_path] if self.repeated else [])]
        for last in self._chunks():
            for lookup in range(1, last.lookup + 1):
                chunk = last.at(lookup)
                # A chunk that is looked up again has left open ids; after the very last look-up, some may still be
                # open.
                is_open = lookup < last.lookup or lookup == LOOKUPS
                paths += [chunk.path, *([chunk.open_path] if is_open else [])]
                paths += [chunk.shadow_path] if self.shadow else []
        return paths


class Chunk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A slice of a window's ids, from index `first` on, in the look-up of this number, the first being 1.

    A chunk of the orchestration's first version has no number, and its look-ups write over one another.
    """

    task: WindowTask
    number: int
    first: int
    count: int
    lookup: int = 0

    def at(self, lookup: int) -> "Chunk":
        """The same ids in another look-up."""
        return msgspec.structs.replace(self, lookup=lookup)

    @property
    def is_first(self) -> bool:
        """True if nobody has looked the ids up before, unless this look-up itself is repeated."""
        return self.lookup == 1 and self.task.work_root == OF_MESSAGES

    @property
    def path(self) -> str:
        """The work blob that takes the chunk's verdicts: no look-up writes over those of another."""
        of_lookup = f"-{self.lookup:02}" if self.lookup else ""
        return f"{self.task.work_folder}/verdicts-{self.number:05}{of_lookup}.ndjson"

    @property
    def shadow_path(self) -> str:
        """The work blob that takes the verdicts of the set in shadow."""
        return f"{self.task.work_folder}/shadow-{self.number:05}-{self.lookup:02}.ndjson"

    @property
    def open_path(self) -> str:
        """The work blob that takes the ids that the next look-up asks for, as a JSON array."""
        return f"{self.task.work_folder}/open-{self.number:05}-{self.lookup:02}.json"


class ChunkResult(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a judged chunk; its verdicts are in its work blob, and `digest` is theirs."""

    number: int
    bands: dict[Band, int]
    lookup: int = 0
    digest: str = ""
    may_be_more: int = 0
    """Ids that were found, and under which another content may still come."""

    @property
    def unresolved(self) -> int:
        """Ids whose events are not in the archive yet."""
        return self.bands.get("unresolved", 0)

    def is_open(self, lookup: int) -> bool:
        """True if there is something to ask for in the look-up of this number."""
        return self.unresolved > 0 or (self.may_be_more > 0 and lookup <= LOOKUPS_FOR_MORE)


class WindowSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The output of the orchestration, and what the fraud team is told: once, and once more for each revision."""

    name: str
    store_id: StoreKey | None
    window_start: datetime
    window_end: datetime
    suspicious: int
    bands: dict[str, int]
    max_score: int
    verdicts_blob: str
    revision: int = 1
    """The number of times the verdicts of this window were written, each time with something else in them."""
    quiet: bool = False
    """Kept as a record, and told to nobody: a re-analysis found nothing worse than what was told before."""

    @property
    def alert_name(self) -> str:
        """A name for the alert of this revision: the window's own for the first."""
        return self.name if self.revision == 1 else f"{self.name}-{self.revision}"


def alert_path(window_end: datetime, alert_name: str) -> str:
    """The path of an alert on a window, in `reports`."""
    return f"{ALERTS_FOLDER}{time_path(window_end)}/{alert_name}.json"


class KeptAlert(WindowSummary, frozen=True, kw_only=True):
    """An alert as its blob keeps it. `had_receiver` is false if there was nobody to tell: no receiver took its band.

    None in alerts of earlier versions, which did not keep it.
    """

    had_receiver: bool | None = None


class SmallWindowJudged(msgspec.Struct, frozen=True, kw_only=True):
    """The first look-up of a small window: its counts, its summary, and `told` if the fraud team was told of it."""

    result: ChunkResult
    summary: WindowSummary
    told: bool


def retry_delay(lookup: int) -> timedelta:
    """The time to wait after the `lookup`-th look-up, the first being 1, before the next."""
    return min(FIRST_RETRY * 2 ** (lookup - 1), LAST_RETRY)
