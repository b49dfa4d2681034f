"""Stored events as encoded records of a Capture file.

Most events are written from their bytes: nothing is annotated but their place and a key, and they are of an ordinary
form (`amqp/ordinary.py`). Of any other `records.record` is encoded. Both ways give the same bytes.
"""

import io
from collections.abc import Iterable, Iterator
from functools import lru_cache

import fastavro

from local_azure.amqp.message import Message
from local_azure.amqp.ordinary import ordinary, short_texts
from local_azure.event_hubs.capture.container import PARSED, long
from local_azure.event_hubs.capture.records import Values, named, record, time_text, values_of
from local_azure.event_hubs.events import stamped_place
from local_azure.event_hubs.store import row_id

_LONG, _STRING = long(0), long(2)
"""Branches of the union of a property's values."""
_LENGTHS = [long(length) for length in range(256)]
_BODY, _END = long(1), long(0)
_MAP = next(field["type"] for field in PARSED["fields"] if field["name"] == "Properties")
_LONGEST_ALIKE = 512
_PLACE = 3
"""Annotations of an event that tell its place."""


def _text(text: bytes) -> bytes:
    return long(len(text)) + text


_SEQUENCE = _text(b"x-opt-sequence-number") + _LONG
_OFFSET = _text(b"x-opt-offset") + _STRING
_TIME = _text(b"x-opt-enqueued-time") + _LONG


def encoded_records(rows: Iterable[tuple[int, bytes]], partition: int) -> Iterator[bytes]:
    """The records of stored events, given as row ids and messages."""
    base = row_id(partition, 0)
    for row, message in rows:
        yield encoded(row - base, message)


def encoded(sequence: int, stored: bytes) -> bytes:
    """The record of one event. Raises DecodeError for one that `events.accept_event` would not have taken."""
    place = stamped_place(stored)
    parts = ordinary(stored, place.behind) if place else None
    if place is None or parts is None:
        return encoded_plainly(sequence, stored)
    number, offset = long(sequence), _LENGTHS[len(place.offset)] + place.offset
    text, time = _moment(place.time_ms)
    count, system = _system(parts.properties, place.key)
    properties = _properties(parts.application) if parts.application else _END
    size = long(len(parts.body))
    # fmt: off
    return b"".join((
        number, offset, text,
        count, _SEQUENCE, number, _OFFSET, offset, time, system,
        properties,
        _BODY, size, parts.body,
    ))
    # fmt: on


def encoded_plainly(sequence: int, stored: bytes) -> bytes:
    """The same of an event of any form."""
    file = io.BytesIO()
    fastavro.schemaless_writer(file, PARSED, record(sequence, Message(stored)))  # pyright: ignore[reportUnknownMemberType]
    return file.getvalue()


@lru_cache(maxsize=64)
def _moment(time_ms: int) -> tuple[bytes, bytes]:
    """An enqueued time, which events of a batch share: its text, and the system property."""
    return _text(time_text(time_ms).encode()), _TIME + long(time_ms)


def _system(properties: bytes, key: bytes) -> tuple[bytes, bytes]:
    """The number of system properties, and those that follow on the place."""
    return (_system_alike if len(properties) <= _LONGEST_ALIKE else _system_of)(properties, key)


def _system_of(properties: bytes, key: bytes) -> tuple[bytes, bytes]:
    values: Values = {"x-opt-partition-key": ("string", key.decode())} if key else {}
    if properties:
        values |= named(properties)
    # A map begins with its length, of which 14 take a byte as none do.
    return long(_PLACE + len(values)), _map(values)[1:] if values else _END


_system_alike = lru_cache(maxsize=256)(_system_of)


def _properties(application: bytes) -> bytes:
    texts = short_texts(application)
    names = texts[::2] if texts else []
    if not texts or len(set(names)) != len(names):  # of a name that comes twice the last one counts
        return _map(values_of(Message(application).application_properties()))
    entries = texts.copy()
    entries[::2], entries[1::2] = map(_name, names), map(_value, texts[1::2])
    return b"".join((_LENGTHS[len(names)], *entries, _END))


def _map(values: Values) -> bytes:
    file = io.BytesIO()
    fastavro.schemaless_writer(file, _MAP, values)  # pyright: ignore[reportUnknownMemberType]
    return file.getvalue()


@lru_cache(maxsize=1_024)
def _name(text: bytes) -> bytes:
    """Most texts of an event stand in others too."""
    return _LENGTHS[text[0]] + text[1:]


@lru_cache(maxsize=1_024)
def _value(text: bytes) -> bytes:
    return _STRING + _LENGTHS[text[0]] + text[1:]
