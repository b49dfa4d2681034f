"""Notes what clients attach to, and in which direction. `$cbs` is spared: every client puts its token there."""

from local_azure.amqp.incoming_link import IncomingLink, Sink
from local_azure.amqp.link import Link
from local_azure.amqp.node import Node
from local_azure.amqp.outgoing_link import OutgoingLink, Source
from local_azure.amqp.values import Encoded
from local_azure.core.operations import Operations

_MANAGEMENT = "/$management"


class NotingNode:
    """A name space whose links are noted: `send`, `receive`, and `manage` for requests to an entity's management."""

    def __init__(self, node: Node, operations: Operations) -> None:
        self.container_id = node.container_id
        self.max_message_bytes = node.max_message_bytes
        self._node = node
        self._operations = operations

    def attach_sender(self, link: IncomingLink) -> Sink:
        """A client wants to send."""
        sink = self._node.attach_sender(link)
        self._note(link, "send")
        return sink

    def attach_receiver(self, link: OutgoingLink) -> Source:
        """A client wants to receive."""
        source = self._node.attach_receiver(link)
        self._note(link, "receive")
        return source

    def about_forgotten(self, state: Encoded | None) -> Encoded:
        """See `Node`."""
        return self._node.about_forgotten(state)

    def _note(self, link: Link, name: str) -> None:
        path = link.path
        if path.endswith("$cbs"):
            return
        if f"/{path}".endswith(_MANAGEMENT):
            path, name = f"/{path}".removesuffix(_MANAGEMENT).strip("/"), "manage"
        self._operations.note(link.client, path, name)
