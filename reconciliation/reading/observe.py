"""Observe: what the stream job reported and what was judged become rows, with every repetition kept."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from fraud.analysis import WindowSummary
from fraud.evidence import Snapshot
from fraud.quarantine_places import FOLDER as PLACES_FOLDER
from fraud.quarantine_places import parse_place
from fraud.snoozes import Snooze
from fraud.stakes import STAKED
from fraud.verdicts import Verdict
from fraud.windows import WINDOW, WINDOW_MILLISECONDS
from reconciliation.ranges import MARGIN_WINDOWS, Range, milliseconds, window_number
from reconciliation.reading.alerts import alert_due
from reconciliation.reading.cases import add_due, case_from
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.places import add_verdict_by_place
from reconciliation.reading.rows import Flag, Kind, RowWriter, store_number
from reconciliation.reading.scan import MAX_DAMAGES, Unreadable
from reconciliation.reading.verdicts import check

_CONTAINERS = {Kind.SUSPICIOUS: "suspicious-events", Kind.VERDICT: "fraud-events"}
MAX_LINE_BYTES = 64 * 1024 * 1024
_TIME_PATH = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})/([0-9]{2})([0-9]{2})")
"""The folders of a window's verdicts; see `fraud.verdicts.time_path`."""


class ObservedSums(msgspec.Struct):
    """The sums of outcomes that were read. `windows` counts rows of the stream job that lie in the range, `corrected`
    those that a repair has entered in its place, `nameless` the ids that are not strings in those that are
    compared."""

    blobs: int = 0
    bytes: int = 0
    lines: int = 0
    windows: int = 0
    corrected: int = 0
    nameless: int = 0
    unreadable: list[Unreadable] = []
    unreadable_count: int = 0
    run_ids: list[str] = []
    """Campaigns that some of it names, of those that were kept."""

    def note_unreadable(self, place: Unreadable) -> None:
        """Note what cannot be read; all count, MAX_DAMAGES are kept."""
        self.unreadable_count += 1
        if len(self.unreadable) < MAX_DAMAGES:
            self.unreadable.append(place)

    def names_run(self, run_id: object, kept: Collection[str]) -> None:
        """Note a campaign that a line or a document names, if it is one of those that were kept."""
        if isinstance(run_id, str) and run_id in kept and run_id not in self.run_ids:
            self.run_ids.append(run_id)


class _WindowRow(msgspec.Struct):
    """A row of the stream job, of which the ids may be anything."""

    ids: list[Any]
    WindowStart: datetime
    WindowEnd: datetime
    store_id: Any = None
    corrected_by: Any = None


_row_decoder = msgspec.json.Decoder(_WindowRow)
_verdict_decoder = msgspec.json.Decoder(Verdict)


