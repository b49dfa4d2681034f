"""Compare the rows of one bucket: all sightings of an id lie in it, whatever their window and their source.

Almost every id is in order, in one of two ways: seen once in every archive that must hold it, or neither flagged nor
reported. These are counted in columns. Every other id is judged on its own (`judge_sightings`), which gives the same.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from reconciliation.comparing.accounts import Accounts, ColumnSums
from reconciliation.comparing.alerts import compare_alerts
from reconciliation.comparing.cases import compare_cases
from reconciliation.comparing.classes import CLASS
from reconciliation.comparing.definitions import Class, Column
from reconciliation.comparing.differences import Difference, examples_of
from reconciliation.comparing.findings import Doubt, Finding
from reconciliation.comparing.grouping import NumberArray, column, grouped
from reconciliation.comparing.judgement import Judgement, judge_sightings
from reconciliation.comparing.places import compare_places
from reconciliation.comparing.sightings import RowSighting
from reconciliation.ranges import window_end
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.rows import NO_STORE, Flag, Kind, Rows, store_name

_ODD = Flag.MALFORMED | Flag.AMBIGUOUS | Flag.UNRESOLVED | Flag.EMBEDDED | Flag.FURTHER | Flag.DIFFERS
_KIND_BITS = 12
_ONE = np.uint64(1)
_MOST_SIGHTINGS = 2**_KIND_BITS - 1
_SIGN = np.array([{Kind.CAPTURED: 1, Kind.DOCUMENT: -1}.get(kind, 0) for kind in Kind], np.int64)
_ONE_OF_KIND = np.array([1 << _KIND_BITS * kind for kind in Kind if kind < Kind.CASE], np.int64)


class Scope(msgspec.Struct, frozen=True):
    """The scope of a comparison: the windows `first` to `last`, and Cosmos if `with_documents`. `partitions` are the
    names of the streams in the rows."""

    first_window: int
    last_window: int
    partitions: tuple[str, ...]
    with_documents: bool = True

    @property
    def windows(self) -> range:
        """The numbers of these windows."""
        return range(self.first_window, self.last_window + 1)

    def __contains__(self, window: int) -> bool:
        return self.first_window <= window <= self.last_window

    @property
    def streams(self) -> NumberArray:
        """By stream, the first one of the same partition id, which is all that a document tells of its own."""
        ids = [name.rpartition("/")[2] for name in self.partitions]
        return np.array([ids.index(partition_id) for partition_id in ids], np.uint64)


class Compared(msgspec.Struct):
    """The accounts of a bucket, and every difference in it; `doubtful` ones still await a second look, uncounted, and
    with them the ids of `unsettled` whose verdicts they are about."""

    accounts: Accounts
    differences: dict[Class, list[Difference]] = {}
    doubtful: list["Doubtful"] = []
    unsettled: dict[str, "Unsettled"] = {}

    def add(self, name: Class, difference: Difference, column: Column | None, cell: tuple[int, int]) -> None:
        """Add a difference, and count it in the tables where its class is counted."""
        self.differences.setdefault(name, []).append(difference)
        if column is not None:
            tally(self.accounts, column, [cell])

    def settle(self, standing: Iterable["Doubtful"]) -> None:
        """Add the doubtful differences that stand after the second look, and count the ids of which none does."""
        for doubtful in standing:
            self.add(doubtful.name, doubtful.difference, CLASS[doubtful.name].column, doubtful.cell)
            if doubtful.is_of_verdict:
                self.unsettled.pop(doubtful.difference.event_id, None)
        for settled in self.unsettled.values():
            self.accounts.matched += settled.matched
            if settled.reused is not None:
                self.add("id_reused", settled.reused, CLASS["id_reused"].column, settled.cell)
        self.unsettled = {}

    def count(self) -> None:
        """Count all differences, and choose the examples."""
        self.accounts.differences = {name: len(differences) for name, differences in self.differences.items()}
        self.accounts.examples = {name: examples_of(differences) for name, differences in self.differences.items()}


class Doubtful(msgspec.Struct, frozen=True):
    """A difference that stands only if Cosmos does not say otherwise. `cell` is its window and store."""

    name: Class
    difference: Difference
    doubt: Doubt
    cell: tuple[int, int]

    @property
    def is_of_verdict(self) -> bool:
        """True if it is about the verdicts on an id, and not about documents."""
        return self.name == "verdict_differs"


class Unsettled(msgspec.Struct, frozen=True):
    """An id with doubts about its verdicts: its contents that are `matched` if no doubt stands. Then its verdicts name
    contents that did not arrive near the range, so that it was used again: the difference, if it is not told anyway."""

    matched: int
    reused: Difference | None
    cell: tuple[int, int]


def compare(rows: Rows, names: Mapping[int, str], keys: RunKeys, scope: Scope) -> Compared:
    """Compare all rows of a bucket; `names` are non-UUID ids, by row. Takes about 80 bytes per row.

    The differences are not counted in the accounts before `Compared.count`.
    """
    result = Compared(Accounts())
    kinds = np.ascontiguousarray(rows["kind"])  # read three times: in one piece it is a twentieth of the whole less
    if (kinds >= Kind.CASE).any():
        if scope.with_documents:
            for name, difference, cell in compare_cases(
                *_picked(rows, names, (kinds == Kind.CASE) | (kinds == Kind.CASE_DUE)), scope.windows
            ):
                result.add(name, difference, None, cell)
        _compare_places(result, rows, names, scope)
        result.accounts.nameless += _nameless(rows[kinds == Kind.NAMELESS], scope)
        for name, difference, cell in compare_alerts(*_picked(rows, names, kinds == Kind.ALERT), scope.windows):
            result.add(name, difference, None, cell)
    by_id = _by_key(rows.compress((kinds == Kind.JUDGED_BY_PLACE) | (kinds == Kind.FINDABLE)))
    rows, names = _picked(rows, names, kinds < Kind.CASE)
    if not len(rows):
        return result
    rows = _by_partition_id(rows, scope)
    order, starts = grouped(rows)
    columns = _Columns(*(column(rows, name, order) for name in _Columns._fields))
    plain, flagged = _in_order(columns, starts, scope)
    _count(result.accounts, columns, starts[plain], flagged=False, scope=scope)
    _count(result.accounts, columns, starts[flagged], flagged=True, scope=scope)
    others = np.flatnonzero(~(plain | flagged | _beside(columns, starts, scope)))
    del columns, plain, flagged
    ends = np.append(starts[1:], len(rows))
    for start, end in zip(starts[others].tolist(), ends[others].tolist(), strict=True):
        places = order[start:end]
        sightings = [RowSighting(*row) for row in np.take(rows, places).tolist()]
        sightings += by_id.get(sightings[0][:2], ())
        judgement = judge_sightings(sightings, scope.__contains__, with_documents=scope.with_documents)
        name = next((names[place] for place in places.tolist() if place in names), None)
        if name is None:
            name = keys.id_of(sightings[0].upper, sightings[0].lower)
        _take(result, judgement, name, scope)
    return result


def _picked(rows: Rows, names: Mapping[int, str], mask: NumberArray) -> tuple[Rows, Mapping[int, str]]:
    """The rows where the mask is true, and their names."""
    if mask.all():
        return rows, names
    places: list[int] = np.flatnonzero(mask).tolist()
    return rows.compress(mask), {position: names[place] for position, place in enumerate(places) if place in names}


def _by_partition_id(rows: Rows, scope: Scope) -> Rows:
    """The rows with the first stream of each partition id, where the archive holds an id of several namespaces."""
    first = scope.streams
    if (first == np.arange(len(first))).all():
        return rows
    captured = rows["kind"] == Kind.CAPTURED
    changed = rows.copy()
    changed["stream"][captured] = first[rows["stream"][captured]]
    return changed


def _by_key(rows: Rows) -> dict[tuple[int, int], list[RowSighting]]:
    """The rows by their keys."""
    by_key: dict[tuple[int, int], list[RowSighting]] = {}
    for row in rows.tolist():
        by_key.setdefault(row[:2], []).append(RowSighting(*row))
    return by_key


def _compare_places(result: Compared, rows: Rows, names: Mapping[int, str], scope: Scope) -> None:
    """Compare what must be judged by its place in the hub with the verdicts that name places."""
    kinds = rows["kind"]
    of_places = (kinds == Kind.PLACE) | (kinds == Kind.PLACE_VERDICT) | (kinds == Kind.QUARANTINED)
    judged = compare_places(*_picked(rows, names, of_places), scope.__contains__, scope.partitions)
    result.accounts.by_place += judged.due
    result.accounts.judged_by_place += judged.judged
    for name, finding in judged.findings:
        cell = (finding.window, finding.store)
        difference = _difference(finding, name, scope, by_place=True)
        result.add(finding.name, difference, CLASS[finding.name].column, cell)


def _nameless(rows: Rows, scope: Scope) -> int:
    """The flagged events without a usable id that arrived in the range. Each body counts once, however often it was
    read."""
    bodies = [body for body in map(RowSighting._make, rows.tolist()) if body.window in scope]
    return sum({(body.upper, body.lower, body.content): body.store for body in bodies}.values())


class _Columns(NamedTuple):
    """The columns by which most ids are judged, in the order of the keys."""

    kind: NumberArray
    flags: NumberArray
    window: NumberArray
    store: NumberArray
    content: NumberArray
    sequence: NumberArray
    stream: NumberArray


def _in_order(columns: _Columns, starts: NumberArray, scope: Scope) -> tuple[NumberArray, NumberArray]:
    """The keys that are in order and not flagged, and those that are in order and flagged."""
    seen = _times_seen(columns.kind, starts)
    documents = seen[Kind.DOCUMENT]
    once = (seen[Kind.CAPTURED] == 1) & (seen[Kind.QUARANTINED] == 0)
    once &= documents == 1 if scope.with_documents else documents <= 1
    flags = np.bitwise_or.reduceat(columns.flags, starts)
    once &= (flags & _ODD) == 0
    low, high = np.minimum.reduceat(columns.window, starts), np.maximum.reduceat(columns.window, starts)
    once &= (low == high) & (low >= scope.first_window) & (high <= scope.last_window)
    # Stores differ between sources only by mistake; such an id is judged on its own.
    once &= np.minimum.reduceat(columns.store, starts) == np.maximum.reduceat(columns.store, starts)
    # So do contents. NO_CONTENT is 0 and becomes the largest number: the least only if no other is there.
    once &= np.minimum.reduceat(columns.content - _ONE, starts) == np.maximum.reduceat(columns.content, starts) - _ONE
    if scope.with_documents:
        once &= _places_agree(columns, starts)
    reported = (seen[Kind.SUSPICIOUS] == 1) & (seen[Kind.VERDICT] == 1)
    silent = (seen[Kind.SUSPICIOUS] == 0) & (seen[Kind.VERDICT] == 0)
    must = (flags & Flag.FLAGGED) != 0
    return once & silent & ~must, once & reported & must


def _places_agree(columns: _Columns, starts: NumberArray) -> NumberArray:
    """True where one captured event and its document name the same place in the hub: their difference is 0."""
    places = columns.sequence << 16
    places |= columns.stream
    places *= _SIGN[columns.kind]
    return np.add.reduceat(places, starts) == 0


def _times_seen(kinds: NumberArray, starts: NumberArray) -> list[NumberArray]:
    """The sightings of each key per kind, up to 4,095: twelve bits per kind, summed at once."""
    sums = np.add.reduceat(_ONE_OF_KIND[kinds], starts)
    lengths = np.diff(starts, append=len(kinds))
    # A sum beyond its bits would run into the next kind's; such a key is never in order.
    sums[lengths > _MOST_SIGHTINGS] = -1
    return [(sums >> (_KIND_BITS * kind)) & _MOST_SIGHTINGS for kind in range(len(_ONE_OF_KIND))]


def _beside(columns: _Columns, starts: NumberArray, scope: Scope) -> NumberArray:
    """Keys that were seen only outside the range, and surely so."""
    windows = columns.window
    inside = (windows >= scope.first_window) & (windows <= scope.last_window)
    inside |= ((columns.flags & Flag.AMBIGUOUS) != 0) & (windows == scope.first_window - 1)
    return ~np.logical_or.reduceat(inside, starts)


def _count(accounts: Accounts, columns: _Columns, events: NumberArray, *, flagged: bool, scope: Scope) -> None:
    """Count ids that are in order; `events` are the places of one sighting of each."""
    number = len(events)
    accounts.events += number
    accounts.captured += number
    counted = [Column.EVENTS]
    if scope.with_documents:
        accounts.archived += number
    if flagged:
        accounts.expected += number
        accounts.suspicious += number
        accounts.analysed += number
        accounts.matched += number
        counted += [Column.EXPECTED, Column.SUSPICIOUS, Column.ANALYSED]
    for table, values in ((accounts.per_window, columns.window), (accounts.per_store, columns.store)):
        keys, counts = np.unique(values[events], return_counts=True)
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            for place in counted:
                _cell(table, key)[place] += count


def _cell(table: ColumnSums, key: int) -> list[int]:
    return table.setdefault(key, [0] * len(Column))


def _take(result: Compared, judgement: Judgement, identifier: str, scope: Scope) -> None:
    """Add an id's judgement to the accounts."""
    accounts = result.accounts
    accounts.events += len(judgement.events)
    accounts.reread += judgement.reread
    accounts.malformed += judgement.malformed
    accounts.captured += judgement.captured
    accounts.resent += len(judgement.events) - judgement.captured
    accounts.archived += judgement.archived
    accounts.quarantined += judgement.quarantined
    accounts.expected += judgement.due
    accounts.suspicious += bool(judgement.suspicious)
    accounts.analysed += judgement.judged
    for event in judgement.events:
        tally(accounts, Column.EVENTS, [(event.window, event.store)])
    tally(accounts, Column.EXPECTED, judgement.expected)
    tally(accounts, Column.SUSPICIOUS, judgement.suspicious)
    tally(accounts, Column.ANALYSED, judgement.analysed)
    for finding in (*judgement.on_archive, *judgement.on_outcomes):
        difference, cell = _difference(finding, identifier, scope), (finding.window, finding.store)
        if finding.doubt:
            result.doubtful.append(Doubtful(finding.name, difference, finding.doubt, cell))
        else:
            result.add(finding.name, difference, CLASS[finding.name].column, cell)
    if any(finding.doubt for finding in judgement.on_outcomes):
        reused = judgement.reused
        result.unsettled[identifier] = Unsettled(
            judgement.matched,
            reused and _difference(reused, identifier, scope),
            (reused.window, reused.store) if reused else (0, NO_STORE),
        )
    else:
        accounts.matched += judgement.matched


def tally(accounts: Accounts, column: Column, cells: Iterable[tuple[int, int]]) -> None:
    """Count these cells of windows and stores in a column of both tables."""
    for window, store in cells:
        _cell(accounts.per_window, window)[column] += 1
        _cell(accounts.per_store, store)[column] += 1


def _difference(finding: Finding, identifier: str, scope: Scope, *, by_place: bool = False) -> Difference:
    event = finding.event
    in_place = event is not None and event.is_malformed and not by_place
    return Difference(
        window_end=window_end(finding.window),
        event_id="" if in_place else identifier,
        where=tuple(sorted(finding.where)),
        store=store_name(finding.store) if not in_place and finding.store != NO_STORE else "",
        expected=tuple(map(window_end, finding.expected)),
        seen=tuple(map(window_end, finding.seen)),
        partition=scope.partitions[event.stream] if event else None,
        sequence_number=event.sequence if event else None,
        arrived=window_end(event.window) if event else None,
        seen_stores=tuple(map(store_name, sorted(finding.seen_stores))),
        fields=finding.fields,
        by_place=by_place,
    )
