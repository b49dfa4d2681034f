"""What all connections to one port share: their number, and a budget of bytes."""

from collections.abc import Callable
from typing import Generic, TypeVar

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import MAX_CONNECTIONS, PARTIAL_MESSAGE_BYTES

Guest = TypeVar("Guest")


class Port(Generic[Guest]):
    """The connections of one name space."""

    def __init__(self) -> None:
        self.connections: dict[Guest, None] = {}
        """The oldest first."""
        self._partial_bytes = 0

    def admit(self, connection: Guest) -> bool:
        """Take a connection in, unless there are too many."""
        if self.full:
            return False
        self.connections[connection] = None
        return True

    @property
    def full(self) -> bool:
        """Whether no further connection has a place."""
        return len(self.connections) >= MAX_CONNECTIONS

    def make_room(self, idle: Callable[[Guest], bool]) -> Guest | None:
        """Dismiss the oldest connection that is idle, if there is one, and give it."""
        oldest = next((connection for connection in self.connections if idle(connection)), None)
        if oldest is not None:
            self.dismiss(oldest)
        return oldest

    def dismiss(self, connection: Guest) -> None:
        """A connection is gone."""
        self.connections.pop(connection, None)

    def hold_partial(self, size: int) -> None:
        """Count bytes of a message that is not complete. Raises PeerError above the budget of the port."""
        self._partial_bytes += size
        if self._partial_bytes > PARTIAL_MESSAGE_BYTES:
            raise PeerError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many unfinished messages are on their way")

    def release_partial(self, size: int) -> None:
        """Those bytes are gone."""
        self._partial_bytes -= size
