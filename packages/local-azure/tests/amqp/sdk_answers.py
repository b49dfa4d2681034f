"""Asks an event that was read at once, and the same event as Microsoft's client reads it, all that one can ask."""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import importlib
from collections.abc import Callable
from operator import attrgetter, methodcaller
from typing import Any

from azure.eventhub import EventData

from local_azure.amqp.bodies import received_body
from local_azure.amqp.sdk_events import ReceivedEvent, read_event
from local_azure.amqp.sdk_types import complete

complete("azure.eventhub")
QUESTIONS: tuple[Callable[[Any], Any], ...] = (
    *map(attrgetter, ("sequence_number", "offset", "enqueued_time", "partition_key", "properties", "body_type")),
    *map(attrgetter, ("system_properties", "content_type", "correlation_id", "message_id", "raw_amqp_message.footer")),
    methodcaller("body_as_str"),
    received_body,
)


def answers(event: EventData) -> list[Any]:
    """All that one can ask of an event, with types, since Python takes 1, True and 1.0 for the same."""
    return [answer(question, event) for question in QUESTIONS]


def answer(question: Callable[[Any], Any], event: EventData) -> Any:
    try:
        return typed(question(event))
    except Exception as error:  # noqa: BLE001 - an answer, too
        return type(error)


def typed(value: Any) -> Any:
    if isinstance(value, dict):
        return [(typed(key), typed(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [typed(each) for each in value]
    return type(value).__name__, repr(value)


def by_the_sdk(message: bytes) -> EventData:
    decoder: Any = importlib.import_module("azure.eventhub._pyamqp._decode")
    return EventData._from_message(decoder.decode_payload(memoryview(message)))


def alike(message: bytes) -> bool:
    """The same answers, or the same error. A section that nobody asks for may be one that the SDK cannot read."""
    try:
        expected = answers(by_the_sdk(message))
    except Exception as error:  # noqa: BLE001 - whatever it is
        return outcome(message) in {type(error), ReceivedEvent}
    return answers(read_event(message)) == expected


def outcome(message: bytes) -> type:
    try:
        return type(read_event(message))
    except Exception as error:  # noqa: BLE001 - whatever it is
        return type(error)
