"""One queue: what can be asked of it and what happens in it by itself. No AMQP in it.

Sources: "Message transfers, locks, and settlement", "Message expiration", "Message deferral", "Message sequencing and
timestamps" and "Overview of Service Bus dead-letter queues" (Microsoft Learn).

Every method works inside the transaction of the current turn; whoever calls acknowledges after its commit. A method
that raises a QueueError has settled, removed and changed nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.duplicates import DuplicateHistory
from local_azure.service_bus.lifecycle import Lifecycle
from local_azure.service_bus.messages import (
    Amend,
    HandedOut,
    MessageNotFoundError,
    MessageState,
    NotAllowedError,
    QueuedMessage,
    Signals,
    Submission,
    Times,
    TooLargeError,
)
from local_azure.service_bus.settings import QueueSettings

MAX_ANSWER_BYTES = 4_194_304
"""The most that one request for deferred messages may fetch."""

_AT_ONCE = 200
_UNCHANGED: Mapping[str, Any] = {}


class Queue:
    """A queue or, when it has no `dead_letters` of its own, a dead-letter queue."""

    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        *,
        store: GroupCommit,
        times: Times,
        amend: Amend,
        dead_letters: "Queue | None" = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.dead_letters = dead_letters
        self.signals = Signals()
        self._times = times
        self._life = Lifecycle(
            name,
            settings,
            store=store,
            times=times,
            amend=amend,
            signals=self.signals,
            dead_letters=dead_letters._life if dead_letters else None,
        )
        self._history: DuplicateHistory | None = None
        if settings.duplicate_window is not None:
            self._history = DuplicateHistory(store, self._life.numbers.queue, settings.duplicate_window, self.signals)

    # In and out

    def send(self, submissions: Sequence[Submission]) -> list[int]:
        """Store messages in this order; gives their sequence numbers.

        A duplicate is accepted and dropped; its number belongs to no message.
        """
        now = self._times.azure()
        first = self._life.numbers.take(len(submissions))
        numbered = list(enumerate(submissions, first))
        self._life.accept([(number, new) for number, new in numbered if not self._is_repeat(new, now)])
        return [sequence for sequence, _ in numbered]

    def may_have_more(self) -> bool:
        """False if `take` would certainly find nothing."""
        return self._life.order.may_have_more()

    def take(self, limit: int, *, lock: bool) -> list[HandedOut]:
        """Hand out up to `limit` messages, locked or removed from the queue; an empty list means none now."""
        deliveries: list[HandedOut] = []
        while not deliveries and (messages := self._life.order.next(limit)):
            for message in messages:
                if self._life.is_over(message):
                    self._life.expire(message)
                else:
                    deliveries.append(self._life.hand_out(message, lock=lock))
        return deliveries

    def peek(self, first: int, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages in any state from this number on; they stay as they are."""
        return self._life.table.page(first, self._life.numbers.next, limit)

    # Settlement

    def complete(self, token: bytes) -> None:
        """The message was dealt with: remove it."""
        lock = self._life.locks.find(token, self._times.real())
        self._life.locks.release(lock)
        self._life.table.delete(lock.sequence)

    def release(self, token: bytes) -> None:
        """Give a message back that nobody looked at: the delivery does not count."""
        lock, message = self._life.find(token)
        self._life.locks.release(lock)
        self._life.put_back(message)

    def abandon(self, token: bytes, properties: Mapping[str, Any] = _UNCHANGED) -> None:
        """The delivery failed: count it and offer the message again, or dead-letter it if that was its last chance."""
        lock, message = self._life.find(token)
        message = self._life.amended(message, properties)
        self._life.locks.release(lock)
        self._life.fail(message)

    def defer(self, token: bytes, properties: Mapping[str, Any] = _UNCHANGED) -> None:
        """Set the message aside until somebody asks for its sequence number."""
        lock, message = self._life.find(token)
        message = self._life.amended(message, properties)
        self._life.locks.release(lock)
        self._life.defer(message)

    def dead_letter(
        self,
        token: bytes,
        reason: str | None = None,
        description: str | None = None,
        properties: Mapping[str, Any] = _UNCHANGED,
    ) -> None:
        """Move the message to the dead-letter queue. Raises NotAllowedError if this is one."""
        lock, message = self._life.find(token)
        if self.dead_letters is None:
            raise NotAllowedError("A message in a dead-letter queue cannot be dead-lettered again.")
        message = self._life.amended(message, properties)
        self._life.locks.release(lock)
        self._life.dead_letter(message, reason, description)

    def renew(self, tokens: Sequence[bytes]) -> list[int]:
        """Begin these locks anew; gives the new ends, in milliseconds of real time. All of them, or LockLostError."""
        now = self._times.real()
        locks = [self._life.locks.find(token, now) for token in tokens]
        return [self._life.locks.renew(lock, now) for lock in locks]

    def check_locks(self, tokens: Sequence[bytes]) -> None:
        """Raises LockLostError unless all of these locks hold, so that several can be settled or none."""
        for token in tokens:
            self._life.locks.find(token, self._times.real())

    # Deferred and scheduled messages

    def take_deferred(self, sequences: Sequence[int], *, lock: bool) -> list[HandedOut]:
        """Hand out these deferred messages. All of them, or MessageNotFoundError; TooLargeError if they are too much.

        One whose time to live is over expires now that somebody asks for it, and is not found.
        """
        messages: list[QueuedMessage] = []
        size = 0
        for sequence in dict.fromkeys(sequences):
            message = self._life.table.get(sequence)
            if message is None or message.state is not MessageState.DEFERRED or self._life.locks.holds(sequence):
                raise MessageNotFoundError(f"There is no deferred message with the sequence number {sequence}.")
            if self._life.is_over(message):
                self._life.expire(message)
                raise MessageNotFoundError(f"The deferred message with the sequence number {sequence} has expired.")
            messages.append(message)
            if (size := size + len(message.payload)) > MAX_ANSWER_BYTES:
                raise TooLargeError(f"These messages have more than {MAX_ANSWER_BYTES} bytes; ask for fewer.")
        return [self._life.hand_out(message, lock=lock) for message in messages]

    def cancel(self, sequences: Sequence[int]) -> None:
        """Remove these scheduled messages. All of them, or MessageNotFoundError."""
        for sequence in sequences:
            message = self._life.table.get(sequence)
            if message is None or message.state is not MessageState.SCHEDULED:
                raise MessageNotFoundError(f"There is no scheduled message with the sequence number {sequence}.")
        for sequence in sequences:
            self._life.table.delete(sequence)

    # What happens by itself

    def next_due(self) -> int | None:
        """When `run_due` has something to do, in milliseconds of Azure's time, or None."""
        moments = [self._life.table.next_due(), self._history.next_due() if self._history else None]
        return min((due for due in moments if due is not None), default=None)

    def run_due(self) -> None:
        """Activate and expire some of the messages whose time has come, and forget old message ids."""
        now = self._times.azure()
        for message in self._life.table.due(now, _AT_ONCE):
            if message.state is MessageState.SCHEDULED:
                self._life.activate(message)
            elif self._life.locks.holds(message.sequence):
                # Its holder may still settle it; it is looked at again when the lock ends.
                self._life.table.forget_due(message.sequence)
            else:
                self._life.expire(message)
        if self._history is not None:
            self._history.purge(now, _AT_ONCE)

    def next_lock_expiry(self) -> int | None:
        """When `expire_locks` has something to do, in milliseconds of real time, or None."""
        return self._life.locks.next_expiry()

    def expire_locks(self) -> None:
        """End the locks whose time is over: each was a failed delivery."""
        for lock in self._life.locks.expired(self._times.real()):
            message = self._life.table.get(lock.sequence)
            self._life.locks.release(lock)
            if message is not None:
                self._life.fail(message)

    def _is_repeat(self, submission: Submission, now: int) -> bool:
        if self._history is None or submission.message_id is None:
            return False
        return self._history.is_repeat(submission.message_id, now)
