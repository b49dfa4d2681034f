"""A message on its way out: the header and the annotations that the broker writes, around what the client wrote.

Source: "AMQP 1.0 in Azure Service Bus protocol guide" (Microsoft Learn), table of the broker's annotations.
"""

import struct

from local_azure.amqp.encode import described, encode, int32, long, timestamp, ubyte, uint
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.service_bus.envelope import Envelope
from local_azure.amqp.service_bus.messages import Lock, Message
from local_azure.amqp.values import Encoded, Symbol

_ENQUEUED = encode(Symbol("x-opt-enqueued-time"))
_SEQUENCE = encode(Symbol("x-opt-sequence-number"))
_ORIGIN = encode(Symbol("x-opt-enqueue-sequence-number"))
_STATE = encode(Symbol("x-opt-message-state"))
_LOCKED_UNTIL = encode(Symbol("x-opt-locked-until"))
_SOURCE = encode(Symbol("x-opt-deadletter-source"))
_MAP = struct.Struct(">BII")
_LONGEST = 0xFFFF_FFFF
"""Milliseconds: a longer time to live does not fit into a header and is left out."""


def encoded(message: Message, lock: Lock | None = None) -> bytes:
    """The whole message as a receiver gets it; with a lock it tells until when it is held."""
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
    return b"".join((header, envelope.delivery_annotations, _annotations(message, lock, envelope), envelope.rest))


def _annotations(message: Message, lock: Lock | None, envelope: Envelope) -> bytes:
    parts = [
        _ENQUEUED,
        timestamp(message.enqueued),
        _SEQUENCE,
        long(message.sequence),
        _ORIGIN,
        long(message.origin),
        _STATE,
        int32(message.state),
    ]
    if lock:
        parts += [_LOCKED_UNTIL, timestamp(lock.until)]
    if message.source:
        parts += [_SOURCE, encode(message.source)]
    body = b"".join((*parts, envelope.annotations))
    count = len(parts) + 2 * envelope.annotation_count
    return described(SectionCode.MESSAGE_ANNOTATIONS, Encoded(_MAP.pack(0xD1, len(body) + 4, count) + body))
