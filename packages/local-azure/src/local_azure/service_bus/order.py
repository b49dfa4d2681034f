"""The order in which a queue hands its active messages out, without holding them all in memory."""

import heapq

from local_azure.service_bus.locks import LockTable
from local_azure.service_bus.messages import QueuedMessage
from local_azure.service_bus.store import SequenceNumbers
from local_azure.service_bus.table import MessageTable


class ReadyOrder:
    """Oldest first. Messages that have not been handed out since the start are read from the table, behind a cursor
    that only moves forward; those that came back wait in a heap, no larger than the number of locks there were.
    """

    def __init__(self, table: MessageTable, locks: LockTable, numbers: SequenceNumbers) -> None:
        self._table = table
        self._locks = locks
        self._numbers = numbers
        self._cursor = 1
        self._returned: list[int] = []

    def may_have_more(self) -> bool:
        """False if `next` would certainly find nothing."""
        return bool(self._returned) or self._cursor < self._numbers.next

    def give_back(self, sequence: int) -> None:
        """A message that was handed out can be handed out again."""
        if sequence < self._cursor:
            heapq.heappush(self._returned, sequence)

    def next(self, limit: int) -> list[QueuedMessage]:
        """Up to `limit` active messages that nobody holds, each given once; an empty list means none now."""
        messages: list[QueuedMessage] = []
        while self._returned and len(messages) < limit:
            message = self._table.get(heapq.heappop(self._returned))
            # It may have expired since it came back.
            if message is not None:
                messages.append(message)
        while not messages and self._cursor < self._numbers.next:
            page = self._table.page(self._cursor, self._numbers.next, limit, only_active=True)
            self._cursor = page[-1].sequence + 1 if page else self._numbers.next
            messages = [message for message in page if not self._locks.holds(message.sequence)]
        return messages
