"""The plan of a repair: the steps that undo differences of a reconciliation, and the differences that no step may undo.

Nothing that others wrote is changed. Events are backfilled from Capture, windows are analysed again, and a window that
the stream job lost is entered as a correction that names the repair, as bookkeepers do it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from fraud.events import StoreKey
from fraud.slices import slices
from fraud.windows import MAX_IDS, WINDOW, SuspiciousWindow, Window, unique_ids
from reconciliation.comparing.classes import CLASSES, NEEDS, NUMBERS, REPAIRED
from reconciliation.comparing.definitions import Class
from reconciliation.comparing.differences import Difference, in_order
from reconciliation.ranges import Range

EVENTS_PER_STEP = 1_000
"""Events of one partition and hour that a step backfills."""

NOT_REPAIRABLE: dict[str, str] = {
    **{
        definition.name: definition.reason_left
        for definition in CLASSES
        if definition.reason_left and definition.weight == "fault"
    },
    "altered_verdicts": "The case was made of other verdicts than those that are kept, and each is right by itself: "
    "somebody has changed verdicts and evidence together, or the case. A person must look.",
    "other_stores": "Their store is a text, which the report does not hold.",
    **{definition.name: definition.reason_left for definition in NUMBERS},
}
"""The differences that a repair leaves, and why: classes of differences, and numbers of a report's accounts."""

BACKFILLED: tuple[Class, ...] = tuple(definition.name for definition in CLASSES if definition.repair == "backfill")
_OTHER_STORE = "other"
"""In reports of an earlier version: a store that is a text."""

WindowKey = tuple[StoreKey | None, datetime]
"""A store, and the end of a window."""


class RepairRequest(msgspec.Struct, frozen=True):
    """The input of the orchestration: the reconciliation to repair. A dry run lists the steps and does none."""

    run: str
    dry_run: bool = False

    @property
    def id(self) -> str:
        """`repair-20260102T000000Z-20260103T000000Z`, and `-dry` behind it for a dry run."""
        return f"repair-{self.run.removeprefix('reconcile-')}" + ("-dry" if self.dry_run else "")


class Place(msgspec.Struct, frozen=True, order=True):
    """The place of an event in its partition; `event_id` is empty for a malformed body."""

    sequence_number: int
    event_id: str


class Backfill(msgspec.Struct, frozen=True, tag_field="step", tag="backfill"):
    """Archive events of a partition as the archiver would have. They arrived in windows that end in [first, last]."""

    partition: str
    first_window_end: datetime
    last_window_end: datetime
    events: tuple[Place, ...]


class Correction(msgspec.Struct, frozen=True, tag_field="step", tag="correct"):
    """Enter in suspicious-events, under the repair's name, what the stream job did not report of a window."""

    store_id: StoreKey | None
    window_end: datetime
    ids: tuple[str, ...]

    @property
    def window(self) -> SuspiciousWindow:
        """The window as the stream job would have reported it."""
        return window_of_ids(self.store_id, self.window_end, self.ids)


class Analysis(msgspec.Struct, frozen=True, tag_field="step", tag="judge"):
    """Run the window analysis. `verdicts` is the path in fraud-events that is written: anew, or for the first time."""

    store_id: StoreKey | None
    window_end: datetime
    ids: tuple[str, ...]
    verdicts: str

    @property
    def window(self) -> SuspiciousWindow:
        """The window to analyse."""
        return window_of_ids(self.store_id, self.window_end, self.ids)


RepairStep = Backfill | Correction | Analysis


class JudgedWindow(msgspec.Struct, frozen=True):
    """An existing blob of verdicts: the name of its window, and its ids."""

    name: str
    ids: frozenset[str]


class NotRepairable(msgspec.Struct, frozen=True):
    """Differences that a repair leaves as they are."""

    name: str
    count: int
    reason: str


class Lacking(msgspec.Struct):
    """The ids that lack a report, lack a verdict, or must be judged again where they lie, by window."""

    unreported: dict[WindowKey, set[str]] = {}
    unjudged: dict[WindowKey, set[str]] = {}
    rejudged: dict[WindowKey, set[str]] = {}
    cases: dict[WindowKey, set[str]] = {}
    """Names of cases."""
    other_stores: int = 0

    @property
    def judged_windows(self) -> list[WindowKey]:
        """The windows whose verdicts lack something, in the order of time."""
        return sorted({*self.unjudged, *self.rejudged, *self.cases}, key=_order)

    def leave_out(self, keys: Iterable[WindowKey]) -> int:
        """Do not judge these windows; gives the number of ids that are left."""
        needs = (self.unjudged, self.rejudged, self.cases)
        return sum(len(set[str]().union(*(windows.pop(key, set()) for windows in needs))) for key in keys)


