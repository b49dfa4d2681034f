"""The connection as a session needs it. `connection.Connection` is one; a test may be another."""

from typing import Protocol

from local_azure.amqp.budget import Budget
from local_azure.amqp.node import Node


class Channel(Protocol):
    """Carries the frames of sessions to one client and back."""

    peer: str
    """Host and port of the client, for logs."""
    client: str
    """The client's user agent; empty if it gives none."""
    node: Node
    payload_room: int
    """Bytes of a message that fit into one frame."""
    backlog_bytes: int
    """Frames that wait for the windows of all sessions."""
    partial_messages: Budget
    """Bytes of unfinished messages, of all connections of the port."""

    @property
    def congested(self) -> bool:
        """True while the client has too much unread to get more messages."""
        ...

    def send(self, channel: int, body: bytes) -> None:
        """Send a frame on the channel of this number."""
        ...

    def count_link(self) -> None:
        """Count one more link. Raises SessionError above the limit of a connection."""
        ...

    def uncount_link(self) -> None:
        """Count one link less."""
        ...
