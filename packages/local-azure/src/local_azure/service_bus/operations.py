"""The bodies of management requests, checked before anything is done about them.

Source: "AMQP 1.0 in Azure Service Bus: request-response-based operations" (Microsoft Learn), and azure-servicebus.
"""

from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec

from local_azure.amqp.errors import AmqpError, Condition

MAX_AT_ONCE = 1_000
"""Locks, messages or sequence numbers in one request."""

LockTokens = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]
SequenceNumbers = Annotated[list[int], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]
T = TypeVar("T", bound=msgspec.Struct)


class RenewLock(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:renew-lock`"""

    lock_tokens: LockTokens


class PeekMessage(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:peek-message`"""

    from_sequence_number: int
    message_count: Annotated[int, msgspec.Meta(ge=1)]
    session_id: None = None


class EncodedMessage(msgspec.Struct, frozen=True, rename="kebab"):
    """One message of a schedule request; what else clients write beside it stands in the message too."""

    message: bytes


class ScheduleMessage(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:schedule-message`"""

    messages: Annotated[list[EncodedMessage], msgspec.Meta(min_length=1, max_length=MAX_AT_ONCE)]


class CancelScheduledMessage(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:cancel-scheduled-message`"""

    sequence_numbers: SequenceNumbers


class ReceiveBySequenceNumber(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:receive-by-sequence-number`; settle mode 0 (first) removes the messages, 1 (second) locks them."""

    sequence_numbers: SequenceNumbers
    receiver_settle_mode: Literal[0, 1] = 1
    session_id: None = None


class UpdateDisposition(msgspec.Struct, frozen=True, rename="kebab"):
    """`com.microsoft:update-disposition`"""

    disposition_status: Literal["completed", "abandoned", "defered", "suspended", "unlocked"]
    lock_tokens: LockTokens
    deadletter_reason: str | None = None
    deadletter_description: str | None = None
    properties_to_modify: dict[Any, Any] | None = None
    session_id: None = None


def parse(body: Any, kind: type[T]) -> T:
    """The body of a request. Raises AmqpError that names the field at fault."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise AmqpError(Condition.ARGUMENT_ERROR, f"The request is malformed: {error}") from error
