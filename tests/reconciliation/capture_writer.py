"""Capture's files for tests, written by fastavro: the schema is the documented one."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

import fastavro

VALUES = ["long", "double", "string", "bytes"]
SYNC_MARKER = b"0123456789abcdef"
"""Behind the header and every block."""


def schema(properties: list[str] | None = None) -> dict[str, Any]:
    """The documented schema; `properties` replaces the union of Properties."""
    return {
        "type": "record",
        "name": "EventData",
        "namespace": "Microsoft.ServiceBus.Messaging",
        "fields": [
            {"name": "SequenceNumber", "type": "long"},
            {"name": "Offset", "type": "string"},
            {"name": "EnqueuedTimeUtc", "type": "string"},
            {"name": "SystemProperties", "type": {"type": "map", "values": VALUES}},
            {"name": "Properties", "type": {"type": "map", "values": properties or VALUES}},
            {"name": "Body", "type": ["null", "bytes"]},
        ],
    }


def record(
    sequence: int, enqueued: int, body: bytes | None, *, exact: bool = True, **properties: Any
) -> dict[str, Any]:
    """One record; `enqueued` is in milliseconds. Without `exact` only the second is written, as Capture documents."""
    moment = datetime.fromtimestamp(enqueued // 1000, UTC)
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return {
        "SequenceNumber": sequence,
        "Offset": str(sequence * 500),
        "EnqueuedTimeUtc": f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment:%M:%S} {half}",
        "SystemProperties": {"x-opt-enqueued-time": enqueued} if exact else {},
        "Properties": properties,
        "Body": body,
    }


def avro(
    records: Iterable[dict[str, Any]], codec: str = "null", sync_interval: int = 2_000, writer: Any = None
) -> bytes:
    """A Capture file."""
    stream = io.BytesIO()
    parsed = fastavro.parse_schema(writer or schema())
    write = cast("Any", fastavro).writer
    write(stream, parsed, records, codec=codec, sync_interval=sync_interval, sync_marker=SYNC_MARKER)
    return stream.getvalue()
