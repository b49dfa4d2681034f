"""Whole events out of Capture's files, a few among many, as the hub once delivered them.

Reconciliation itself reads three columns of a record (`capture/reader.py`); archiving an event takes all of them.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import fastavro
import msgspec

from fraud.archive import ReceivedEvent
from reconciliation.capture.file import Block, CaptureFile, Damage
from reconciliation.capture.records import END_OF_TIME, ENQUEUED, begin_of, read_moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_read_record = cast("Callable[..., dict[str, Any]]", fastavro.schemaless_reader)  # pyright: ignore[reportUnknownMemberType]


class Recapture:
    """Looks for some sequence numbers in the blobs of one partition; what is damaged holds none of them."""

    def __init__(self, partition_id: str, wanted: Iterable[int]) -> None:
        self.wanted = set(wanted)
        self._partition_id = partition_id

    def blob(self) -> "_Blob":
        """Begin a blob; feed its chunks, then finish it."""
        return _Blob(self)

    def take(self, record: dict[str, Any]) -> ReceivedEvent | None:
        """The event of a record, if it is wanted and was not found before."""
        number = record["SequenceNumber"]
        if number not in self.wanted:
            return None
        self.wanted.discard(number)
        exact = record.get("SystemProperties", {}).get(ENQUEUED)
        if not isinstance(exact, int) or not 0 <= exact < END_OF_TIME:
            exact = begin_of(read_moment(str(record["EnqueuedTimeUtc"])))
        run_id = record.get("Properties", {}).get("run_id")
        return ReceivedEvent(
            body=record["Body"] or b"",
            partition=self._partition_id,
            sequence_number=number,
            offset=str(record["Offset"]),
            enqueued_time=_EPOCH + timedelta(milliseconds=exact),
            run_id=None if run_id is None else str(run_id),
        )


class _Blob:
    def __init__(self, recapture: Recapture) -> None:
        self._recapture = recapture
        self._file = CaptureFile()
        self._schema: Any = None

    def feed(self, chunk: bytes) -> list[ReceivedEvent]:
        """The wanted events in the next bytes."""
        return list(self._events(self._file.feed(chunk)))

    def finish(self) -> list[ReceivedEvent]:
        """The wanted events in what is left."""
        return list(self._events(self._file.finish()))

    def _events(self, parts: Iterable[Block | Damage]) -> Iterator[ReceivedEvent]:
        for part in parts:
            if isinstance(part, Block):
                yield from self._wanted(part)

    def _wanted(self, block: Block) -> Iterator[ReceivedEvent]:
        stream = io.BytesIO(block.data[block.start : block.end])
        try:
            if self._schema is None:
                self._schema = fastavro.parse_schema(msgspec.json.decode(self._file.schema))
            for _ in range(block.count):
                event = self._recapture.take(_read_record(stream, self._schema, None))
                if event is not None:
                    yield event
        except Exception:  # noqa: BLE001 - fastavro raises what it meets; the reconciliation has reported the damage
            return
