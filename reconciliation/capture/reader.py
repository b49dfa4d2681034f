"""The reader for a writer's schema.

Two readers give the same: a walker for exactly the schema that Capture documents, several times as fast as a general
reader, and fastavro for everything else. A writer's schema chooses, and it must match to the letter.
"""

import io
from collections.abc import Callable
from typing import Any, cast

import fastavro
import msgspec

from reconciliation.capture.records import END_OF_TIME, ENQUEUED, DamagedRecordError, Records, read_moment
from reconciliation.capture.walker import walk

_VALUES = ["long", "double", "string", "bytes"]


def _fields(properties: list[str]) -> list[tuple[str, Any]]:
    return [
        ("SequenceNumber", "long"),
        ("Offset", "string"),
        ("EnqueuedTimeUtc", "string"),
        ("SystemProperties", {"type": "map", "values": _VALUES}),
        ("Properties", {"type": "map", "values": properties}),
        ("Body", ["null", "bytes"]),
    ]


_DOCUMENTED = (_fields(_VALUES), _fields([*_VALUES, "null"]))
"""A notebook of Microsoft's shows `null` added to the union of Properties, as its last branch."""


Reader = Callable[[bytes, int, int, int, Records], None]
"""Reads the `count` records in data[start:end] into `Records`. Raises DamagedRecordError."""


def reader_of(schema: bytes) -> Reader:
    """The fastest reader for a writer's schema. Raises ValueError without one, or without a field that we need."""
    try:
        parsed = msgspec.json.decode(schema, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"the writer's schema is not a JSON object: {error}") from error
    if _is_documented(parsed):
        return walk
    return _general_reader(parsed)


def _is_documented(schema: dict[str, Any]) -> bool:
    try:
        fields = [(field["name"], field["type"]) for field in schema["fields"]]
    except (KeyError, TypeError):
        return False
    return schema.get("type") == "record" and fields in _DOCUMENTED


_read_record = cast("Callable[..., object]", fastavro.schemaless_reader)  # pyright: ignore[reportUnknownMemberType]


def _general_reader(schema: dict[str, Any]) -> Reader:
    try:
        names = {field["name"] for field in schema["fields"]}
        parsed = fastavro.parse_schema(schema)
    except Exception as error:  # fastavro raises what it meets
        raise ValueError(f"the writer's schema is not Avro: {error}") from error
    if missing := {"SequenceNumber", "EnqueuedTimeUtc", "Body"} - names:
        raise ValueError(f"the writer's schema lacks {', '.join(sorted(missing))}")

    def read(data: bytes, start: int, end: int, count: int, into: Records) -> None:
        stream = io.BytesIO(data[start:end])
        for _ in range(count):
            try:
                record = cast("dict[str, Any]", _read_record(stream, parsed, None))
                _take(record, into)
            except Exception as error:
                raise DamagedRecordError(f"record at byte {stream.tell()} of its block: {error!r}") from error
        if stream.tell() != end - start:
            raise DamagedRecordError(f"{end - start - stream.tell()} bytes follow the last record of the block")

    return read


def _take(record: dict[str, Any], into: Records) -> None:
    sequence, body = record["SequenceNumber"], record["Body"]
    properties = cast("dict[str, object]", record.get("SystemProperties", {}))
    exact = properties.get(ENQUEUED)
    if not isinstance(sequence, int) or not isinstance(body, bytes | None):
        raise TypeError("SequenceNumber must be a number and Body bytes")
    moment = (
        exact if isinstance(exact, int) and 0 <= exact < END_OF_TIME else read_moment(str(record["EnqueuedTimeUtc"]))
    )
    into.sequences.append(sequence)
    into.enqueued.append(moment)
    into.bodies.append(body or b"")
