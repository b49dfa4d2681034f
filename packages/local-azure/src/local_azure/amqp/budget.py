"""Budgets that all connections to a port share, so that many clients together stay within bounds as each does."""

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import MAX_SESSIONS_OF_A_PORT, PARTIAL_MESSAGE_BYTES


class Budget:
    """Counts what is held, up to a limit; `refusal` says what is too much."""

    def __init__(self, limit: int, refusal: str) -> None:
        self._left = limit
        self._refusal = refusal

    def hold(self, amount: int) -> None:
        """Count more. Raises PeerError, and counts nothing, if that is more than is left."""
        if amount > self._left:
            raise PeerError(Condition.RESOURCE_LIMIT_EXCEEDED, self._refusal)
        self._left -= amount

    def release(self, amount: int) -> None:
        """Count less."""
        self._left += amount


class Budgets:
    """The budgets of one port: sessions, and bytes of messages whose last frame has not arrived yet."""

    def __init__(self) -> None:
        self.sessions = Budget(MAX_SESSIONS_OF_A_PORT, "too many sessions are open")
        self.partial_messages = Budget(PARTIAL_MESSAGE_BYTES, "too many unfinished messages are on their way")
