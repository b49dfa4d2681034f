"""An event as a record of a Capture file, in the documented schema.

`EnqueuedTimeUtc` has whole seconds (`M/d/yyyy h:mm:ss tt`), so the exact time stands in the system properties as
`x-opt-enqueued-time`, in milliseconds since 1970. Unverified against a real file: that time's text, and how a
boolean property is written (here: the strings `True` and `False`, as .NET's).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from local_azure.amqp.bodies import body_of, plain
from local_azure.amqp.encode import encode
from local_azure.amqp.message import Message
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Char, DecimalBits

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


def record(sequence: int, message: Message) -> Record:
    """One event. Its annotations are those that the broker has set, with what the client added."""
    annotations = message.annotations()
    return {
        "SequenceNumber": sequence,
        "Offset": annotations["x-opt-offset"],
        "EnqueuedTimeUtc": time_text(annotations["x-opt-enqueued-time"]),
        "SystemProperties": values_of(annotations) | _named(message),
        "Properties": values_of(message.application_properties()),
        "Body": body_of(message),
    }


def _named(message: Message) -> Values:
    section = message.section(SectionCode.PROPERTIES)
    return named(message.data[section.start : section.end]) if section else {}


def named(section: bytes) -> Values:
    """The properties that AMQP names, as system properties of a record; those of many events are alike."""
    return _named_alike(section) if len(section) <= _LONGEST_ALIKE else _properties_of(section)


@lru_cache(maxsize=256)
def _named_alike(section: bytes) -> Values:
    return _properties_of(section)


def _properties_of(section: bytes) -> Values:
    properties = Message(section).properties()
    return values_of({name.replace("_", "-"): getattr(properties, name) for name in properties.__struct_fields__})


def time_text(milliseconds: int) -> str:
    """A moment as .NET writes it in the invariant culture's short way, for example `7/4/2026 3:05:09 PM`."""
    return _second_text(milliseconds // 1_000)


@lru_cache(maxsize=64)
def _second_text(seconds: int) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    half = "AM" if at.hour < 12 else "PM"
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {half}"


def values_of(items: Mapping[Any, Any]) -> Values:
    """Values with the branch of the union they take; the schema has no null, so what is null is left out."""
    return {
        str(key): ("string", value) if type(value) is str else _value(value)  # a call less for what most are
        for key, value in items.items()
        if value is not None
    }


def _value(value: Any) -> tuple[str, Any]:
    match value:
        case bool() | str() | UUID():
            return "string", str(value)
        case Char() | DecimalBits():
            return "string", str(plain(value))
        case int():
            return ("long", int(value)) if _LEAST_LONG <= value <= _LARGEST_LONG else ("string", str(value))
        case float():
            return "double", value
        case bytes():
            return "bytes", value
        case _:
            return "bytes", encode(value)
