"""Events on their way in: what the broker keeps of them, and the annotations that only it may set."""

import struct
from functools import lru_cache
from typing import NamedTuple

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import encode
from local_azure.amqp.errors import AmqpError, Condition, DecodeError
from local_azure.amqp.message import Message
from local_azure.amqp.ordinary import ordinary, short_texts
from local_azure.amqp.sections import SectionCode, data_bytes
from local_azure.amqp.values import Symbol

PARTITION_KEY = Symbol("x-opt-partition-key")
MAX_KEY_LENGTH = 128
_SYSTEM = frozenset(
    (
        "x-opt-sequence-number",
        "x-opt-offset",
        "x-opt-enqueued-time",
        "x-opt-partition-key",
        "x-opt-partition-id",
        "x-opt-publisher",
    )
)
_SEQUENCE = encode(Symbol("x-opt-sequence-number")) + b"\x81"
_OFFSET = encode(Symbol("x-opt-offset")) + b"\xa1"
_TIME = encode(Symbol("x-opt-enqueued-time")) + b"\x83"
_KEY = encode(PARTITION_KEY)
_SHORT_KEY = _KEY + b"\xa1"
_SHORT_ANNOTATIONS = b"\x00\x53\x72\xc1"
_LONGEST_ALIKE = 512
_LONG = struct.Struct(">q")
_SECTION = struct.Struct(">4sII")
_OFFSET_AT = _SECTION.size + len(_SEQUENCE) + _LONG.size + len(_OFFSET)


class Event(NamedTuple):
    """An event without its place: its key, the annotations it brought along, and the sections from properties on."""

    key: str | None
    annotations: bytes
    annotation_count: int
    tail: bytes


def accept_event(message: bytes) -> Event:
    """Check a message and strip what a client may not set. Raises AmqpError if it cannot be read.

    The header and the delivery annotations end here: they are about the hop from the client. Annotations that the
    broker sets are dropped whoever sent them; the partition key is kept as the event's key.
    """
    at = _behind_annotations(message)
    parts = ordinary(message, at)
    if parts is None:
        return accept_plainly(message)
    if parts.properties:
        _validate_properties(parts.properties)
    if parts.application:
        _validate_application(parts.application)
    if not at:
        return Event(None, b"", 0, message)
    return Event(*_annotations_alike(message[:at]), message[at:])


def accept_plainly(message: bytes) -> Event:
    """The same for a message of any form."""
    view = Message(message)
    _validate(view)
    if not view.sections or view.sections[-1].code < SectionCode.DATA:
        raise DecodeError("an event needs a body")
    return Event(*_annotations(view), view.from_properties_on())


def _behind_annotations(message: bytes) -> int:
    """The end of the annotations with which a message begins; 0 if it does not, or they are long."""
    return 5 + message[4] if message.startswith(_SHORT_ANNOTATIONS) and len(message) > 4 else 0


def _annotations(view: Message) -> tuple[str | None, bytes, int]:
    """The first three of an `Event`."""
    kept = [pair for pair in view.annotation_pairs() if decode(pair[0])[0] not in _SYSTEM]
    return partition_key(view), b"".join(map(b"".join, kept)), 2 * len(kept)


@lru_cache(maxsize=256)
def _annotations_alike(section: bytes) -> tuple[str | None, bytes, int]:
    """Those of a section, which is that of all events of a partition key."""
    return _annotations(Message(section))


def _validate(view: Message) -> None:
    """Raise DecodeError for what no receiver could read."""
    for section in view.sections:
        if section.code == SectionCode.DATA:
            data_bytes(view.data, section)
        elif section.code == SectionCode.PROPERTIES:
            _validate_properties(view.data[section.start : section.end])
        else:
            view.validate_section(SectionCode(section.code))


def _validate_properties(section: bytes) -> None:
    if len(section) <= _LONGEST_ALIKE:
        _validate_alike(section)
    else:
        Message(section).validate()


@lru_cache(maxsize=256)
def _validate_alike(section: bytes) -> None:
    """Those of most events of a sender are alike."""
    Message(section).validate()


def _validate_application(section: bytes) -> None:
    texts = short_texts(section)
    if texts is None or not b"".join(texts).isascii():
        Message(section).validate()


def partition_key(message: Message) -> str | None:
    """The partition key among a message's annotations. Raises AmqpError if it is too long or no text."""
    key = message.annotations().get(PARTITION_KEY)
    if key is None:
        return None
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_LENGTH:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"a partition key is a text of 1 to {MAX_KEY_LENGTH} characters")
    return key


def stamp(event: Event, key: str | None, sequence: int, offset: int, time_ms: int) -> bytes:
    """The event as it is stored and sent: with the annotations that tell its place in the partition."""
    digits = b"%d" % offset
    place = b"".join(
        (_SEQUENCE, _LONG.pack(sequence), _OFFSET, bytes((len(digits),)), digits, _TIME, _LONG.pack(time_ms))
    )
    count = 6 + event.annotation_count
    if key is not None:
        place += _KEY + encode(key)
        count += 2
    size = len(place) + len(event.annotations) + 4
    return _SECTION.pack(b"\x00\x53\x72\xd1", size, count) + place + event.annotations + event.tail


class Place(NamedTuple):
    """The annotations that the broker has set on an event, as text; `key` is empty without one.

    `behind` is the index behind them.
    """

    offset: bytes
    time_ms: int
    key: bytes
    behind: int


def stamped_place(stored: bytes) -> Place | None:
    """The place of an event as `stamp` wrote it; None if it has a long key, or annotations of its client as well."""
    count = _SECTION.unpack_from(stored)[2]
    if count not in (6, 8):
        return None
    start = _OFFSET_AT + 1
    end = start + stored[_OFFSET_AT]
    time = end + len(_TIME)
    behind = time + _LONG.size
    key = b""
    if count == 8:
        if not stored.startswith(_SHORT_KEY, behind):
            return None
        at = behind + len(_SHORT_KEY) + 1
        behind = at + stored[at - 1]
        key = stored[at:behind]
    return Place(stored[start:end], _LONG.unpack_from(stored, time)[0], key, behind)
