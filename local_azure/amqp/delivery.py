"""One message on its way: a delivery that came in, and what a client decided about one that went out."""

from typing import TYPE_CHECKING, Any, NamedTuple

from local_azure.amqp.errors import AmqpError
from local_azure.amqp.outcomes import ACCEPTED, Outcome, rejected
from local_azure.amqp.values import Encoded

if TYPE_CHECKING:
    from local_azure.amqp.incoming_link import IncomingLink

BATCH_FORMAT = 0x8001_3700
"""The message format of Azure's batches: every data section holds one whole encoded message."""


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
        """Whether the message is a batch of messages."""
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


class Settlement(NamedTuple):
    """What a client decided about a delivery. `outcome` is None for a state that is not final.

    `settled` tells that the client has forgotten the delivery already; otherwise it waits for `link.settle`.
    """

    delivery_id: int
    tag: bytes
    outcome: Outcome | None
    settled: bool
    state: Any
