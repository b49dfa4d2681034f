"""Feeds the receivers of one queue: who gets the next messages, a few each in turn."""

import asyncio
from typing import Protocol

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.messages import HandedOut
from local_azure.service_bus.queue import Queue

_MESSAGES_AT_ONCE = 20
"""Messages for one receiver before it is the next one's turn."""

_RECEIVERS_AT_ONCE = 16
"""Receivers served from one commit; together they bound the messages in memory."""


class Receiver(Protocol):
    """Who may get messages, locked or removed from the queue."""

    locks: bool

    @property
    def wants(self) -> int:
        """The number of messages that it can take now; 0 while it has no credit, window or room."""
        ...

    def give(self, deliveries: list[HandedOut]) -> None:
        """Send these messages; their locks, or their removal, are committed."""
        ...


class Feed:
    """The receivers that wait for messages of a queue, in the order of their turns."""

    def __init__(self, queue: Queue, store: GroupCommit) -> None:
        self._queue = queue
        self._store = store
        self._waiting: dict[Receiver, None] = {}
        self._scheduled = False
        queue.signals.ready = self.wake

    def join(self, receiver: Receiver) -> None:
        """The receiver may have become able to take messages."""
        if receiver.wants > 0:
            self._waiting[receiver] = None
            self.wake()

    def leave(self, receiver: Receiver) -> None:
        """The receiver is gone."""
        self._waiting.pop(receiver, None)

    def wake(self) -> None:
        """Give out what there is, once this turn of the event loop is over."""
        if self._waiting and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._in_turn)

    def drain(self, receiver: Receiver) -> None:
        """Give the receiver at once all that it can take and that is there."""
        while self._serve([receiver]):
            pass

    def _in_turn(self) -> None:
        self._scheduled = False
        able = [receiver for receiver in self._waiting if receiver.wants > 0]
        self._waiting = dict.fromkeys(able)
        served = self._serve(able[:_RECEIVERS_AT_ONCE])
        for receiver in able[:served]:
            self.leave(receiver)
            self._waiting[receiver] = None
        if served and self._queue.may_have_more():
            self.wake()

    def _serve(self, receivers: list[Receiver]) -> int:
        """Gives how many of the receivers got something; what they get is committed before it is sent."""
        given: list[tuple[Receiver, list[HandedOut]]] = []
        for receiver in receivers:
            wants = min(receiver.wants, _MESSAGES_AT_ONCE)
            deliveries = self._queue.take(wants, lock=receiver.locks) if wants > 0 else []
            if not deliveries:
                break
            given.append((receiver, deliveries))
        if given:
            self._store.commit()
        if self._store.failed:
            return 0
        for receiver, deliveries in given:
            receiver.give(deliveries)
        return len(given)
