"""A small world of archives in memory, in which faults can be planted, and its reconciliation without any storage."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from fraud.events import UNKNOWN_STORE
from fraud.windows import WINDOW
from reconciliation.capture.path import CaptureBlob, parse_blob_name
from reconciliation.comparing.accounts import Accounts
from reconciliation.comparing.altered import altered, differences
from reconciliation.comparing.compare import Scope, compare
from reconciliation.comparing.differences import examples_of
from reconciliation.messages import RunPlan
from reconciliation.plan import Plan, make_plan
from reconciliation.ranges import MARGIN_WINDOWS, Range, aligned, milliseconds, window_end, window_number
from reconciliation.reading.contents import add_documents
from reconciliation.reading.event_rows import place_name
from reconciliation.reading.observe import ObservedSums, Observer
from reconciliation.reading.rows import (
    NO_STORE,
    Kind,
    Rows,
    RowWriter,
    decode_segment,
    header_length,
    segment_of,
    store_number,
)
from reconciliation.reading.scan import Scanner, ScanSums
from reconciliation.reporting.report import Report, make_report
from tests.reconciliation.capture_writer import avro, record

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
    documents: list[tuple[str, int | None, int]] = field(default_factory=list[tuple[str, int | None, int]])
    quarantine: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    arrivals: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    altered: set[str] = field(default_factory=set[str])
    """Ids whose document holds something else than was captured."""
    outcome_lines: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])

    @classmethod
    def of(cls, events: list[Event], codec: str = "null", interval: timedelta = INTERVAL) -> "World":
        """Everything as it must be for these events: malformed ones are those whose id is empty."""
        world = cls()
        number = [0] * len(PARTITIONS)
        world.events = sorted(events, key=lambda one: one.enqueued)
        for one in world.events:
            one.sequence = number[one.partition]
            number[one.partition] += 1
        world._capture(codec, interval)
        world._outcomes()
        return world

    def _capture(self, codec: str, interval: timedelta) -> None:
        for partition, name in enumerate(PARTITIONS):
            end = RANGE.start - interval * 3
            while end <= RANGE.end + interval * 3:
                since, until = milliseconds(end - interval), milliseconds(end)
                some = [e for e in self.events if e.partition == partition and since <= e.enqueued < until]
                records = [record(e.sequence, e.enqueued, e.body, exact=e.exact, run_id="r") for e in some]
                self.blobs[f"{name}/{end:%Y/%m/%d/%H/%M/%S}.avro"] = avro(records, codec, sync_interval=700)
                end += interval

    def _outcomes(self) -> None:
        groups: dict[tuple[int, int | None], list[str]] = {}
        for one in self.events:
            self.arrivals[one.partition, one.sequence] = one.enqueued
            if one.id:
                self.documents.append((one.id, one.store, one.window))
            else:
                self.quarantine.append((one.partition, one.sequence))
            if one.flagged:
                groups.setdefault((one.window, one.store), []).append(one.id)
        for (window, store), ids in sorted(groups.items(), key=str):
            self.suspicious.append(suspicious_row(window, store, ids))
            self.verdicts += [verdict(window, store, identifier) for identifier in sorted(set(ids))]

    def reconcile(self, bits: int = 0, with_documents: bool = True, span: Range = RANGE) -> Report:
        """The report on this world."""
        found = [b for name, data in self.blobs.items() if (b := parse_blob_name(name, len(data)))]
        first, last = span.first_window, span.last_window
        plan = make_plan(span, PARTITIONS, [blob for blob in found if _near(blob, span)])
        parts: list[bytes] = []
        contents: list[bytes] = [self._document_contents(first, last).encode(bits)]
        scans: list[ScanSums] = []
        for part in plan.scan:
            scanner = Scanner(part.stream, part.partition_id, with_contents=with_documents)
            for path in part.blobs:
                data = self.blobs[path]
                scanner.blob(path, (data[i : i + 700] for i in range(0, len(data), 700)))
            parts.append(scanner.rows.encode(bits))
            contents.append(scanner.contents.encode(bits))
            scans.append(scanner.sums)
        observed: list[ObservedSums] = []
        for kind, name, values in (
            (Kind.SUSPICIOUS, "suspicious", self.suspicious),
            (Kind.VERDICT, "verdicts", self.verdicts),
        ):
            observer = Observer(kind, first - MARGIN_WINDOWS, last + MARGIN_WINDOWS, (first, last))
            reader = observer.open(name)
            lines = [json.dumps(value).encode() for value in values] + self.outcome_lines.get(name, [])
            data = b"\n".join(lines)
            for i in range(0, len(data), 1_000):
                reader.feed(data[i : i + 1_000])
            reader.close()
            parts.append(observer.rows.encode(bits))
            observed.append(observer.sums)
        parts += [self._documents(first, last).encode(bits), self._quarantine().encode(bits)]
        scope = Scope(plan.first_window, plan.last_window, tuple(p.name for p in plan.partitions), with_documents)
        buckets = [_compare(parts, contents, bits, bucket, scope) for bucket in range(2**bits)]
        shared = {name: getattr(plan, name) for name in Plan.__struct_fields__}
        run = RunPlan(**shared, with_documents=with_documents, parts={})
        return make_report(span.end, run, buckets=buckets, scans=scans, observed=observed)

    def _documents(self, first: int, last: int) -> RowWriter:
        rows = RowWriter()
        near = [d for d in self.documents if first - MARGIN_WINDOWS <= d[2] <= last + MARGIN_WINDOWS]
        rows.add(Kind.DOCUMENT, [d[0] for d in near], [d[2] for d in near], [store_number(d[1]) for d in near])
        return rows

    def document(self, identifier: str, store: int | None) -> dict[str, Any]:
        """The document of an event in Cosmos; of several with one id, the first."""
        bodies = [e.body for e in self.events if e.id == identifier]
        content: dict[str, Any] = json.loads(bodies[0]) if bodies else {"id": identifier}
        content["store_id"] = UNKNOWN_STORE if store is None else store
        return content | ({"discount": 1} if identifier in self.altered else {})

    def _document_contents(self, first: int, last: int) -> RowWriter:
        contents = RowWriter()
        near = [d for d in self.documents if first - MARGIN_WINDOWS <= d[2] <= last + MARGIN_WINDOWS]
        add_documents(contents, [self.document(d[0], d[1]) for d in near], [d[2] for d in near])
        return contents

    def _quarantine(self) -> RowWriter:
        rows = RowWriter()
        rows.add(Kind.QUARANTINED, [place_name(str(p), s) for p, s in self.quarantine], -1, NO_STORE)
        return rows


def _near(blob: CaptureBlob, span: Range) -> bool:
    return span.start - timedelta(minutes=15) <= blob.triggered <= span.end + timedelta(minutes=15)


def _compare(parts: list[bytes], contents: list[bytes], bits: int, bucket: int, scope: Scope) -> Accounts:
    rows, names = _bucket(parts, bits, bucket)
    result = compare(rows, names, scope)
    accounts = result.accounts
    if scope.with_documents:
        found = altered(_bucket(contents, bits, bucket)[0], scope.first_window, scope.last_window)
        if listed := differences(found, rows, names, scope.partitions):
            accounts.differences["differs_in_cosmos"] = len(listed)
            accounts.examples["differs_in_cosmos"] = examples_of(listed)
    return accounts


def _bucket(parts: list[bytes], bits: int, bucket: int) -> tuple[Rows, dict[int, str]]:
    rows: list[Rows] = []
    names: dict[int, str] = {}
    for part in parts:
        offset, length = segment_of(part[: header_length(bits)], bucket)
        some, named = decode_segment(part[offset : offset + length])
        names.update((sum(map(len, rows)) + position, name) for position, name in named.items())
        rows.append(some)
    return np.concatenate(rows), names


def suspicious_row(window: int, store: int | None, ids: list[str]) -> dict[str, Any]:
    """A row of the stream job."""
    end = window_end(window)
    return {
        "store_id": store,
        "ids": ids,
        "WindowStart": f"{end - WINDOW:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "WindowEnd": f"{end:%Y-%m-%dT%H:%M:%S}.0000000Z",
    }


def verdict(window: int, store: int | None, identifier: str, band: str = "high") -> dict[str, Any]:
    """A line of the verdicts, as far as it matters here."""
    end = window_end(window)
    return {
        "event_id": identifier,
        "store_id": store,
        "window_start": (end - WINDOW).isoformat(),
        "window_end": end.isoformat(),
        "score": 50,
        "band": band,
        "event": {},
    }
