"""A message on its way out: the header and the annotations that the broker writes, around what the client wrote.

Source: "AMQP 1.0 in Azure Service Bus protocol guide" (Microsoft Learn), table of the broker's annotations.
"""

import struct

from local_azure.amqp.encode import described, encode, int32, long, timestamp, ubyte, uint
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.spans import elements, skip
from local_azure.amqp.values import Encoded, Symbol
from local_azure.service_bus.envelope import Envelope, Pairs
from local_azure.service_bus.messages import LATEST, Lock, MessageState, QueuedMessage

_ENQUEUED = encode(Symbol("x-opt-enqueued-time"))
_SEQUENCE = encode(Symbol("x-opt-sequence-number"))
_ORIGIN = encode(Symbol("x-opt-enqueue-sequence-number"))
_STATE = encode(Symbol("x-opt-message-state"))
_LOCKED_UNTIL = encode(Symbol("x-opt-locked-until"))
_LOCK_TOKEN = encode(Symbol("x-opt-lock-token"))
_SOURCE = encode(Symbol("x-opt-deadletter-source"))
_COMPOUND = struct.Struct(">BII")
_PROPERTIES = (b"\x00\x53\x73", b"\x00\x80\x00\x00\x00\x00\x00\x00\x00\x73")
_EXPIRY, _CREATION = 8, 9
_NULL = b"\x40"
_LONGEST = 0xFFFF_FFFF
"""Milliseconds: a longer time to live does not fit into a header and is left out."""


def encoded(message: QueuedMessage, lock: Lock | None = None) -> bytes:
    """The whole message as a receiver gets it; with a lock it tells its token, and until when it is held.

    The token is the delivery's tag too, but a message in a management reply has none: azure-servicebus 7.14 reads it
    from the annotation.
    """
    envelope = Envelope.unpack(message.payload)
    ttl = message.time_to_live
    header = described(
        SectionCode.HEADER,
        [
            envelope.durable,
            None if envelope.priority is None else ubyte(envelope.priority),
            None if ttl is None or ttl > _LONGEST else uint(ttl),
            None,
            uint(min(message.delivery_count, _LONGEST)),
        ],
    )
    hop = [_LOCK_TOKEN, _uuid(lock.token)] if lock else []
    return b"".join(
        (
            header,
            _map(SectionCode.DELIVERY_ANNOTATIONS, hop, envelope.delivery_annotations),
            _map(SectionCode.MESSAGE_ANNOTATIONS, _annotations(message, lock), envelope.annotations),
            _with_expiry(envelope.rest, message),
        )
    )


def _with_expiry(rest: bytes, message: QueuedMessage) -> bytes:
    """The client's sections, whose properties tell when the message expires: enqueued time plus the life that counts.

    absolute-expiry-time is "ignored on input, authoritative on output" (the protocol guide). .NET and JavaScript take
    the life from its distance to creation-time, so that becomes the enqueued time. What the client wrote as its expiry
    was dropped on the way in.
    """
    expires = message.expires
    if expires is None or not rest.startswith(_PROPERTIES):
        return rest
    fields = elements(rest)
    fields += [_NULL] * (_CREATION + 1 - len(fields))
    fields[_EXPIRY] = timestamp(min(expires, LATEST))
    fields[_CREATION] = timestamp(message.enqueued)
    body = b"".join(fields)
    section = b"\x00\x53\x73" + _COMPOUND.pack(0xD0, len(body) + 4, len(fields)) + body
    return section + rest[skip(rest, 0, len(rest)) :]


def _uuid(token: bytes) -> bytes:
    """A lock token as a UUID: .NET keeps the first three fields of one with the lowest byte first."""
    return b"\x98" + token[3::-1] + token[5:3:-1] + token[7:5:-1] + token[8:]


def _annotations(message: QueuedMessage, lock: Lock | None) -> list[bytes]:
    # As the service, by the annotations and sizes that Microsoft's test_message.py wants: an active message says
    # nothing of its state, and one that has never got another number nothing of its first one.
    parts = [_ENQUEUED, timestamp(message.enqueued), _SEQUENCE, long(message.sequence)]
    if message.origin != message.sequence:
        parts += [_ORIGIN, long(message.origin)]
    if message.state is not MessageState.ACTIVE:
        parts += [_STATE, int32(message.state)]
    if lock:
        parts += [_LOCKED_UNTIL, timestamp(lock.until)]
    if message.source:
        parts += [_SOURCE, encode(message.source)]
    return parts


def _map(code: SectionCode, ours: list[bytes], theirs: Pairs) -> bytes:
    """A section of our keys and values and of the client's. An empty one is told too, as the service does."""
    count = len(ours) + 2 * theirs.number
    body = b"".join((*ours, theirs.encoded))
    return described(code, Encoded(_COMPOUND.pack(0xD1, len(body) + 4, count) + body))
