"""`QUEUE/$management`: peek, schedule, cancel, renew, deferred messages, and settlement without the message's link."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import array
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.request_response import Reply, Request
from local_azure.amqp.spans import pairs
from local_azure.service_bus import operations
from local_azure.service_bus.egress import encoded
from local_azure.service_bus.ingress import submission
from local_azure.service_bus.messages import NotAllowedError, QueueError
from local_azure.service_bus.operations import parse
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.refusals import amqp_error, status_of
from local_azure.service_bus.settlement import DESCRIPTION, REASON, dead_letter, named

_LONG, _TIMESTAMP = 0x81, 0x83


class Management:
    """Answers the management requests to one queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def answer(self, request: Request) -> Reply:
        """Do what a request asks for, or say why not."""
        operation = OPERATIONS.get(request.text("operation"))
        if operation is None:
            return Reply(
                501,
                f"The operation {request.text('operation')!r} is not supported here. Sessions, rules and transactions "
                "are missing; entities and their counts are not managed over AMQP.",
                None,
                Condition.NOT_IMPLEMENTED,
            )
        try:
            return operation(self, request)
        except QueueError as error:
            return _refusal(amqp_error(error))
        except AmqpError as error:
            return _refusal(error)

    def renew(self, request: Request) -> Reply:
        """Begin locks anew; the answer tells their ends."""
        tokens = parse(request.body, operations.RenewLock).lock_tokens
        ends = self._queue.renew([token.bytes_le for token in tokens])
        return Reply(200, "OK", {"expirations": array(_TIMESTAMP, "q", ends)})

    def peek(self, request: Request) -> Reply:
        """Show messages in any state without taking them."""
        asked = parse(request.body, operations.PeekMessage)
        count = min(asked.message_count, operations.MAX_AT_ONCE)
        messages = self._queue.peek(asked.from_sequence_number, count)
        if not messages:
            return Reply(204, "No messages", None, Condition.MESSAGE_NOT_FOUND)
        return Reply(200, "OK", {"messages": [{"message": encoded(message)} for message in messages]})

    def schedule(self, request: Request) -> Reply:
        """Store messages that are enqueued later; the answer tells their sequence numbers."""
        if self._queue.dead_letters is None:
            raise NotAllowedError("Messages cannot be sent to a dead-letter queue.")
        asked = parse(request.body, operations.ScheduleMessage)
        submissions = [submission(scheduled.message) for scheduled in asked.messages]
        if any(new.scheduled is None for new in submissions):
            raise AmqpError(Condition.ARGUMENT_ERROR, "Each message needs the annotation x-opt-scheduled-enqueue-time.")
        numbers = self._queue.send(submissions)
        return Reply(200, "OK", {"sequence-numbers": array(_LONG, "q", numbers)})

    def cancel(self, request: Request) -> Reply:
        """Remove scheduled messages."""
        self._queue.cancel(parse(request.body, operations.CancelScheduledMessage).sequence_numbers)
        return Reply(200, "OK")

    def receive(self, request: Request) -> Reply:
        """Hand out deferred messages by their sequence numbers."""
        asked = parse(request.body, operations.ReceiveBySequenceNumber)
        locks = asked.receiver_settle_mode == 1
        messages: list[dict[str, Any]] = []
        for delivery in self._queue.take_deferred(asked.sequence_numbers, lock=locks):
            entry: dict[str, Any] = {"message": encoded(delivery.message, delivery.lock)}
            if delivery.lock:
                entry["lock-token"] = UUID(bytes_le=delivery.lock.token)
            messages.append(entry)
        return Reply(200, "OK", {"messages": messages})

    def update(self, request: Request) -> Reply:
        """Settle messages by their lock tokens."""
        asked = parse(request.body, operations.UpdateDisposition)
        tokens = [token.bytes_le for token in dict.fromkeys(asked.lock_tokens)]
        self._queue.check_locks(tokens)
        properties = named(_entry(request, "properties-to-modify"))
        for token in tokens:
            match asked.disposition_status:
                case "completed":
                    self._queue.complete(token)
                case "abandoned":
                    self._queue.abandon(token, properties)
                case "defered":
                    self._queue.defer(token, properties)
                case "unlocked":
                    self._queue.release(token)
                case "suspended":
                    said = {REASON: asked.deadletter_reason, DESCRIPTION: asked.deadletter_description}
                    dead_letter(self._queue, token, {**properties, **said})
        return Reply(200, "OK")


OPERATIONS: dict[str, Callable[[Management, Request], Reply]] = {
    "com.microsoft:renew-lock": Management.renew,
    "com.microsoft:peek-message": Management.peek,
    "com.microsoft:schedule-message": Management.schedule,
    "com.microsoft:cancel-scheduled-message": Management.cancel,
    "com.microsoft:receive-by-sequence-number": Management.receive,
    "com.microsoft:update-disposition": Management.update,
}


def _entry(request: Request, name: str) -> list[tuple[bytes, bytes]]:
    """The map under a name in a request's body, encoded as it came; empty if it is absent or null."""
    for key, value in pairs(request.encoded):
        if decode(key)[0] == name:
            return pairs(value)
    return []


def _refusal(error: AmqpError) -> Reply:
    return Reply(status_of(error), error.description, None, error.condition)
