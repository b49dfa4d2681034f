"""Scan: captured blobs become rows, and sums that describe the archive itself."""

from collections.abc import Iterator

import msgspec

from fraud.quarantine import MAX_REASON
from reconciliation.capture.blocks import read_blocks
from reconciliation.capture.file import Block, CaptureFile, Damage
from reconciliation.capture.reader import Reader, reader_of
from reconciliation.capture.records import Records
from reconciliation.reading.event_rows import EventRows
from reconciliation.reading.keys import RunKeys
from reconciliation.reading.rows import RowWriter
from reconciliation.reading.sequences import SequenceSpan, merged, spans_of

BATCH_BYTES = 1024 * 1024
"""Blocks that are turned into rows at once: some 2,000 records."""

MAX_DAMAGES = 1_000
"""Kept of one part; the rest is only counted."""


class Unreadable(msgspec.Struct, frozen=True, order=True):
    """A place that could not be read: its blob, container first, and the reason. `offset` is in bytes (archive) or
    lines from 1 (outcomes)."""

    path: str
    offset: int
    reason: str

    def __post_init__(self) -> None:
        if len(self.reason) > MAX_REASON:  # it quotes what stands there, which may be long
            msgspec.structs.force_setattr(self, "reason", self.reason[:MAX_REASON])


class ScanSums(msgspec.Struct):
    """The sums of a part of the archive. `records` counts all that were read, in the range or beside it."""

    stream: int
    records: int = 0
    bytes: int = 0
    blobs: int = 0
    spans: list[SequenceSpan] = []
    unreadable: list[Unreadable] = []
    unreadable_count: int = 0


class Scanner:
    """Scans the blobs of one part, one after the other, as their bytes arrive."""

    def __init__(self, stream: int, partition_id: str, keys: RunKeys, *, all_contents: bool = False) -> None:
        self.rows = RowWriter(keys)
        self.sums = ScanSums(stream)
        self._events = EventRows(self.rows, stream, partition_id, all_contents=all_contents)

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
            self.sums.unreadable.append(Unreadable(f"all-events/{path}", offset, reason))

    def take(self, records: Records) -> None:
        """Turn records into rows."""
        self.sums.records += len(records.bodies)
        self.sums.spans = merged([*self.sums.spans, *spans_of(records.sequences, records.enqueued)])
        self._events.add(records)


class BlobScan:
    """One blob being scanned."""

    def __init__(self, scanner: Scanner, path: str) -> None:
        self._scanner = scanner
        self._path = path
        self._file = CaptureFile()
        self._read: Reader | None = None
        self._has_no_schema = False
        self._blocks: list[Block] = []
        self._waiting = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._scanner.sums.bytes += len(chunk)
        for part in self._file.feed(chunk):
            self._take(part)

    def close(self) -> None:
        """Say that nothing follows."""
        for part in self._file.finish():
            self._take(part)
        self._flush()

    def _take(self, part: Block | Damage) -> None:
        if isinstance(part, Damage):
            self._flush()
            self._scanner.damaged(self._path, part.offset, part.reason)
            return
        self._blocks.append(part)
        self._waiting += part.end - part.start
        if self._waiting >= BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        blocks, self._blocks, self._waiting = self._blocks, [], 0
        if not blocks or self._has_no_schema:
            return
        try:
            if self._read is None:
                self._read = reader_of(self._file.schema)
        except ValueError as error:
            self._has_no_schema = True
            self._scanner.damaged(self._path, 0, str(error))
            return
        for part in read_blocks(blocks, self._read):
            if isinstance(part, Records):
                self._scanner.take(part)
            else:
                self._scanner.damaged(self._path, part.offset, part.reason)
