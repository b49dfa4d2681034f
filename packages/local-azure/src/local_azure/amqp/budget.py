"""A budget of bytes: messages whose last frame has not arrived yet, over all connections of a port."""

from local_azure.amqp.errors import Condition, PeerError
from local_azure.amqp.limits import PARTIAL_MESSAGE_BYTES


class PartialMessages:
    """Counts the bytes of unfinished messages."""

    def __init__(self) -> None:
        self._bytes = 0

    def hold(self, size: int) -> None:
        """Count bytes of a message that is not complete. Raises PeerError above the budget."""
        self._bytes += size
        if self._bytes > PARTIAL_MESSAGE_BYTES:
            raise PeerError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many unfinished messages are on their way")

    def release(self, size: int) -> None:
        """Give bytes back: the message is complete, refused or gone."""
        self._bytes -= size
