"""Events on their way in: what the broker keeps of them, and the annotations that only it may set."""

import struct
from typing import NamedTuple

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import encode
from local_azure.amqp.errors import AmqpError, Condition, DecodeError
from local_azure.amqp.message import Message
from local_azure.amqp.sections import SectionCode
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
_LONG = struct.Struct(">q")
_SECTION = struct.Struct(">4sII")


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
    view = Message(message)
    view.validate()
    if not view.sections or view.sections[-1].code < SectionCode.DATA:
        raise DecodeError("an event needs a body")
    pairs = view.annotation_pairs()
    kept = [pair for pair in pairs if decode(pair[0])[0] not in _SYSTEM]
    key = partition_key(view) if pairs else None
    return Event(key, b"".join(map(b"".join, kept)), 2 * len(kept), view.from_properties_on())


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