def lacking(differences: Mapping[Class, Sequence[Difference]], span: Range) -> Lacking:
    """Sort differences by window. For a resent event, every window counts in which it was not seen."""
    result = Lacking()
    moved = {difference.event_id for difference in differences.get("wrong_window", ())}
    for name, need in NEEDS.items():
        windows: dict[WindowKey, set[str]] = getattr(result, need)
        for difference in differences.get(name, ()):
            if difference.by_place:
                continue  # it is judged again where it lies in quarantine: see `backfills`
            if difference.store == _OTHER_STORE:
                result.other_stores += 1
                continue
            ends = {difference.window_end}
            if windows is result.rejudged:
                ends |= {end for end in difference.seen if span.start < end <= span.end}
            elif difference.event_id not in moved:
                ends |= {
                    end for end in difference.expected if end not in difference.seen and span.start < end <= span.end
                }
            for end in ends:
                windows.setdefault((_store(difference.store), end), set()).add(difference.event_id)
    return result


def backfills(differences: Mapping[Class, Sequence[Difference]]) -> list[Backfill]:
    """The steps that archive what Cosmos and quarantine lack, a partition and hour at a time.

    Archiving an event again that is judged by its place judges it again, and brings its case up to date.
    """
    groups: defaultdict[tuple[str, str], list[Difference]] = defaultdict(list)
    for name, of_class in differences.items():
        for difference in of_class:
            if difference.partition is None or difference.sequence_number is None:
                continue
            if name in BACKFILLED or (difference.by_place and name in REPAIRED):
                arrived = difference.arrived or difference.window_end
                groups[difference.partition, f"{arrived:%Y%m%d%H}"].append(difference)
    return [
        Backfill(partition, min(ends), max(ends), _places(slice_of_group))
        for (partition, _), group in sorted(groups.items())
        for slice_of_group in slices(in_order(group), EVENTS_PER_STEP)
        if (ends := [difference.arrived or difference.window_end for difference in slice_of_group])
    ]


def corrections(needs: Lacking) -> list[Correction]:
    """The entries for what the stream job did not report."""
    return [
        Correction(store, end, tuple(ids))
        for (store, end), lost in sorted(needs.unreported.items(), key=lambda item: _order(item[0]))
        for ids in slices(unique_ids(lost), MAX_IDS)
    ]


def analyses(key: WindowKey, needs: Lacking, blobs: Sequence[JudgedWindow]) -> list[SuspiciousWindow]:
    """The windows to analyse for one store and time, given the verdicts that exist.

    An id that verdicts name is judged again in each blob that names it: a content that came late under an id used
    before, verdicts without their event, and those that differ. A blob that lost ids, and with missing ones makes up
    the very window that its name was computed from, is written anew. Ids that no blob takes are a window of their own,
    as the shards of a large window are.
    """
    store, end = key
    missing, rejudged = needs.unjudged.get(key, set()), needs.rejudged.get(key, set())
    cases = needs.cases.get(key, set())
    unnamed = missing.difference(*(blob.ids for blob in blobs))

    def as_named(blob: JudgedWindow) -> frozenset[str]:
        candidates = (blob.ids, blob.ids | missing, blob.ids | unnamed)
        return next((ids for ids in candidates if window_of_ids(store, end, ids).name == blob.name), blob.ids)

    whole = [(blob, as_named(blob)) for blob in blobs]
    again = [ids for blob, ids in whole if ids & (rejudged | missing) or blob.name in cases]
    left = missing.difference(*(ids for _, ids in whole))
    again += map(frozenset, slices(unique_ids(left), MAX_IDS))
    windows = [window_of_ids(store, end, ids) for ids in again]
    return list({window.name: window for window in windows}.values())


def not_repairable(counts: Mapping[str, int]) -> list[NotRepairable]:
    """The differences that stay as they are, with the reason."""
    return [NotRepairable(name, counts[name], reason) for name, reason in NOT_REPAIRABLE.items() if counts.get(name)]


def _order(key: WindowKey) -> tuple[datetime, str]:
    store, end = key
    return end, str(store)


def _places(events: Iterable[Difference]) -> tuple[Place, ...]:
    return tuple(sorted(Place(event.sequence_number or 0, event.event_id) for event in events))


def window_of_ids(store: StoreKey | None, end: datetime, ids: Iterable[str]) -> SuspiciousWindow:
    """A window with each id once, in order."""
    return SuspiciousWindow(store, unique_ids(ids), Window(end - WINDOW, end))


def _store(text: str) -> StoreKey | None:
    """A store as a difference shows it; the empty text stands for none."""
    return int(text) if text else None
