"""What an entity implements so that clients can attach to it. The transport calls; everything runs in one thread.

A `Node` is a name space behind one port. It is asked once for each link and answers with a handler, or raises
`AmqpError`, which refuses the link with that condition.
"""

from typing import Any, Protocol

from local_azure.amqp.delivery import Delivery, Settlement
from local_azure.amqp.incoming_link import IncomingLink
from local_azure.amqp.outgoing_link import OutgoingLink
from local_azure.amqp.values import Encoded


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


class Source(Protocol):
    """Feeds what a client receives over one link."""

    def on_flow(self, drain: bool) -> None:
        """The link may be able to send: credit, window or room has grown. Call `link.send` while `link.ready`.

        With `drain` the client wants what there is now and its credit back: send, then call `link.drained()`.
        """
        ...

    def on_disposition(self, settlement: Settlement) -> None:
        """The client has decided about an unsettled delivery. If it waits for an answer, call `link.settle`."""
        ...

    def on_detach(self) -> None:
        """The link is gone, see `Sink.on_detach`. Deliveries that were not settled are the entity's again."""
        ...


class Node(Protocol):
    """A name space: resolves addresses. Attributes are announced to every client."""

    container_id: str
    max_message_bytes: int

    def attach_sender(self, link: IncomingLink) -> Sink:
        """A client wants to send to `link.address`. Raises AmqpError to refuse."""
        ...

    def attach_receiver(self, link: OutgoingLink) -> Source:
        """A client wants to receive from `link.address`. Raises AmqpError to refuse."""
        ...

    def about_forgotten(self, state: Any) -> Encoded:
        """The outcome to answer when a client decides about a delivery of this session that is not remembered."""
        ...
