"""The engine's refusals as AMQP errors, with the conditions by which the SDKs choose their exceptions."""

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.service_bus.messages import (
    LockLostError,
    MessageNotFoundError,
    NotAllowedError,
    QueueError,
    TooLargeError,
)

_CONDITIONS: dict[type[QueueError], Condition] = {
    LockLostError: Condition.MESSAGE_LOCK_LOST,
    MessageNotFoundError: Condition.MESSAGE_NOT_FOUND,
    NotAllowedError: Condition.NOT_ALLOWED,
    TooLargeError: Condition.ARGUMENT_ERROR,
}
_STATUS = {Condition.MESSAGE_LOCK_LOST: 410, Condition.MESSAGE_NOT_FOUND: 404, Condition.NOT_IMPLEMENTED: 501}


def amqp_error(error: QueueError) -> AmqpError:
    """The error as the client is told it."""
    return AmqpError(_CONDITIONS[type(error)], str(error))


def status_of(error: AmqpError) -> int:
    """The HTTP-like status of a management reply that refuses."""
    return _STATUS.get(error.condition, 400)
