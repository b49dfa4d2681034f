"""Days of events as the blobs that Capture would have written of one partition."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, cast

import fastavro

from fraud.archive import ReceivedEvent
from reconciliation.capture.path import LAID, LONGEST_INTERVAL
from reconciliation.capture.records import ENQUEUED
from services import names

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_VALUES = ["long", "double", "string", "bytes"]
_SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "EventData",
    "namespace": "Microsoft.ServiceBus.Messaging",
    "fields": [
        {"name": "SequenceNumber", "type": "long"},
        {"name": "Offset", "type": "string"},
        {"name": "EnqueuedTimeUtc", "type": "string"},
        {"name": "SystemProperties", "type": {"type": "map", "values": _VALUES}},
        {"name": "Properties", "type": {"type": "map", "values": _VALUES}},
        {"name": "Body", "type": ["null", "bytes"]},
    ],
}
"""Microsoft, "Capture events through Azure Event Hubs in Azure Blob Storage"."""
_PARSED = cast("dict[str, Any]", fastavro.parse_schema(_SCHEMA))


def capture_blobs(events: Sequence[ReceivedEvent]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each blob: one per interval of Capture in which something arrived. Events come in order."""
    for end, group in groupby(events, key=lambda event: _trigger(event.enqueued_time)):
        yield _path(end), _avro(group)


def idle_blobs(events: Sequence[ReceivedEvent]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the empty blobs of the intervals between these events and of the one behind them.

    By the paths a reconciliation tells up to when the archive is complete.
    """
    busy = {_trigger(event.enqueued_time) for event in events}
    end = min(busy)
    while (end := end + LONGEST_INTERVAL) <= max(busy) + LONGEST_INTERVAL:
        if end not in busy:
            yield _path(end), _avro(())


def _path(end: datetime) -> str:
    return f"{LAID}/{names.EVENT_HUB}/0/{end:%Y/%m/%d/%H/%M/%S}.avro"


def _trigger(moment: datetime) -> datetime:
    """The end of the interval (start, end] of a moment."""
    return _EPOCH - (_EPOCH - moment) // LONGEST_INTERVAL * LONGEST_INTERVAL


def _avro(events: Iterable[ReceivedEvent]) -> bytes:
    stream = io.BytesIO()
    write = cast("Any", fastavro).writer
    write(stream, _PARSED, map(_record, events), codec="deflate")
    return stream.getvalue()


def _record(event: ReceivedEvent) -> dict[str, Any]:
    moment = event.enqueued_time
    return {
        "SequenceNumber": event.sequence_number,
        "Offset": event.offset,
        "EnqueuedTimeUtc": f"{moment.month}/{moment.day}/{moment.year} {moment:%I:%M:%S %p}",
        "SystemProperties": {ENQUEUED: ("long", (moment - _EPOCH) // _MILLISECOND)},
        "Properties": {"run_id": ("string", event.run_id or "")},
        "Body": event.body,
    }
