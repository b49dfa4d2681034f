"""The transitions of a stored message: locked, handed out, put back, failed, expired, activated, dead-lettered."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.locks import LockTable
from local_azure.service_bus.messages import (
    Amend,
    HandedOut,
    Lock,
    LockLostError,
    MessageState,
    QueuedMessage,
    Signals,
    Submission,
    Times,
    TooLargeError,
)
from local_azure.service_bus.order import ReadyOrder
from local_azure.service_bus.settings import QueueSettings
from local_azure.service_bus.store import SequenceNumbers
from local_azure.service_bus.table import MessageTable

MAX_AMENDED_BYTES = 1_048_576
"""The largest that properties set by receivers may make a message."""


class Lifecycle:
    """The transitions of the messages of one queue; `dead_letters` is where its dead letters go, None in a dead-letter
    queue itself.
    """

    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        *,
        store: GroupCommit,
        times: Times,
        amend: Amend,
        signals: Signals,
        dead_letters: "Lifecycle | None",
    ) -> None:
        self.name = name
        self.settings = settings
        self.times = times
        self.dead_letters = dead_letters
        self.numbers = SequenceNumbers(store, name.lower())
        self.locks = LockTable(store, self.numbers, signals, duration=settings.lock_duration, now=times.real())
        self.table = MessageTable(store, self.numbers, signals)
        self.order = ReadyOrder(self.table, self.locks, self.numbers)
        self._signals = signals
        self._amend = amend

    def accept(self, submissions: Sequence[tuple[int, Submission]]) -> None:
        """Store new messages under these sequence numbers."""
        now = self.times.azure()
        self.table.insert([self._new(sequence, submission, now) for sequence, submission in submissions])
        self._signals.ready()

    def hand_out(self, message: QueuedMessage, *, lock: bool) -> HandedOut:
        """Give it to a receiver, locked or removed from the queue."""
        if lock:
            return HandedOut(message, self.locks.take(message.sequence, self.times.real()))
        self.table.delete(message.sequence)
        return HandedOut(message, None)

    def find(self, token: bytes) -> tuple[Lock, QueuedMessage]:
        """The message that this lock is about. Raises LockLostError."""
        lock = self.locks.find(token, self.times.real())
        message = self.table.get(lock.sequence)
        if message is None:
            raise LockLostError
        return lock, message

    def amended(self, message: QueuedMessage, properties: Mapping[str, Any]) -> QueuedMessage:
        """The message with these application properties. Raises TooLargeError."""
        if not properties:
            return message
        payload = self._amend(message.payload, properties)
        if len(payload) > MAX_AMENDED_BYTES:
            raise TooLargeError(f"With these properties the message would have more than {MAX_AMENDED_BYTES} bytes.")
        return msgspec.structs.replace(message, payload=payload)

    def fail(self, message: QueuedMessage) -> None:
        """A delivery has ended without success: count it and offer the message again, or dead-letter it."""
        failed = msgspec.structs.replace(message, delivery_count=message.delivery_count + 1)
        most = self.settings.max_delivery_count
        if most is not None and failed.delivery_count >= most:
            description = f"Message could not be consumed after {most} delivery attempts."
            self.dead_letter(failed, "MaxDeliveryCountExceeded", description)
        else:
            self.table.update(failed, self.due(failed))
            self.put_back(failed)

    def put_back(self, message: QueuedMessage) -> None:
        """Offer a message again whose lock has ended; a deferred one stays set aside."""
        if message.state is MessageState.DEFERRED:
            return
        if self.is_over(message):
            self.expire(message)
        else:
            self.order.give_back(message.sequence)
            self._signals.ready()

    def defer(self, message: QueuedMessage) -> None:
        """Set it aside until somebody asks for its sequence number; it does not expire by itself any more."""
        count = message.delivery_count + 1
        self.table.update(msgspec.structs.replace(message, state=MessageState.DEFERRED, delivery_count=count), None)

    def activate(self, message: QueuedMessage) -> None:
        """A scheduled message joins the end of the queue, with a new number, as if it had been sent now."""
        self.table.delete(message.sequence)
        active = msgspec.structs.replace(
            message, sequence=self.numbers.take(1), state=MessageState.ACTIVE, enqueued=self.times.azure()
        )
        self.table.insert([(active, self.due(active))])
        self._signals.ready()

    def is_over(self, message: QueuedMessage) -> bool:
        """True if its time to live is over."""
        return self.settings.expires_messages and message.expires is not None and message.expires <= self.times.azure()

    def expire(self, message: QueuedMessage) -> None:
        """Its time to live is over: dead-letter or drop it."""
        if self.settings.dead_letter_on_expiration:
            self.dead_letter(message, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            self.table.delete(message.sequence)

    def dead_letter(self, message: QueuedMessage, reason: str | None, description: str | None) -> None:
        """Move it to the dead-letter queue, with the reason among its application properties."""
        self.table.delete(message.sequence)
        if self.dead_letters is not None:
            self.dead_letters.store_dead_letter(message, self.name, reason, description)

    def store_dead_letter(
        self, message: QueuedMessage, source: str, reason: str | None, description: str | None
    ) -> None:
        """Store a message that was removed from the queue `source`; it keeps its enqueued time and delivery count."""
        given = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        properties = {name: value for name, value in given.items() if value is not None}
        dead = msgspec.structs.replace(
            message,
            sequence=self.numbers.take(1),
            state=MessageState.ACTIVE,
            source=source,
            payload=self._amend(message.payload, properties) if properties else message.payload,
        )
        self.table.insert([(dead, self.due(dead))])
        self._signals.ready()

    def due(self, message: QueuedMessage) -> int | None:
        """When an active message expires, or None."""
        is_waiting = message.state is MessageState.ACTIVE and self.settings.expires_messages
        return message.expires if is_waiting else None

    def _new(self, sequence: int, submission: Submission, now: int) -> tuple[QueuedMessage, int | None]:
        spans = (submission.time_to_live, self.settings.default_time_to_live)
        is_later = submission.scheduled is not None and submission.scheduled > now
        message = QueuedMessage(
            sequence=sequence,
            state=MessageState.SCHEDULED if is_later else MessageState.ACTIVE,
            enqueued=now,
            time_to_live=min((span for span in spans if span is not None), default=None),
            delivery_count=0,
            origin=sequence,
            source=None,
            payload=submission.payload,
        )
        return message, submission.scheduled if is_later else self.due(message)
