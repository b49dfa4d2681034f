"""An event as a record of a Capture file, in the documented schema.

`EnqueuedTimeUtc` has whole seconds (`M/d/yyyy h:mm:ss tt`), so the exact time stands in the system properties as
`x-opt-enqueued-time`, in milliseconds since 1970. Unverified against a real file: that time's text, and how a
boolean property is written (here: the strings `True` and `False`, as .NET's).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from local_azure.amqp.bodies import body_of
from local_azure.amqp.encode import encode
from local_azure.amqp.message import Message, Properties
from local_azure.amqp.sections import SectionCode
from local_azure.event_hubs.events import Place, stamped_place
from local_azure.event_hubs.store import row_id

_VALUES = ["long", "double", "string", "bytes"]
SCHEMA: dict[str, Any] = {
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
_LEAST_LONG, _LARGEST_LONG = -(2**63), 2**63 - 1
_LONGEST_ALIKE = 512
Record = dict[str, Any]
Values = dict[str, tuple[str, Any]]


def records(rows: Iterable[tuple[int, bytes]], partition: int) -> Iterator[Record]:
    """The records of stored events, given as row ids and messages."""
    base = row_id(partition, 0)
    for row, message in rows:
        yield record(row - base, Message(message))


def record(sequence: int, message: Message) -> Record:
    """One event. Its annotations are those that the broker has set, with what the client added."""
    place = stamped_place(message.data)
    if place is None:
        annotations = message.annotations()
        place = Place(annotations["x-opt-offset"], annotations["x-opt-enqueued-time"])
        system = _values(annotations)
    else:
        system = {
            "x-opt-sequence-number": ("long", sequence),
            "x-opt-offset": ("string", place.offset),
            "x-opt-enqueued-time": ("long", place.time_ms),
        }
    return {
        "SequenceNumber": sequence,
        "Offset": place.offset,
        "EnqueuedTimeUtc": time_text(place.time_ms),
        "SystemProperties": system | _named(message),
        "Properties": _values(message.application_properties()),
        "Body": body_of(message),
    }


def _named(message: Message) -> Values:
    """The properties that AMQP names, as the system properties of a record; those of many events are alike."""
    section = message.section(SectionCode.PROPERTIES)
    if section is None:
        return {}
    if section.end - section.start <= _LONGEST_ALIKE:
        return _named_alike(message.data[section.start : section.end])
    return _values_of(message.properties())


@lru_cache(maxsize=256)
def _named_alike(section: bytes) -> Values:
    return _values_of(Message(section).properties())


def _values_of(properties: Properties) -> Values:
    return _values({name.replace("_", "-"): getattr(properties, name) for name in properties.__struct_fields__})


def time_text(milliseconds: int) -> str:
    """A moment as .NET writes it in the invariant culture's short way, for example `7/4/2026 3:05:09 PM`."""
    return _second_text(milliseconds // 1_000)


@lru_cache(maxsize=64)
def _second_text(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {half}"


def _values(items: Mapping[Any, Any]) -> Values:
    """Values with the branch of the union they take; the schema has no null, so what is null is left out."""
    return {
        str(key): ("string", value) if type(value) is str else _value(value)  # a call less for what most are
        for key, value in items.items()
        if value is not None
    }


def _value(value: Any) -> tuple[str, Any]:
    match value:
        case bool():
            return "string", str(value)
        case int() if _LEAST_LONG <= value <= _LARGEST_LONG:
            return "long", int(value)
        case float():
            return "double", value
        case bytes():
            return "bytes", value
        case str() | int() | UUID():
            return "string", str(value)
        case _:
            return "bytes", encode(value)
