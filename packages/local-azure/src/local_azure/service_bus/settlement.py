"""What a receiver decides about a message, from an AMQP outcome to an action of the queue.

    accepted                    complete
    released                    give back, not counted
    modified                    abandon; with undeliverable-here defer; its annotations are properties to modify
    rejected                    dead-letter; its error's info holds the reason and properties to modify

Source: "Message transfers, locks, and settlement" and the protocol guide (Microsoft Learn); azure-servicebus.
"""

from collections.abc import Mapping
from typing import Any

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.outcomes import ACCEPTED, REJECTED, RELEASED, Accepted, Modified, Outcome, Rejected, modified
from local_azure.amqp.values import Encoded
from local_azure.service_bus.queue import Queue

REASON, DESCRIPTION = "DeadLetterReason", "DeadLetterErrorDescription"
MAX_REASON = 4_096
"""Characters of a dead letter's reason and of its description."""


def settle(queue: Queue, token: bytes, outcome: Outcome | None) -> Encoded:
    """Do what the outcome says; gives the outcome to confirm. Raises QueueError or AmqpError and changes nothing."""
    match outcome:
        case Accepted():
            queue.complete(token)
            return ACCEPTED
        case Modified():
            act = queue.defer if outcome.undeliverable_here else queue.abandon
            act(token, named(outcome.message_annotations))
            return modified(outcome)
        case Rejected():
            error = outcome.reason()
            dead_letter(queue, token, named(error.info) if error else {})
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


def named(properties: Mapping[Any, Any] | None) -> dict[str, Any]:
    """A client's map as properties. Raises AmqpError if a name is no text."""
    if properties is None:
        return {}
    if not all(isinstance(name, str) for name in properties):
        raise AmqpError(Condition.ARGUMENT_ERROR, "the names of properties must be strings or symbols")
    return {str(name): value for name, value in properties.items()}


def _text(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_REASON:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"{name} must be a string of at most {MAX_REASON} characters")
    return str(value)
