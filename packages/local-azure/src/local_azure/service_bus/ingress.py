"""A message on its way in: what a client may send to a queue, and what the queue has to know of it."""

from typing import Any
from uuid import UUID

from local_azure.amqp.decode import decode
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.limits import MAX_PROPERTIES_BYTES, MAX_PROPERTY_BYTES, MAX_SERVICE_BUS_MESSAGE_BYTES
from local_azure.amqp.message import Message
from local_azure.amqp.sections import SectionCode
from local_azure.service_bus.envelope import Envelope
from local_azure.service_bus.messages import LATEST, Submission

MAX_MESSAGE_ID = 128
_LONGEST_TTL = 0xFFFF_FFFF
"""Milliseconds, 49.7 days: what a header can tell. A longer life stands in the properties."""


def submission(data: bytes) -> Submission:
    """An encoded message as a queue takes it.

    Raises AmqpError with a condition that says what is wrong: malformed, too large, properties, a message id or
    a time that cannot be.
    """
    if len(data) > MAX_SERVICE_BUS_MESSAGE_BYTES:
        raise AmqpError(
            Condition.MESSAGE_SIZE_EXCEEDED,
            f"The message of {len(data)} bytes exceeds the limit of {MAX_SERVICE_BUS_MESSAGE_BYTES} bytes.",
        )
    message = Message(data)
    _check_properties(message)
    envelope = Envelope.seal(message)
    return Submission(
        payload=envelope.pack(),
        message_id=_message_id(message.properties().message_id),
        time_to_live=_time_to_live(message),
        scheduled=_scheduled(message),
    )


def _check_properties(message: Message) -> None:
    """Azure refuses such properties, too (azure-sdk-for-net 15325), with a text that does not say why."""
    section = message.section(SectionCode.APPLICATION_PROPERTIES)
    size = section.end - section.start if section else 0
    if size <= MAX_PROPERTY_BYTES:
        return
    for key, value in message.application_property_pairs():
        if len(value) > MAX_PROPERTY_BYTES:
            name = str(decode(key)[0])[:64]
            raise AmqpError(
                Condition.ARGUMENT_ERROR,
                f"The application property {name!r} of {len(value)} bytes exceeds the limit of {MAX_PROPERTY_BYTES}.",
            )
    if size > MAX_PROPERTIES_BYTES:
        raise AmqpError(
            Condition.ARGUMENT_ERROR,
            f"The application properties of {size} bytes exceed the limit of {MAX_PROPERTIES_BYTES} together.",
        )


def _time_to_live(message: Message) -> int | None:
    """From the header; a client that wants more than it can tell writes its maximum, and two times that say the rest.

    absolute-expiry-time is ignored otherwise: the header is observed ("AMQP 1.0 in Azure Service Bus protocol guide").
    """
    # Zero is what clients write that have no opinion.
    ttl = message.header().ttl or None
    if ttl != _LONGEST_TTL:
        return ttl
    properties = message.properties()
    expiry, creation = properties.absolute_expiry_time, properties.creation_time
    return ttl if expiry is None or creation is None else max(ttl, expiry - creation)


def _scheduled(message: Message) -> int | None:
    moment: Any = message.annotations().get("x-opt-scheduled-enqueue-time")
    if moment is None:
        return None
    if not isinstance(moment, int) or not 0 <= moment <= LATEST:
        raise AmqpError(Condition.ARGUMENT_ERROR, "x-opt-scheduled-enqueue-time must be a timestamp")
    return moment


def _message_id(value: Any) -> str | None:
    """As duplicate detection compares it: ids of different types are different."""
    match value:
        case None:
            return None
        case str():
            text = str(value)
        case bytes():
            text = f"binary:{value.hex()}"
        case int() | UUID():
            text = f"{type(value).__name__}:{value}"
        case _:
            raise AmqpError(Condition.ARGUMENT_ERROR, "a message id is a string, a number, a uuid or binary")
    if isinstance(value, str | bytes) and len(value) > MAX_MESSAGE_ID:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"The message id is longer than {MAX_MESSAGE_ID} characters.")
    return text
