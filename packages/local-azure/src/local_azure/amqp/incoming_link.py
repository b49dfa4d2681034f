"""A link over which a client sends: credit, messages put together from frames, size checks; and who takes them."""

import logging
from typing import Protocol

from local_azure.amqp.encode import uint
from local_azure.amqp.errors import AmqpError, Condition, LinkError
from local_azure.amqp.limits import INCOMING_CREDIT, LOGGED_REFUSALS
from local_azure.amqp.link import SEQUENCE, Carrier, Link
from local_azure.amqp.outcomes import ACCEPTED, rejected
from local_azure.amqp.performatives import Attach, Transfer
from local_azure.amqp.transfers import disposition
from local_azure.amqp.values import Encoded

log = logging.getLogger(__name__)
BATCH_FORMAT = 0x8001_3700
"""The message format of Azure's batches: every data section holds one whole encoded message."""

_HOPELESS = 16
"""A message this many times as large as allowed is not listened to until its end; the link is detached."""


class Delivery:
    """A message that a client has sent. Answer it once, with `accept`, `reject` or `settle`; later answers do nothing.

    `message` is the encoded message, `message_format` is `BATCH_FORMAT` for a batch.
    """

    __slots__ = ("_settled", "delivery_id", "link", "message", "message_format")

    def __init__(
        self, link: "IncomingLink", delivery_id: int, message_format: int, message: bytes, settled: bool
    ) -> None:
        self.link = link
        self.delivery_id = delivery_id
        self.message_format = message_format
        self.message = message
        self._settled = settled

    @property
    def is_batch(self) -> bool:
        """True if the message is a batch of messages."""
        return self.message_format == BATCH_FORMAT

    def accept(self) -> None:
        """Tell the client that the message is stored."""
        self.settle(ACCEPTED)

    def reject(self, error: AmqpError) -> None:
        """Tell the client why the message was not taken."""
        self.settle(rejected(error))

    def settle(self, outcome: Encoded) -> None:
        """Answer with any outcome."""
        if not self._settled:
            self._settled = True
            self.link.answer(self.delivery_id, outcome)


class Sink(Protocol):
    """Takes what a client sends over one link."""

    def on_message(self, delivery: Delivery) -> None:
        """A whole message has arrived. Call `delivery.accept()` or `delivery.reject(error)`, now or after a commit.

        An AmqpError raised here rejects the delivery.
        """
        ...

    def on_detach(self) -> None:
        """The link is gone: detached by either side, or its session or connection ended. Called exactly once."""
        ...


class IncomingLink(Link):
    """The client sends, a `Sink` takes."""

    sink: Sink

    def __init__(self, session: Carrier, attach: Attach, max_message_bytes: int) -> None:
        super().__init__(session, attach, attach.target)
        self.max_message_bytes = max_message_bytes
        self._delivery_count = attach.initial_delivery_count or 0
        self._credit = 0
        self._first: Transfer | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._held = 0
        self._refused = 0

    def grant(self) -> None:
        """Give the client its whole credit again."""
        self._credit = INCOMING_CREDIT
        self.session.send_flow(
            [uint(self.handle), uint(self._delivery_count), uint(INCOMING_CREDIT), None, False, False, None]
        )

    def answer(self, delivery_id: int, outcome: Encoded) -> None:
        """Settle a delivery of this link; does nothing if the link is gone."""
        if self.open:
            self.session.send(disposition(True, delivery_id, delivery_id, outcome))

    def receive(self, transfer: Transfer, payload: bytes) -> None:
        """The transport's: a frame of a message. Raises LinkError if the client may not send it."""
        first = self._first
        if first is None:
            if transfer.delivery_id is None:
                raise LinkError(Condition.INVALID_FIELD, "the first transfer of a delivery has no delivery-id")
            first = self._first = transfer
        if transfer.aborted:
            self._forget()
            self._count()
            return
        self._keep(first, payload, bool(transfer.more))
        if transfer.more:
            return
        size, message = self._size, b"".join(self._parts)
        settled = bool(first.settled or transfer.settled)
        delivery = Delivery(self, first.delivery_id or 0, first.message_format or 0, message, settled)
        self._forget()
        self._count()
        self._hand_over(delivery, size)

    def _keep(self, first: Transfer, payload: bytes, more: bool) -> None:
        """Hold a part of a message. Of one that is too large nothing is held: its end is awaited to reject it."""
        self._size += len(payload)
        if self._size <= self.max_message_bytes:
            self._parts.append(payload)
            if more:
                self.session.partial_messages.hold(len(payload))
                self._held += len(payload)
            return
        self._release()
        if first.settled or self._size > _HOPELESS * self.max_message_bytes:
            error = self._too_large(first.delivery_id or 0, self._size)
            raise LinkError(error.condition, error.description)

    def _hand_over(self, delivery: Delivery, size: int) -> None:
        try:
            if size > self.max_message_bytes:
                raise self._too_large(delivery.delivery_id, size)
            self.sink.on_message(delivery)
        except AmqpError as error:
            self._refused += 1
            if self._refused <= LOGGED_REFUSALS:
                log.warning("%s: message to %r refused: %s", self.peer, self.address, error)
            delivery.settle(rejected(error))

    def _count(self) -> None:
        self._delivery_count = (self._delivery_count + 1) & SEQUENCE
        self._credit -= 1
        if self._credit <= INCOMING_CREDIT // 2:
            self.grant()

    def _too_large(self, delivery_id: int, size: int) -> AmqpError:
        return AmqpError(
            Condition.MESSAGE_SIZE_EXCEEDED,
            f"The received message (delivery-id:{delivery_id}, size:{size} bytes) exceeds the limit "
            f"({self.max_message_bytes} bytes) currently allowed on the link.",
        )

    def _forget(self) -> None:
        self._release()
        self._first, self._size = None, 0

    def _release(self) -> None:
        self.session.partial_messages.release(self._held)
        self._held = 0
        self._parts = []

    def _tell_handler(self) -> None:
        self._forget()
        self.sink.on_detach()
