"""Links to a queue: what a sender and a receiver are attached to."""

import logging

from local_azure.amqp.errors import AmqpError
from local_azure.amqp.incoming_link import Delivery as Incoming
from local_azure.amqp.outcomes import Released, rejected
from local_azure.amqp.outgoing_link import OutgoingLink, Settlement
from local_azure.amqp.sections import split_batch
from local_azure.amqp.values import Encoded
from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.egress import encoded
from local_azure.service_bus.feed import Feed
from local_azure.service_bus.ingress import submission
from local_azure.service_bus.messages import HandedOut, QueueError
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.refusals import amqp_error
from local_azure.service_bus.settlement import settle

log = logging.getLogger(__name__)


class QueueSink:
    """A client sends to the queue."""

    def __init__(self, queue: Queue, store: GroupCommit) -> None:
        self._queue = queue
        self._store = store

    def on_message(self, delivery: Incoming) -> None:
        """Store a message, or all messages of a batch; accepted means committed."""
        messages = split_batch(delivery.message) if delivery.is_batch else [delivery.message]
        self._queue.send([submission(message) for message in messages])
        self._store.after_commit(delivery.accept)

    def on_detach(self) -> None:
        """Nothing is kept for a sender."""


class QueueSource:
    """A client receives from the queue, with locks (peek-lock) or without (receive and delete).

    Locks outlive the link: what it did not settle can be settled over `$management` until they expire.
    """

    def __init__(self, link: OutgoingLink, queue: Queue, feed: Feed, store: GroupCommit) -> None:
        self.locks = not link.wants_settled
        self._link = link
        self._queue = queue
        self._feed = feed
        self._store = store

    @property
    def wants(self) -> int:
        """The number of messages that can go out now."""
        return self._link.credit if self._link.ready else 0

    def give(self, deliveries: list[HandedOut]) -> None:
        """Send messages whose locks, or whose removal, are committed."""
        for delivery in deliveries:
            data = encoded(delivery.message, delivery.lock)
            if delivery.lock:
                self._link.send(delivery.lock.token, data, settled=False)
            else:
                # Without a tag, as the service: it is settled, and never spoken of again.
                self._link.send(b"", data, settled=True)

    def on_flow(self, drain: bool) -> None:
        """Take what there is for the credit; with `drain` give the rest of it back."""
        if drain:
            self._feed.drain(self)
            self._link.drained()
        else:
            self._feed.join(self)

    def on_disposition(self, settlement: Settlement) -> None:
        """Settle a message; the client hears of it after the commit."""
        outcome = Released() if settlement.state is None else settlement.outcome
        try:
            answer = settle(self._queue, settlement.tag, outcome, settlement.state)
        except QueueError as error:
            answer = self._refused(amqp_error(error))
        except AmqpError as error:
            answer = self._refused(error)

        def confirm() -> None:
            if not settlement.settled:
                self._link.settle(settlement.delivery_id, answer)
            self._feed.join(self)

        self._store.after_commit(confirm)

    def _refused(self, error: AmqpError) -> Encoded:
        log.warning("%s: settlement in %r refused: %s", self._link.peer, self._queue.name, error)
        return rejected(error)

    def on_detach(self) -> None:
        """No more messages for this link."""
        self._feed.leave(self)
