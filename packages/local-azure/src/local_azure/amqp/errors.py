"""AMQP errors: what a peer is told, with the conditions of the standard and those of Azure.

Sources: AMQP 1.0 part 2 section 2.8, and "AMQP errors" of Azure Service Bus and Event Hubs (Microsoft Learn).
"""

from enum import StrEnum


class Condition(StrEnum):
    """The symbol that names what went wrong. SDKs decide by it whether to retry."""

    INTERNAL_ERROR = "amqp:internal-error"
    NOT_FOUND = "amqp:not-found"
    DECODE_ERROR = "amqp:decode-error"
    RESOURCE_LIMIT_EXCEEDED = "amqp:resource-limit-exceeded"
    NOT_ALLOWED = "amqp:not-allowed"
    INVALID_FIELD = "amqp:invalid-field"
    NOT_IMPLEMENTED = "amqp:not-implemented"
    ILLEGAL_STATE = "amqp:illegal-state"
    CONNECTION_FORCED = "amqp:connection:forced"
    FRAMING_ERROR = "amqp:connection:framing-error"
    HANDLE_IN_USE = "amqp:session:handle-in-use"
    UNATTACHED_HANDLE = "amqp:session:unattached-handle"
    MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded"
    LINK_STOLEN = "amqp:link:stolen"
    DETACH_FORCED = "amqp:link:detach-forced"

    ARGUMENT_ERROR = "com.microsoft:argument-error"
    ARGUMENT_OUT_OF_RANGE = "com.microsoft:argument-out-of-range"
    MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
    MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
    SERVER_BUSY = "com.microsoft:server-busy"


class AmqpError(Exception):
    """A refusal with its condition. Where it is raised tells what ends.

    From an entity's `attach`: the link. From `on_message`: that one delivery is rejected. From the transport itself
    the subclass tells: `LinkError`, `SessionError` or `PeerError` (the connection).
    """

    def __init__(self, condition: Condition, description: str) -> None:
        super().__init__(f"{condition}: {description}")
        self.condition = condition
        self.description = description


class LinkError(AmqpError):
    """Detaches the link that it is about."""


class SessionError(AmqpError):
    """Ends the session."""


class PeerError(AmqpError):
    """Closes the connection: what the peer sent cannot be understood or is more than it may send."""


class DecodeError(PeerError):
    """Bytes that are not an AMQP value, or one that is larger or deeper than the limits."""

    def __init__(self, description: str) -> None:
        super().__init__(Condition.DECODE_ERROR, description)


def store_failed(description: str) -> AmqpError:
    """The refusal of a broker that can store nothing any more; the client may try again later."""
    return AmqpError(Condition.INTERNAL_ERROR, description)
