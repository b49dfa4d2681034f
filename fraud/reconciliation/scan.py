"""Scan: captured blobs become rows, and what they say of the archive itself."""

from collections.abc import Iterator

import msgspec

from fraud.reconciliation.bodies import read_body
from fraud.reconciliation.capture_file import Block, CaptureFile, Damage
from fraud.reconciliation.capture_reader import Reader, reader_of
from fraud.reconciliation.capture_records import DamagedRecordError, Records
from fraud.reconciliation.ranges import window_number
from fraud.reconciliation.rows import NO_STORE, Flag, Kind, RowWriter, store_number
from fraud.reconciliation.sequences import Span, merged, spans_of
from fraud.windows import WINDOW_MILLISECONDS

MAX_DAMAGES = 1_000
"""Kept of one part; the rest is only counted."""


class Unreadable(msgspec.Struct, frozen=True, order=True):
    """What could not be read: where it lies, and why. `offset` is in bytes (archive) or lines from 1 (outcomes)."""

    path: str
    offset: int
    reason: str


class ScanSums(msgspec.Struct):
    """What a part of the archive holds. `records` counts all that were read, in the range or beside it."""

    stream: int
    records: int = 0
    bytes: int = 0
    blobs: int = 0
    nameless: int = 0
    spans: list[Span] = []
    unreadable: list[Unreadable] = []
    unreadable_count: int = 0


def place_name(partition_id: str, sequence: int) -> str:
    """The key of a malformed body: its place, marked so that it is no event's id."""
    return f"\x00p{partition_id}-{sequence}"


class Scanner:
    """Scans the blobs of one part, one after the other, as their bytes arrive."""

    def __init__(self, stream: int, partition_id: str) -> None:
        self.rows = RowWriter()
        self.sums = ScanSums(stream)
        self._partition_id = partition_id

    def blob(self, path: str, chunks: Iterator[bytes]) -> None:
        """Scan one blob."""
        scan = self.open(path)
        for chunk in chunks:
            scan.feed(chunk)
        scan.close()

    def open(self, path: str) -> "BlobScan":
        """Begin a blob; feed its chunks, then close it."""
        self.sums.blobs += 1
        return BlobScan(self, path)

    def damaged(self, path: str, offset: int, reason: str) -> None:
        """Note what cannot be read."""
        self.sums.unreadable_count += 1
        if len(self.sums.unreadable) < MAX_DAMAGES:
            self.sums.unreadable.append(Unreadable(path, offset, reason))

    def take(self, records: Records) -> None:
        """Turn records into rows."""
        self.sums.records += len(records.bodies)
        places = zip(records.sequences, map(window_number, records.enqueued), strict=True)
        self.sums.spans = merged([*self.sums.spans, *spans_of(places)])
        ids: list[str] = []
        windows: list[int] = []
        stores: list[int] = []
        flags: list[int] = []
        sequences: list[int] = []
        for sequence, enqueued, exact, content in zip(
            records.sequences, records.enqueued, records.exact, records.bodies, strict=True
        ):
            window = window_number(enqueued)
            flag = 0 if exact or enqueued % WINDOW_MILLISECONDS else Flag.AMBIGUOUS
            body = read_body(content)
            if body.event is not None:
                ids.append(body.event.id)
                store = body.event.store_id
                stores.append(NO_STORE if store is None else store_number(store))
                flags.append(flag | Flag.FLAGGED if body.flagged else flag)
                windows.append(window)
                sequences.append(sequence)
                continue
            self.sums.nameless += body.nameless
            ids.append(place_name(self._partition_id, sequence))
            stores.append(NO_STORE)
            flags.append(flag | Flag.MALFORMED)
            for event in body.embedded:
                ids.append(event.id)
                stores.append(store_number(event.store_id))
                flags.append(flag | Flag.EMBEDDED | (Flag.FLAGGED if event.flagged else 0))
            windows.extend([window] * (1 + len(body.embedded)))
            sequences.extend([sequence] * (1 + len(body.embedded)))
        self.rows.add(Kind.CAPTURED, ids, windows, stores, flags=flags, sequences=sequences, stream=self.sums.stream)


class BlobScan:
    """One blob being scanned."""

    def __init__(self, scanner: Scanner, path: str) -> None:
        self._scanner = scanner
        self._path = path
        self._file = CaptureFile()
        self._read: Reader | None = None
        self._has_schema = True

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._scanner.sums.bytes += len(chunk)
        for part in self._file.feed(chunk):
            self._take(part)

    def close(self) -> None:
        """Say that nothing follows."""
        for part in self._file.finish():
            self._take(part)

    def _take(self, part: Block | Damage) -> None:
        if isinstance(part, Damage):
            self._scanner.damaged(self._path, part.offset, part.reason)
            return
        if not self._has_schema:
            return
        records = Records()
        try:
            if self._read is None:
                self._read = reader_of(self._file.schema)
            self._read(part.data, part.count, records)
        except DamagedRecordError as error:
            self._scanner.damaged(self._path, part.offset, str(error))
        except ValueError as error:
            self._has_schema = False
            self._scanner.damaged(self._path, 0, str(error))
        self._scanner.take(records)
