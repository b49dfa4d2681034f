"""What all connections to one port share: their number, and a budget of bytes."""

from typing import Generic, TypeVar

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import MAX_CONNECTIONS, PARTIAL_MESSAGE_BYTES

Guest = TypeVar("Guest")


class Port(Generic[Guest]):
    """The connections of one name space."""

    def __init__(self) -> None:
        self.connections: set[Guest] = set()
        self._partial_bytes = 0

    def admit(self, connection: Guest) -> bool:
        """Take a connection in, unless there are too many."""
        if len(self.connections) >= MAX_CONNECTIONS:
            return False
        self.connections.add(connection)
        return True

    def dismiss(self, connection: Guest) -> None:
        """A connection is gone."""
        self.connections.discard(connection)

    def hold_partial(self, size: int) -> None:
        """Count bytes of a message that is not complete. Raises PeerError above the budget of the port."""
        self._partial_bytes += size
        if self._partial_bytes > PARTIAL_MESSAGE_BYTES:
            raise PeerError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many unfinished messages are on their way")

    def release_partial(self, size: int) -> None:
        """Those bytes are gone."""
        self._partial_bytes -= size
