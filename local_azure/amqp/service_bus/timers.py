"""Timers of one queue: each sleeps until the next moment at which something happens by itself."""

import asyncio
import time
from collections.abc import Callable

from local_azure.amqp.group_commit import GroupCommit
from local_azure.amqp.service_bus.queue import Queue
from local_azure.clock import Clock

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
    """One alarm on Azure's clock (time to live, schedules, duplicates) and one in real time (locks)."""

    def __init__(self, queue: Queue, store: GroupCommit, clock: Clock) -> None:
        self._queue = queue
        self._store = store
        self._clock = clock
        self._due = Alarm(self._run_due)
        self._locks = Alarm(self._expire_locks)
        self._looking = False
        queue.on_timer = self.look
        self.look()

    def look(self) -> None:
        """Set the alarms anew, once what this turn has changed is committed."""
        if not self._looking:
            self._looking = True
            self._store.after_commit(self._set)

    def close(self) -> None:
        """Ring no more."""
        self._due.cancel()
        self._locks.cancel()

    def _set(self) -> None:
        self._looking = False
        due, expiry = self._queue.next_due(), self._queue.next_lock_expiry()
        if due is not None:
            self._due.set(self._clock.real_seconds(due / 1_000 - self._clock.timestamp()))
        if expiry is not None:
            self._locks.set(max(0.0, expiry / 1_000 - time.time()))

    def _run_due(self) -> None:
        self._queue.run_due()
        self.look()

    def _expire_locks(self) -> None:
        self._queue.expire_locks()
        self.look()
