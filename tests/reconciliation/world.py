"""A small world of archives in memory, in which faults can be planted, and its reconciliation without any storage."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from fraud.events import UNKNOWN_STORE
from fraud.judging import judged
from fraud.quarantine import QuarantinedEvent, raw
from fraud.quarantine_index import flagged_events, flagged_in, whole_store
from fraud.quarantine_places import place_of, places_tasks
from fraud.verdicts import Verdict
from reconciliation.capture.path import CaptureBlob, parse_blob_name
from reconciliation.comparing.accounts import Accounts
from reconciliation.comparing.compare import Compared, Scope
from reconciliation.messages import RunPlan
from reconciliation.plan import ReadingPlan, make_plan
from reconciliation.ranges import MARGIN_WINDOWS, Range, aligned, milliseconds, window_number
from reconciliation.reading.cases import case_from
from reconciliation.reading.rows import (
    Kind,
    RowWriter,
)
from reconciliation.reporting.gaps import Gap, find_gaps
from reconciliation.reporting.report import Report, make_report
from tests.reconciliation.capture_writer import avro, record
from tests.reconciliation.outputs import blobs_of_verdicts, suspicious_row, verdict
from tests.reconciliation.rows_in_memory import (
    Document,
    alert_rows,
    case_rows,
    compared,
    document_rows,
    encoded,
    observed,
    quarantine_rows,
    scanned,
)

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
RANGE = aligned(START, START + timedelta(hours=1))
PARTITIONS = [f"ns/store-events/{number}" for number in range(2)]
INTERVAL = timedelta(minutes=5)


@dataclass
class Event:
    """An event as it was captured."""

    id: str
    partition: int
    enqueued: int
    body: bytes
    flagged: bool
    store: int | None
    sequence: int = -1
    exact: bool = True

    @property
    def window(self) -> int:
        return window_number(self.enqueued)


def event(
    random: Random, enqueued: datetime | int, *, flagged: bool = False, partition: int = 0, store: int | None = 7
) -> Event:
    """A well-formed event; its id is a UUID."""
    moment = enqueued if isinstance(enqueued, int) else milliseconds(enqueued)
    identifier = str(uuid.UUID(int=random.getrandbits(128), version=4))
    content: dict[str, Any] = {
        "id": identifier,
        "event_type": "sale_event",
        "discount": 60,
        "priority_shipping": flagged,
    }
    if store is not None:
        content["store_id"] = store
    return Event(identifier, partition, moment, json.dumps(content).encode(), flagged, store)


@dataclass
class World:
    """All archives: captured events per partition in order, and what came of them. A clean world balances."""

    events: list[Event] = field(default_factory=list[Event])
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    suspicious: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    verdicts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    by_place: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    """The verdicts on what windows may not name, by the paths of their blobs."""
    documents: list[Document] = field(default_factory=list[Document])
    quarantine: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    altered_records: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """Places whose record in quarantine holds other bytes than were captured."""
    arrivals: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    altered: set[str] = field(default_factory=set[str])
    """Ids whose document holds something else than was captured."""
    found_elsewhere: set[str] = field(default_factory=set[str])
    """Ids under which a second look finds, from long before, every content that their verdicts name."""
    lost_cases: set[str] = field(default_factory=set[str])
    altered_cases: set[str] = field(default_factory=set[str])
    """Names of cases; every other case is what the verdicts of its window make."""
    lost_alerts: set[str] = field(default_factory=set[str])
    altered_alerts: set[str] = field(default_factory=set[str])
    """Names of windows; of all others the fraud team was told, if it had to be."""
    further_cases: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Cases without verdicts."""
    beside: list[tuple[dict[str, Any], dict[str, Any]]] = field(
        default_factory=list[tuple[dict[str, Any], dict[str, Any]]]
    )
    """Pairs of a verdict and another line in its blob."""
    outcome_lines: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])

    @classmethod
    def of(cls, events: list[Event], codec: str = "null", interval: timedelta = INTERVAL) -> "World":
        """Everything as it must be for these events: malformed ones are those whose id is empty."""
        world = cls()
        number = [0] * len(PARTITIONS)
        world.events = sorted(events, key=lambda event: event.enqueued)
        for event in world.events:
            event.sequence = number[event.partition]
            number[event.partition] += 1
        world._capture(codec, interval)
        world._outcomes()
        return world

    def _capture(self, codec: str, interval: timedelta) -> None:
        for partition, name in enumerate(PARTITIONS):
            end = RANGE.start - interval * 3
            while end <= RANGE.end + interval * 3:
                since, until = milliseconds(end - interval), milliseconds(end)
                of_interval = [e for e in self.events if e.partition == partition and since <= e.enqueued < until]
                records = [record(e.sequence, e.enqueued, e.body, exact=e.exact, run_id="r") for e in of_interval]
                self.blobs[f"{name}/{end:%Y/%m/%d/%H/%M/%S}.avro"] = avro(records, codec, sync_interval=700)
                end += interval

    def _outcomes(self) -> None:
        groups: dict[tuple[int, int | None], list[str]] = {}
        for event in self.events:
            self.arrivals[event.partition, event.sequence] = event.enqueued
            if event.id:
                place = (event.partition, event.sequence)
                self.documents.append(Document(event.id, event.store, event.window, event.body, place))
            else:
                self.quarantine.append((event.partition, event.sequence))
                flagged = flagged_in(event.body)
                if flagged and flagged.by_place:
                    self.judge_by_place(event)
            if event.flagged:
                groups.setdefault((event.window, event.store), []).append(event.id)
        for (window, store), ids in sorted(groups.items(), key=str):
            self.suspicious.append(suspicious_row(window, store, ids))
            self.verdicts += [line for name in sorted(set(ids)) for line in self.verdicts_on(name, window, store)]

    def verdicts_on(self, identifier: str, window: int, store: int | None) -> list[dict[str, Any]]:
        """What the analysis of a window makes of an id: a verdict on each flagged content that has arrived by then."""
        arrived = [e for e in self.events if (e.id, e.store) == (identifier, store) and e.window <= window]
        flagged = sorted({e.body for e in arrived if e.flagged})
        contents = len({e.body for e in arrived})
        return [verdict(window, store, identifier, body=body, contents=contents) for body in flagged]

    def judge_by_place(self, event: Event) -> None:
        """Add what is judged of a body in quarantine by its place in the hub."""
        record = self.record(event.partition, event.sequence)
        (task,) = places_tasks([record])
        verdicts = [
            judged(fraud, whole_store(fraud), task.window, None, source="quarantine", name=place_of(record, number))
            for number, fraud in enumerate(flagged_events(event.body))
        ]
        self.by_place.setdefault(task.verdicts_path, []).extend(msgspec.to_builtins(verdicts))

    def reconcile(self, bits: int = 0, with_documents: bool = True, span: Range = RANGE) -> Report:
        """The report on this world."""
        captured = [b for name, data in self.blobs.items() if (b := parse_blob_name(name, len(data)))]
        plan = make_plan(span, PARTITIONS, [blob for blob in captured if _near(blob, span)])
        scanners = scanned(plan, self.blobs, all_contents=with_documents)
        observers = [
            observed(kind, encoded(files) | {"torn": self.outcome_lines.get(name, [])}, span, plan)
            for kind, name, files in (
                (Kind.SUSPICIOUS, "suspicious", {"suspicious": self.suspicious}),
                (Kind.VERDICT, "verdicts", self._verdicts()),
            )
        ]
        writers = [*(part.rows for part in (*scanners, *observers)), *self._writers(span)]
        scans = [scanner.sums for scanner in scanners]
        scope = Scope(plan.first_window, plan.last_window, tuple(p.name for p in plan.partitions), with_documents)
        gaps = find_gaps(plan, scans)
        results = compared([writer.encode(bits) for writer in writers], bits, scope)
        buckets = [self._settled(result, gaps) for result in results]
        shared = {name: getattr(plan, name) for name in ReadingPlan.__struct_fields__}
        run = RunPlan(**shared, with_documents=with_documents, parts={})
        sums = [observer.sums for observer in observers]
        return make_report(span.end, run, buckets=buckets, scans=scans, observed=sums)

    def _settled(self, result: Compared, gaps: list[Gap]) -> Accounts:
        """The accounts after the second look. The documents of a world lie in and beside its range, and nowhere else,
        but for those of `found_elsewhere`."""
        result.settle(
            doubtful
            for doubtful in result.doubtful
            if not (doubtful.is_of_verdict and doubtful.difference.event_id in self.found_elsewhere)
            and not ((place := doubtful.doubt.place) and _is_missed(place, gaps))
        )
        result.count()
        return result.accounts

    def _verdicts(self) -> dict[str, list[dict[str, Any]]]:
        """The lines of all verdicts by the paths of their blobs."""
        blobs = blobs_of_verdicts(self.verdicts)
        for line, further in self.beside:
            (path,) = blobs_of_verdicts([line])
            blobs[path].append(further)
        return blobs | self.by_place

    def _writers(self, span: Range) -> tuple[RowWriter, ...]:
        near = range(span.first_window - MARGIN_WINDOWS, span.last_window + MARGIN_WINDOWS + 1)
        return (
            document_rows((d, self.document(d)) for d in self.documents if d.window in near),
            quarantine_rows((*place, self.quarantined_body(*place)) for place in self.quarantine),
            case_rows(self.cases()),
            alert_rows(blobs_of_verdicts(self.verdicts), self.lost_alerts, self.altered_alerts),
        )

    def document(self, document: Document) -> dict[str, Any]:
        """The fields of a document that the event brought; of several events with one id, those of the first."""
        identifier = document.id
        bodies = [document.body] if document.body else [e.body for e in self.events if e.id == identifier]
        content: dict[str, Any] = json.loads(bodies[0]) if bodies else {"id": identifier}
        content["store_id"] = UNKNOWN_STORE if document.store is None else document.store
        return content | ({"discount": 1} if identifier in self.altered else {})

    def cases(self) -> list[dict[str, Any]]:
        """The cases in Cosmos: those of all verdicts, but for what was lost or altered."""
        blobs = {path: lines for path, lines in (blobs_of_verdicts(self.verdicts) | self.by_place).items() if lines}
        made = [case_from(path, msgspec.convert(lines, list[Verdict])) for path, lines in blobs.items()]
        return [
            msgspec.to_builtins(case) | ({"max_score": 1} if case.id in self.altered_cases else {})
            for case in made
            if case.id not in self.lost_cases
        ] + self.further_cases

    def record(self, partition: int, sequence: int) -> QuarantinedEvent:
        """The record in quarantine of what was captured at a place."""
        return QuarantinedEvent(
            reason="",
            raw_base64=raw(self.quarantined_body(partition, sequence)),
            partition=str(partition),
            offset="0",
            sequence_number=sequence,
            enqueued_time=datetime.fromtimestamp(self.arrivals[partition, sequence] / 1000, UTC),
        )

    def quarantined_body(self, partition: int, sequence: int) -> bytes:
        """The bytes in the record of a place."""
        body = next((e.body for e in self.events if (e.partition, e.sequence) == (partition, sequence)), b"")
        return body + b" " if (partition, sequence) in self.altered_records else body


def _near(blob: CaptureBlob, span: Range) -> bool:
    return span.start - timedelta(minutes=15) <= blob.triggered <= span.end + timedelta(minutes=15)


def _is_missed(place: tuple[int, int], gaps: list[Gap]) -> bool:
    stream, sequence = place
    return any(gap.has(PARTITIONS[stream].rpartition("/")[2], sequence) for gap in gaps)
