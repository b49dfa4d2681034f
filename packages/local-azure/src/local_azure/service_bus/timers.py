"""Timers of one queue: each sleeps until the next moment at which something happens by itself."""

import asyncio
import time
from collections.abc import Callable

from local_azure.core.clock import Clock
from local_azure.service_bus.queue import Queue

_SPACING = 0.02
"""Seconds from one round of work to the next: what falls due one by one is handled together."""


class Alarm:
    """Rings at the earliest moment it was set to; `work` is done then."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._timer: asyncio.TimerHandle | None = None
        self._rang = float("-inf")

    def set(self, seconds: float) -> None:
        """Ring this many seconds from now, if it would not ring earlier."""
        loop = asyncio.get_running_loop()
        moment = max(loop.time() + seconds, self._rang + _SPACING)
        if self._timer is not None:
            if self._timer.when() <= moment:
                return
            self._timer.cancel()
        self._timer = loop.call_at(moment, self._ring)

    def cancel(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self._timer = None
        self._rang = asyncio.get_running_loop().time()
        self._work()


class QueueTimers:
    """One alarm on Azure's clock (time to live, schedules, duplicates) and one in real time (locks).

    An alarm may ring early, because what it was set for is gone; then it is set anew by what the indexes say is next.
    """

    def __init__(self, queue: Queue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._due = Alarm(self._run_due)
        self._locks = Alarm(self._expire_locks)
        queue.signals.due = self._set_due
        queue.signals.locked = self._set_locks
        self._set_due(queue.next_due())
        self._set_locks(queue.next_lock_expiry())

    def close(self) -> None:
        """Ring no more."""
        self._due.cancel()
        self._locks.cancel()

    def _set_due(self, moment: int | None) -> None:
        if moment is not None:
            self._due.set(self._clock.real_seconds(moment / 1_000 - self._clock.timestamp()))

    def _set_locks(self, moment: int | None) -> None:
        if moment is not None:
            self._locks.set(max(0.0, moment / 1_000 - time.time()))

    def _run_due(self) -> None:
        self._queue.run_due()
        self._set_due(self._queue.next_due())

    def _expire_locks(self) -> None:
        self._queue.expire_locks()
        self._set_locks(self._queue.next_lock_expiry())