class Observer:
    """Reads lines of one kind of outcome. Windows outside [first, last] are left out; those in `counted` count."""

    def __init__(
        self, kind: Kind, keys: RunKeys, first_window: int, last_window: int, counted: tuple[int, int]
    ) -> None:
        self.rows = RowWriter(keys)
        self.sums = ObservedSums()
        self.alerts: list[WindowSummary] = []
        """The alerts that the verdicts read so far must have made."""
        self._kind = kind
        self._first, self._last = first_window, last_window
        self._of_blob: list[Verdict] = []
        self._counted = range(counted[0], counted[1] + 1)
        self.compared = self._counted
        """The windows that are compared: those that count, as far as the archive is complete."""
        self.evidence = Snapshot()
        """The evidence on the verdicts in the next blob."""
        self.campaigns: frozenset[str] = frozenset()
        """The campaigns that were kept."""
        self.snoozes: tuple[Snooze, ...] = ()
        """All snoozes of rules that were ever made."""

    @classmethod
    def over(cls, kind: Kind, keys: RunKeys, span: Range) -> "Observer":
        """One that keeps the windows in and beside a range, and counts those in it."""
        first, last = span.first_window, span.last_window
        return cls(kind, keys, first - MARGIN_WINDOWS, last + MARGIN_WINDOWS, (first, last))

    def open(self, path: str) -> "LineReader":
        """Begin a blob; feed its chunks, then close it."""
        self.sums.blobs += 1
        self._of_blob = []
        return LineReader(self, path)

    def lines(self, path: str, first_line: int, lines: Iterable[bytes]) -> None:
        """Read some lines of a blob."""
        read = self._suspicious if self._kind is Kind.SUSPICIOUS else self._verdicts
        numbered = [(number, line) for number, line in enumerate(lines, first_line) if line.strip()]
        self.sums.lines += len(numbered)
        read(path, numbered)

    def _is_of_range(self, path: str) -> bool:
        """True if the blob of verdicts at this path is of a window that counts, or of none that can be told."""
        time = _TIME_PATH.fullmatch(path.removeprefix(PLACES_FOLDER).rpartition("/")[0])
        try:
            moment = datetime(*map(int, time.groups()), tzinfo=UTC) if time else None
        except ValueError:
            moment = None
        return moment is None or window_number(milliseconds(moment)) in self._counted

    def close(self, path: str) -> None:
        """End a blob: its verdicts make a case, and an alert."""
        if self._of_blob:
            case = case_from(path, self._of_blob)
            add_due(self.rows, case)
            if alert := alert_due(case, self._of_blob):
                self.alerts.append(alert)
            self._of_blob = []

    def unreadable(self, path: str, line: int, reason: str) -> None:
        """Note what cannot be read; `path` is that in the container of this kind."""
        self.sums.note_unreadable(Unreadable(f"{_CONTAINERS[self._kind]}/{path}", line, reason))

    def _suspicious(self, path: str, lines: list[tuple[int, bytes]]) -> None:
        for number, line in lines:
            try:
                row = _row_decoder.decode(line)
                window = _window(row.WindowStart, row.WindowEnd)
            except (ValueError, RecursionError) as error:
                self.unreadable(path, number, f"not a row of the stream job: {error}")
                continue
            if not self._first <= window <= self._last:
                continue
            if window in self._counted:
                self.sums.windows += row.corrected_by is None
                self.sums.corrected += row.corrected_by is not None
            ids = [identifier for identifier in row.ids if isinstance(identifier, str)]
            if window in self.compared:
                self.sums.nameless += len(row.ids) - len(ids)
            self.rows.add(Kind.SUSPICIOUS, ids, window, store_number(row.store_id))

    def _verdicts(self, path: str, lines: list[tuple[int, bytes]]) -> None:
        verdicts: list[tuple[Verdict, int]] = []
        by_place = path.startswith(PLACES_FOLDER)
        for number, line in lines:
            try:
                verdict = _verdict_decoder.decode(line)
                window = _window(verdict.window_start, verdict.window_end)
            except (ValueError, RecursionError) as error:
                self.unreadable(path, number, f"not a verdict: {error}")
                continue
            if not self._first <= window <= self._last:
                if self._is_of_range(path):
                    self.unreadable(path, number, "a verdict on a window far from that of its blob")
            else:
                self.sums.names_run(verdict.run_id, self.campaigns)
                self._of_blob.append(msgspec.structs.replace(verdict, event=_at_stake(verdict.event)))
                if by_place and (place := parse_place(verdict.event_id)):
                    add_verdict_by_place(self.rows, verdict, place, window, self.evidence)
                else:
                    verdicts.append((verdict, window))
        checks = [check(verdict, self.rows.keys, self.evidence, self.snoozes) for verdict, _ in verdicts]
        self.rows.add(
            Kind.VERDICT,
            [verdict.event_id for verdict, _ in verdicts],
            [window for _, window in verdicts],
            [store_number(verdict.store_id) for verdict, _ in verdicts],
            contents=np.array([checked.content for checked in checks], np.uint64),
            flags=[
                (Flag.UNRESOLVED if verdict.band == "unresolved" else 0) | (0 if checked.is_plain else Flag.DIFFERS)
                for (verdict, _), checked in zip(verdicts, checks, strict=True)
            ],
            sequences=[checked.packed for checked in checks],
        )


class LineReader:
    """Splits a blob into lines while it arrives."""

    def __init__(self, observer: Observer, path: str) -> None:
        self._observer = observer
        self._path = path
        self._rest = b""
        self._line = 1
        self._skipping = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._observer.sums.bytes += len(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._skipping and lines:
            lines[0], self._skipping = b"", False
        self._observer.lines(self._path, self._line, lines)
        self._line += len(lines)
        if len(self._rest) > MAX_LINE_BYTES:
            self._observer.unreadable(self._path, self._line, f"a line of more than {MAX_LINE_BYTES} bytes")
            self._skipping = True
        if self._skipping:
            self._rest = b""

    def close(self) -> None:
        """Say that nothing follows."""
        if self._rest.strip():
            self._observer.lines(self._path, self._line, [self._rest])
        self._observer.close(self._path)


def _at_stake(event: dict[str, Any] | None) -> dict[str, Any] | None:
    """The fields of an event that a case sums up: whole events of a blob would fill the memory."""
    return None if event is None else {name: event[name] for name in STAKED if name in event}


def _window(start: datetime, end: datetime) -> int:
    """The number of a window. Raises ValueError for any but five minutes on the grid."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a window must carry a time zone")
    if end - start != WINDOW or milliseconds(end) % WINDOW_MILLISECONDS:
        raise ValueError(f"{start} to {end} is not a window of five minutes")
    return window_number(milliseconds(end))
