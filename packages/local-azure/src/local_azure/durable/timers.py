"""Fire durable timers when Azure's clock reaches them. One sleep until the next one is due; nothing is polled.

The extension keeps a timer in a storage queue, hidden for the whole seconds until its time: it comes up to a second
early, and timers within one second come in any order (`early_timers`, see `due_time`).
"""

import asyncio
import logging
import math
from collections.abc import Callable

from local_azure.core.clock import Clock
from local_azure.durable.events import Event, EventType, encode, stamp
from local_azure.durable.store import MessageKind, Store, StoredMessage

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
LONGEST_SLEEP = 3600.0
"""Real seconds. A longer sleep is cut: a machine that was suspended must not sleep on past what has become due."""


def due_time(fire_at: float, now: float, *, early: bool) -> float:
    """The time at which a timer that is created now fires: its own, or after the whole seconds until then."""
    return now + math.floor(max(0.0, fire_at - now)) if early else fire_at


class TimerService:
    """Turns due timers into `TimerFired` messages."""

    def __init__(self, store: Store, clock: Clock, fired: Callable[[str], None], *, in_order: bool) -> None:
        self._store = store
        self._clock = clock
        self._fired = fired
        self._in_order = in_order
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start waiting for the next timer."""
        self._task = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        """Stop; timers stay in the store."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """A timer was added that may be due before the others."""
        self._changed.set()

    async def _run(self) -> None:
        while True:
            try:
                self._fire_due()
                delay = self._until_next()
            except Exception:
                log.exception("timers could not be fired; trying again")
                delay = RETRY_SECONDS
            self._changed.clear()
            try:
                async with asyncio.timeout(delay):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _until_next(self) -> float:
        due = self._store.next_timer()
        if due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, self._clock.real_seconds(due - self._clock.timestamp()))

    def _fire_due(self) -> None:
        while due := self._store.due_timers(self._clock.timestamp(), in_order=self._in_order):
            now = self._clock.timestamp()
            messages = [(timer, _fired(instance, task, fire_at, now)) for timer, fire_at, instance, task in due]
            self._store.fire_timers(messages)
            for _, message in messages:
                self._fired(message.target)


def _fired(instance: str, task: int, fire_at: float, now: float) -> StoredMessage:
    event = Event(event_type=EventType.TIMER_FIRED, timestamp=stamp(now), timer_id=task, fire_at=stamp(fire_at))
    return StoredMessage(instance, MessageKind.EVENT, encode(event))
