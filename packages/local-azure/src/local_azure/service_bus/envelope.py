"""A message as a queue keeps it: what the client wrote, cut so that the broker's own words can be put around it.

The properties (except for the expiry), application properties (except for the form of decimals), body and footer are
kept byte for byte. Annotations that are the broker's own are dropped on the way in, so that nobody can forge a sequence
number or a lock.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.message import Message, map_section, pair
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.service_decimals import rewritten
from local_azure.amqp.spans import elements
from local_azure.amqp.values import Encoded

_BROKERS_OWN = {
    "x-opt-enqueued-time",
    "x-opt-sequence-number",
    "x-opt-enqueue-sequence-number",
    "x-opt-message-state",
    "x-opt-locked-until",
    "x-opt-lock-token",
    "x-opt-deadletter-source",
    "x-opt-partition-id",
}
_FRONT = struct.Struct(">BBIIII")
_UNSET = 0xFF
_PROPERTIES, _EXPIRY = 13, 8


class Pairs(NamedTuple):
    """Entries of a map, encoded one after the other."""

    number: int
    encoded: bytes


class Envelope(NamedTuple):
    """A stored payload; `rest` is everything from the properties on."""

    durable: bool | None
    priority: int | None
    delivery_annotations: Pairs
    annotations: Pairs
    rest: bytes

    @classmethod
    def seal(cls, message: Message) -> "Envelope":
        """Cut a message that a client has sent. Raises DecodeError if it is malformed."""
        message.validate()
        header = message.header()
        return cls(
            header.durable,
            header.priority,
            _clients_own(message.delivery_annotation_pairs()),
            _clients_own(message.annotation_pairs()),
            _from_properties_on(message),
        )

    def pack(self) -> bytes:
        """As it is stored."""
        front = _FRONT.pack(
            _UNSET if self.durable is None else self.durable,
            _UNSET if self.priority is None else min(max(self.priority, 0), _UNSET - 1),
            self.delivery_annotations.number,
            len(self.delivery_annotations.encoded),
            self.annotations.number,
            len(self.annotations.encoded),
        )
        return b"".join((front, self.delivery_annotations.encoded, self.annotations.encoded, self.rest))

    @classmethod
    def unpack(cls, payload: bytes) -> "Envelope":
        """The parts of what `pack` has made."""
        durable, priority, hop_count, hop_size, count, size = _FRONT.unpack_from(payload)
        first = _FRONT.size + hop_size
        second = first + size
        return cls(
            None if durable == _UNSET else bool(durable),
            None if priority == _UNSET else priority,
            Pairs(hop_count, payload[_FRONT.size : first]),
            Pairs(count, payload[first:second]),
            payload[second:],
        )


def amend(payload: bytes, properties: Mapping[str, Any]) -> bytes:
    """A stored payload with these application properties set. Raises AmqpError for a value that AMQP cannot carry."""
    envelope = Envelope.unpack(payload)
    message = Message(envelope.rest)
    kept = [(key, value) for key, value in message.application_property_pairs() if decode(key)[0] not in properties]
    try:
        changed = [pair(str(name), value) for name, value in properties.items()]
    except (TypeError, struct.error, UnicodeEncodeError) as error:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"a property to modify cannot be kept: {error}") from error
    before = _section(message, SectionCode.PROPERTIES)
    section = rewritten(map_section(SectionCode.APPLICATION_PROPERTIES, [*kept, *changed]))
    rest = before + section + message.from_body_on()
    return envelope._replace(rest=rest).pack()


def _from_properties_on(message: Message) -> bytes:
    """From the properties on, byte for byte, except for what the broker decides.

    A message without an id gets one, as in the service: JavaScript's receiver insists. Its expiry is the broker's to
    tell, which writes it on the way out.
    """
    properties = message.properties()
    written = _section(message, SectionCode.APPLICATION_PROPERTIES)
    kept = rewritten(written)
    if kept == written and properties.message_id is not None and properties.absolute_expiry_time is None:
        return message.from_properties_on()
    section = _section(message, SectionCode.PROPERTIES)
    fields: list[Any] = [Encoded(field) for field in elements(section)] if section else []
    fields += [None] * (_PROPERTIES - len(fields))
    if properties.message_id is None:
        fields[0] = uuid4().hex
    fields[_EXPIRY] = None
    return described(SectionCode.PROPERTIES, fields) + kept + message.from_body_on()


def _section(message: Message, code: SectionCode) -> bytes:
    section = message.section(code)
    return message.data[section.start : section.end] if section else b""


def _clients_own(pairs: Iterable[tuple[bytes, bytes]]) -> Pairs:
    kept = [key + value for key, value in pairs if decode(key)[0] not in _BROKERS_OWN]
    return Pairs(len(kept), b"".join(kept))
