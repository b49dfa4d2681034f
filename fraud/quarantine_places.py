"""Flagged events in quarantine that no window can name: what is judged by its place in the hub, as data."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from fraud.analysis import SEED_NAME
from fraud.quarantine import QuarantinedEvent
from fraud.slices import slices
from fraud.verdicts import AnyVerdict, evidence_folder, time_path
from fraud.windows import WINDOW, Window, compact_time, window_of

PLACES_PER_BLOB = 1_000
"""Sequence numbers of a partition and window whose verdicts share a blob: few, because each delivery amends it."""
LARGEST_SHARED = 4 * 1024
"""Bytes of the largest body whose verdicts share a blob. In one of 1 MB lie 15,000 flagged events: a blob that twenty
of them amended took 10 s of CPU for the last two, and 1.4 GB of memory. An event of a store has half a kilobyte."""
PATHS_PER_TASK = 200
EVENTS_WITH_CONTEXT = 500
"""Flagged events of one body that are judged with context; the set `seed` judges those beyond. A store sends one event
in a body, but a body of 1 MB may hold thousands, and looking all of them up would take minutes."""
FOLDER = "quarantine/"
"""The folder of such verdicts in `fraud-events`, apart from those of windows, which the job names."""
_PLACE = re.compile(r"p([^/]+)-([0-9]{1,19})(?:/([0-9]{1,9}))?", re.ASCII)


class PlacesTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The input of the orchestration: quarantine blobs of one partition, window and thousand of sequence numbers."""

    partition: str
    window_start: datetime
    window_end: datetime
    thousand: int
    paths: tuple[str, ...]
    rules: str = SEED_NAME
    """The id of the rule set that was active when they were archived; an earlier version of the app named none."""
    profile_day: date | None = None
    """The last day that was profiled then; None on the first evening, and where the set asks for nothing around."""
    large: int | None = None
    """The sequence number of a body that is too large for its verdicts to share a blob; None for all others."""

    @property
    def name(self) -> str:
        """The case that the events belong to: `quarantine-p1-20260102T101000Z-9`, of a large body `...-9-at-9042`.

        An alert has a number behind the name of its case: no case is called like the alert of another one.
        """
        shared = f"quarantine-p{self.partition}-{compact_time(self.window_end)}-{self.thousand}"
        return shared if self.large is None else f"{shared}-at-{self.large}"

    @property
    def instance_id(self) -> str:
        """The same for the same blobs: a delivery that comes again starts nothing new."""
        return f"{self.name}-{hashlib.sha256(msgspec.json.encode(self.paths)).hexdigest()[:32]}"

    @property
    def needs_context(self) -> bool:
        """True if the set asks for more than the event itself."""
        return self.rules.partition("@")[0] != SEED_NAME

    @property
    def window(self) -> Window:
        """The window in which the events reached the hub."""
        return Window(self.window_start, self.window_end)

    @property
    def verdicts_path(self) -> str:
        """The path of the verdicts in `fraud-events`."""
        return places_path(self.name, self.window_end)

    @property
    def as_before(self) -> "PlacesTask":
        """The task as an earlier version of the app began it: it kept the verdicts of large bodies with the others."""
        return msgspec.structs.replace(self, large=None)

    @property
    def verdicts_paths(self) -> tuple[str, ...]:
        """All paths at which they may lie, that of an earlier version among them."""
        return tuple(dict.fromkeys((self.verdicts_path, self.as_before.verdicts_path)))

    def evidence(self, sequence_number: int) -> str:
        """The beginning of the paths of the evidence on the events of a body: that of its place, however it comes."""
        return f"{evidence_folder(self.verdicts_path)}{sequence_number:019}"


class EventPlace(msgspec.Struct, frozen=True):
    """The place of an event in the hub: partition, sequence number, and its number in a body that has several."""

    partition: str
    sequence_number: int
    number: int = 0

    @property
    def name(self) -> str:
        """It stands for the id in a verdict."""
        return f"p{self.partition}-{self.sequence_number}" + (f"/{self.number}" if self.number else "")


def places_path(name: str, window_end: datetime) -> str:
    """The path of the verdicts that make this case, in `fraud-events`."""
    return f"{FOLDER}{time_path(window_end)}/{name}.ndjson"


def verdicts_of_place(partition: str, sequence_number: int, window_end: datetime) -> tuple[str, ...]:
    """The paths in `fraud-events` at which the verdicts on the events at a place may lie."""
    task = PlacesTask(
        partition=partition,
        window_start=window_end - WINDOW,
        window_end=window_end,
        thousand=sequence_number // PLACES_PER_BLOB,
        paths=(),
        large=sequence_number,
    )
    return task.verdicts_paths


def parse_place(name: str) -> EventPlace | None:
    """The place that `place_of` named; None if it is not one."""
    match = _PLACE.fullmatch(name)
    return EventPlace(match[1], int(match[2]), int(match[3] or 0)) if match else None


def place_of(record: QuarantinedEvent, number: int) -> str:
    """The name of an event's place in the hub, which stands for the id in its verdict."""
    return EventPlace(record.partition, record.sequence_number, number).name


def in_order_of_places(before: Iterable[AnyVerdict], now: Iterable[AnyVerdict]) -> list[AnyVerdict]:
    """Verdicts by place, each place once, as it was judged last."""
    by_place = {verdict.event_id: verdict for verdict in (*before, *now)}
    return [by_place[place] for place in sorted(by_place)]


def places_tasks(records: Iterable[QuarantinedEvent]) -> list[PlacesTask]:
    """The tasks of judging what was quarantined, grouped as their verdicts are kept."""
    groups: defaultdict[tuple[str, Window, int, int | None], set[str]] = defaultdict(set)
    for record in records:
        window, number = window_of(record.enqueued_time), record.sequence_number
        large = number if len(record.raw_base64) * 3 // 4 > LARGEST_SHARED else None
        groups[record.partition, window, number // PLACES_PER_BLOB, large].add(record.path)
    return [
        PlacesTask(
            partition=partition,
            window_start=window.start,
            window_end=window.end,
            thousand=thousand,
            paths=tuple(paths),
            large=large,
        )
        for (partition, window, thousand, large), group in groups.items()
        for paths in slices(sorted(group), PATHS_PER_TASK)
    ]
