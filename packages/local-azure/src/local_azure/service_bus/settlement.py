"""A receiver's decision about a message, from an AMQP outcome to an action of the queue.

    accepted                    complete
    released                    give back, not counted
    modified                    abandon; with undeliverable-here defer; its annotations are properties to modify
    rejected                    dead-letter; its error's info holds the reason and properties to modify

Source: "Message transfers, locks, and settlement" and the protocol guide (Microsoft Learn); azure-servicebus.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local_azure.amqp.decode import decode
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.outcomes import (
    ACCEPTED,
    REJECTED,
    RELEASED,
    Accepted,
    Modified,
    Outcome,
    Rejected,
    modified,
    properties_of,
)
from local_azure.amqp.values import Encoded
from local_azure.service_bus.queue import Queue

REASON, DESCRIPTION = "DeadLetterReason", "DeadLetterErrorDescription"
_NULL = b"\x40"
MAX_REASON = 4_096
"""Characters of a dead letter's reason and of its description."""


def settle(queue: Queue, token: bytes, outcome: Outcome | None, state: Encoded | None) -> Encoded:
    """Do what the outcome says, which is encoded in `state`; gives the outcome to confirm.

    Raises QueueError or AmqpError and changes nothing.
    """
    match outcome:
        case Accepted():
            queue.complete(token)
            return ACCEPTED
        case Modified():
            act = queue.defer if outcome.undeliverable_here else queue.abandon
            state = state or Encoded(_NULL)
            act(token, named(properties_of(state, outcome)))
            return modified(outcome, state)
        case Rejected():
            dead_letter(queue, token, named(properties_of(state or Encoded(_NULL), outcome)))
            return REJECTED
        case None:
            raise AmqpError(Condition.NOT_IMPLEMENTED, "transactions are not supported here")
        case _:
            queue.release(token)
            return RELEASED


def dead_letter(queue: Queue, token: bytes, properties: Mapping[str, Any]) -> None:
    """Dead-letter with what the client says about it: the reason and its description are among the properties."""
    rest = {name: value for name, value in properties.items() if name not in {REASON, DESCRIPTION}}
    queue.dead_letter(token, _text(properties, REASON), _text(properties, DESCRIPTION), rest)


def named(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, Encoded]:
    """A client's map as properties, each value encoded as it came, so that it keeps its type.

    Raises AmqpError if a name is not text.
    """
    properties: dict[str, Encoded] = {}
    for key, value in pairs:
        name, _ = decode(key)
        if not isinstance(name, str):
            raise AmqpError(Condition.ARGUMENT_ERROR, "the names of properties must be strings or symbols")
        properties[str(name)] = Encoded(value)
    return properties


def _text(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    if isinstance(value, Encoded):
        value, _ = decode(value)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_REASON:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"{name} must be a string of at most {MAX_REASON} characters")
    return str(value)
