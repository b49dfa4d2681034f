"""The bodies of one partition in order of arrival, as its captured blobs are read; what is damaged is left out."""

import msgspec

from reconciliation.capture.blocks import read_blocks
from reconciliation.capture.file import Block, CaptureFile, Damage
from reconciliation.capture.reader import Reader, reader_of
from reconciliation.capture.records import Records, begin_of


class CapturedBody(msgspec.Struct, frozen=True, order=True, gc=False):
    """A body and the milliseconds since 1970 at which it arrived, or those of its second if no more is known."""

    arrived: int
    sequence: int
    body: bytes


class BlobBodies:
    """The bodies of one blob, as its bytes come."""

    def __init__(self) -> None:
        self._file = CaptureFile()
        self._reader: Reader | None = None

    def feed(self, chunk: bytes) -> list[CapturedBody]:
        """The bodies in the next bytes, in order."""
        return self._bodies([part for part in self._file.feed(chunk) if isinstance(part, Block)])

    def finish(self) -> list[CapturedBody]:
        """The bodies in what is left."""
        return self._bodies([part for part in self._file.finish() if isinstance(part, Block)])

    def _bodies(self, blocks: list[Block]) -> list[CapturedBody]:
        if not blocks:
            return []
        try:
            self._reader = self._reader or reader_of(self._file.schema)
        except ValueError:
            return []  # the reconciliation reports it
        bodies: list[CapturedBody] = []
        for records in read_blocks(blocks, self._reader):
            if isinstance(records, Damage):
                continue
            bodies += _rows(records)
        return sorted(bodies)


def _rows(records: Records) -> list[CapturedBody]:
    sequences, enqueued, bodies = records.lists()
    return [
        CapturedBody(begin_of(arrived), sequence, body)
        for sequence, arrived, body in zip(sequences, enqueued, bodies, strict=True)
    ]
