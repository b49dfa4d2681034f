"""The protocols that an entity implements so that clients can attach to it.

The transport calls; everything runs in one thread.

A `Node` is a name space behind one port. It is asked once for each link and answers with a handler, or raises
`AmqpError`, which refuses the link with that condition.
"""

from typing import Protocol

from local_azure.amqp.incoming_link import IncomingLink, Sink
from local_azure.amqp.outgoing_link import OutgoingLink, Source
from local_azure.amqp.values import Encoded


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

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        """The outcome to answer when a client decides about a delivery of this session that is not remembered."""
        ...
