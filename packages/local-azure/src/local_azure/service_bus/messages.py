"""Messages as a queue holds them, takes them in and hands them out.

Payloads are opaque to it; times are in milliseconds since 1970.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any

import msgspec

Amend = Callable[[bytes, Mapping[str, Any]], bytes]
"""Gives a payload with these application properties set: the engine's only wish to change one."""


LATEST = 253_402_300_799_999
"""The end of the year 9999, in milliseconds since 1970: later moments are not times."""


class MessageState(IntEnum):
    """The state of a message: only an active one is handed out by itself.

    The numbers are those of the annotation `x-opt-message-state`.
    """

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


class Submission(msgspec.Struct, frozen=True):
    """A message on its way in. `time_to_live` counts from when it is enqueued; `scheduled` is when that is to be."""

    payload: bytes
    message_id: str | None = None
    time_to_live: int | None = None
    scheduled: int | None = None


class QueuedMessage(msgspec.Struct, frozen=True):
    """A message in a queue.

    `delivery_count` is the number of deliveries that have ended without success. `origin` is the sequence number that
    the message got when it was first stored (it gets a new one when it is activated or dead-lettered), `source` the
    queue that it was dead-lettered from.
    """

    sequence: int
    state: MessageState
    enqueued: int
    time_to_live: int | None
    delivery_count: int
    origin: int
    source: str | None
    payload: bytes

    @property
    def expires(self) -> int | None:
        """When its time to live is over, or None."""
        return None if self.time_to_live is None else self.enqueued + self.time_to_live


class Lock(msgspec.Struct):
    """A receiver's claim on a message, until a moment of real time."""

    token: bytes
    sequence: int
    until: int


class HandedOut(msgspec.Struct, frozen=True):
    """A message handed out; without a lock it has left the queue."""

    message: QueuedMessage
    lock: Lock | None


class Times(msgspec.Struct, frozen=True):
    """The two clocks of a queue, in milliseconds since 1970: Azure's for messages, real time for locks."""

    azure: Callable[[], int]
    real: Callable[[], int]


def _nobody(*_: int) -> None:
    """Nobody listens."""


class Signals(msgspec.Struct):
    """Whom a queue tells what, in the middle of a turn, before its commit; listeners put themselves here.

    `ready`: there may be messages to take. `due` and `locked`: at this moment, of Azure's or of real time, something
    will happen by itself.
    """

    ready: Callable[[], None] = _nobody
    due: Callable[[int], None] = _nobody
    locked: Callable[[int], None] = _nobody


class QueueError(Exception):
    """A request that a queue refuses; it changed nothing."""


class LockLostError(QueueError):
    """The lock token is unknown, or its time is over."""

    def __init__(self) -> None:
        super().__init__(
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from "
            "the queue."
        )


class MessageNotFoundError(QueueError):
    """A sequence number belongs to no message, or to one that is not in the state that the request needs."""


class NotAllowedError(QueueError):
    """The queue's kind forbids it."""


class TooLargeError(QueueError):
    """The request or its answer would be larger than the queue allows."""
