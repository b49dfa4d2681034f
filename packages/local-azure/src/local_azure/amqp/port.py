"""The connections to one port, and the budgets that they share."""

from collections.abc import Callable
from typing import Generic, TypeVar

from local_azure.amqp.budget import Budgets
from local_azure.amqp.limits import MAX_CONNECTIONS

Guest = TypeVar("Guest")


class Port(Generic[Guest]):
    """The connections of one name space."""

    def __init__(self) -> None:
        self.connections: dict[Guest, None] = {}
        """The oldest first."""
        self.budgets = Budgets()

    def admit(self, connection: Guest) -> bool:
        """Admit a connection, unless there are too many."""
        if self.full:
            return False
        self.connections[connection] = None
        return True

    @property
    def full(self) -> bool:
        """True while another connection has no place."""
        return len(self.connections) >= MAX_CONNECTIONS

    def make_room(self, idle: Callable[[Guest], bool]) -> Guest | None:
        """Dismiss the oldest idle connection, if there is one, and return it."""
        oldest = next((connection for connection in self.connections if idle(connection)), None)
        if oldest is not None:
            self.dismiss(oldest)
        return oldest

    def dismiss(self, connection: Guest) -> None:
        """A connection is gone."""
        self.connections.pop(connection, None)
