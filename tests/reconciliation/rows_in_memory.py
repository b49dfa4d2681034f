"""Archives that lie in memory become rows, and rows are compared, as the activities of a reconciliation do it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from fraud.archive import original_event
from fraud.identity import canonical
from fraud.verdicts import Verdict
from reconciliation.comparing.compare import Compared, Scope, compare
from reconciliation.plan import ScanPlan
from reconciliation.ranges import MARGIN_WINDOWS, Range
from reconciliation.reading.alerts import add_alert, alert_due
from reconciliation.reading.cases import add_stored, case_from
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.observe import Observer
from reconciliation.reading.rows import (
    Kind,
    Rows,
    RowWriter,
    decode_segment,
    header_length,
    segment_of,
    store_number,
)
from reconciliation.reading.scan import Scanner

KEYS = RunKeys(b"the secret of a run")
Lines = Mapping[str, Sequence[bytes]]
"""The lines of blobs by the blobs' paths."""


class Document(NamedTuple):
    """A document in Cosmos: its event's id, store and window of arrival, and its body; without, that of the first event
    with this id. `place` is what it says of its partition and its sequence number."""

    id: str
    store: int | None
    window: int
    body: bytes | None = None
    place: tuple[int, int] = (0, -1)


def scanned(plan: ScanPlan, blobs: Mapping[str, bytes], *, all_contents: bool) -> list[Scanner]:
    """A scanner for each part of the plan, once it has read its blobs of Capture."""
    scanners: list[Scanner] = []
    for part in plan.scan:
        scanner = Scanner(part.stream, part.partition_id, KEYS, all_contents=all_contents)
        for path in part.blobs:
            data = blobs[path]
            scanner.blob(path, (data[i : i + 700] for i in range(0, len(data), 700)))
        scanners.append(scanner)
    return scanners


def observed(kind: Kind, files: Lines, span: Range, plan: ScanPlan) -> Observer:
    """An observer that has read files of rows of the job, or of verdicts."""
    first, last = span.first_window, span.last_window
    observer = Observer(kind, KEYS, first - MARGIN_WINDOWS, last + MARGIN_WINDOWS, (first, last))
    observer.compared = range(plan.first_window, plan.last_window + 1)
    for path, lines in files.items():
        reader = observer.open(path)
        data = b"\n".join(lines)
        for i in range(0, len(data), 1_000):
            reader.feed(data[i : i + 1_000])
        reader.close()
    return observer


def encoded(files: Mapping[str, Iterable[Any]]) -> dict[str, list[bytes]]:
    """Lines of JSON."""
    return {path: [json.dumps(value).encode() for value in lines] for path, lines in files.items()}


def document_rows(documents: Iterable[tuple[Document, dict[str, Any]]]) -> RowWriter:
    """Rows of documents, each with its fields."""
    rows = RowWriter(KEYS)
    near = list(documents)
    contents = [KEYS.of_content(canonical(original_event(fields)[0])) for _, fields in near]
    rows.add(
        Kind.DOCUMENT,
        [document.id for document, _ in near],
        [document.window for document, _ in near],
        [store_number(document.store) for document, _ in near],
        contents=np.array(contents, np.uint64),
        sequences=[document.place[1] for document, _ in near],
        stream=[document.place[0] for document, _ in near],
    )
    return rows


def quarantine_rows(bodies: Iterable[tuple[int, int, bytes]]) -> RowWriter:
    """Rows of records: partition, sequence number and bytes of each."""
    rows = RowWriter(KEYS)
    for partition, sequence, body in bodies:
        rows.add_places(Kind.QUARANTINED, str(partition), [sequence], contents=KEYS.of_raw(body))
    return rows


def case_rows(cases: Iterable[dict[str, Any]]) -> RowWriter:
    """Rows of the documents of cases."""
    rows = RowWriter(KEYS)
    for document in cases:
        add_stored(rows, document)
    return rows


def alert_rows(verdicts: Mapping[str, list[dict[str, Any]]], lost: set[str], altered: set[str]) -> RowWriter:
    """Rows of the alerts of some cases that were lost or altered, as of windows with high verdicts."""
    rows = RowWriter(KEYS)
    for path, lines in verdicts.items():
        of_blob = msgspec.convert(lines, list[Verdict])
        case = case_from(path, of_blob)
        due = alert_due(msgspec.structs.replace(case, bands={**case.bands, "high": 1}), of_blob)
        assert due
        if case.id in lost:
            add_alert(rows, due, [])
        if case.id in altered:
            add_alert(rows, due, [msgspec.json.encode(msgspec.structs.replace(due, max_score=1))])
    return rows


def compared(parts: list[bytes], bits: int, scope: Scope) -> list[Compared]:
    """Each bucket of the encoded rows, compared."""
    buckets = (_bucket(parts, bits, number) for number in range(2**bits))
    return [compare(rows, names, KEYS, scope) for rows, names in buckets]


def _bucket(parts: list[bytes], bits: int, bucket: int) -> tuple[Rows, dict[int, str]]:
    rows: list[Rows] = []
    names: dict[int, str] = {}
    for part in parts:
        offset, length = segment_of(part[: header_length(bits)], bucket)
        segment_rows, named = decode_segment(part[offset : offset + length])
        names.update((sum(map(len, rows)) + position, name) for position, name in named.items())
        rows.append(segment_rows)
    return np.concatenate(rows), names
