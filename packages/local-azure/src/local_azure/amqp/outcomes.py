"""Outcomes: what became of a delivery, as bytes to send and as values to decide by.

Source: AMQP 1.0 part 3 section 3.4 (delivery states).
"""

from typing import Any

import msgspec

from local_azure.amqp.encode import described
from local_azure.amqp.errors import AmqpError, Condition, PeerError
from local_azure.amqp.spans import elements, pairs
from local_azure.amqp.values import Described, Encoded, Symbol

_ERROR = 0x1D
_ANNOTATIONS = _INFO = 2
"""Places in a modified outcome and in an error."""
Map = dict[Any, Any]


class ErrorValue(msgspec.Struct, array_like=True, frozen=True):
    """An AMQP error as a peer stated it."""

    condition: str
    description: str | None = None
    info: Map | None = None


class Accepted(msgspec.Struct, array_like=True, frozen=True):
    """Done with."""


class Rejected(msgspec.Struct, array_like=True, frozen=True):
    """Cannot be processed, for the reason given."""

    error: Any = None

    def reason(self) -> ErrorValue | None:
        """The error inside, if there is a well-formed one."""
        if not isinstance(self.error, Described):
            return None
        try:
            return msgspec.convert(self.error.value, ErrorValue)
        except msgspec.ValidationError:
            return None


class Released(msgspec.Struct, array_like=True, frozen=True):
    """Not processed and not counted as an attempt."""


class Modified(msgspec.Struct, array_like=True, frozen=True):
    """Not processed; counted as an attempt, perhaps not to be sent here again, with annotations to add."""

    delivery_failed: bool | None = None
    undeliverable_here: bool | None = None
    message_annotations: Map | None = None


Outcome = Accepted | Rejected | Released | Modified
_OUTCOMES: dict[Any, type[Outcome]] = {
    0x24: Accepted,
    0x25: Rejected,
    0x26: Released,
    0x27: Modified,
    Symbol("amqp:accepted:list"): Accepted,
    Symbol("amqp:rejected:list"): Rejected,
    Symbol("amqp:released:list"): Released,
    Symbol("amqp:modified:list"): Modified,
}

ACCEPTED = described(0x24, [])
REJECTED = described(0x25, [None])
RELEASED = described(0x26, [])


def parse_outcome(state: Any) -> Outcome | None:
    """The outcome that a disposition carries; None if it carries no final one. Raises PeerError if malformed."""
    if not isinstance(state, Described) or not isinstance(state.descriptor, int | str):
        return None
    kind = _OUTCOMES.get(state.descriptor)
    if kind is None:
        return None
    try:
        return msgspec.convert(state.value, kind)
    except msgspec.ValidationError as error:
        raise PeerError(Condition.INVALID_FIELD, f"outcome: {error}") from error


def error_value(error: AmqpError) -> Encoded:
    """An AMQP error as a value, all three fields present."""
    return described(_ERROR, [Symbol(error.condition), error.description, None])


def rejected(error: AmqpError) -> Encoded:
    """The outcome of a delivery that was refused, with the reason."""
    return described(0x25, [error_value(error)])


def modified(outcome: Modified, state: Encoded) -> Encoded:
    """A modified outcome to send back, all fields present, with the annotations as the client encoded them."""
    fields = elements(state)
    annotations = Encoded(fields[_ANNOTATIONS]) if len(fields) > _ANNOTATIONS else None
    return described(0x27, [outcome.delivery_failed, outcome.undeliverable_here, annotations])


def properties_of(state: Encoded, outcome: Modified | Rejected) -> list[tuple[bytes, bytes]]:
    """The properties that a receiver adds, as encoded keys and values."""
    fields = elements(state)
    if isinstance(outcome, Modified):
        return pairs(fields[_ANNOTATIONS]) if len(fields) > _ANNOTATIONS else []
    error = elements(fields[0]) if outcome.reason() else []
    return pairs(error[_INFO]) if len(error) > _INFO else []


def stated(state: Encoded | None) -> Encoded:
    """An outcome as a client stated it, to be sent back; released if it stated none."""
    return RELEASED if state is None else state
