"""Run scheduled activities, a bounded number at once, and hand their results to the instances that wait for them.

The result goes through the Functions host's own reading of it (see `newtonsoft`) before it is stored.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Protocol

from local_azure.core.clock import Clock
from local_azure.durable.actions import failed_state
from local_azure.durable.causes import host_failure, python_failure
from local_azure.durable.events import Event, EventType, encode, printable, stamp
from local_azure.durable.newtonsoft import UnreadableError, read_result
from local_azure.durable.store import MessageKind, ScheduledActivity, Store, StoredMessage
from local_azure.durable.worker import CallFailedError, FunctionFailedError

log = logging.getLogger(__name__)

READ_AHEAD = 256
RETRY_SECONDS = 1.0


class RunActivity(Protocol):
    """Run an activity: its result as JSON text."""

    async def __call__(self, name: str, instance_id: str, data: str | None) -> str | None: ...


class ActivityPump:
    """Takes activities from the store in the order of their scheduling.

    An activity that was running when the process died is still in the store and runs again: at least once.
    Results that arrive together are stored in one transaction.
    """

    def __init__(
        self, store: Store, clock: Clock, workers: int, run: RunActivity, finished: Callable[[str], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._count = workers
        self._run = run
        self._finished = finished
        self._loaded: deque[ScheduledActivity] = deque()
        self._last = 0
        self._news = asyncio.Event()
        self._results: list[tuple[int, StoredMessage]] = []
        self._flushing: asyncio.Handle | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the workers."""
        self._tasks = [asyncio.create_task(self._work(), name=f"activities-{n}") for n in range(self._count)]

    async def stop(self) -> None:
        """Stop the workers. What they had begun runs again at the next start; finished results are kept."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._flushing:
            self._flushing.cancel()
            self._flush()
        if self._flushing:
            self._flushing.cancel()

    def wake(self) -> None:
        """There are new activities in the store."""
        self._news.set()

    async def _take(self) -> ScheduledActivity:
        while True:
            if not self._loaded:
                self._loaded.extend(self._store.activities(self._last, READ_AHEAD))
            if self._loaded:
                activity = self._loaded.popleft()
                self._last = activity.id
                return activity
            self._news.clear()
            await self._news.wait()

    async def _work(self) -> None:
        while True:
            try:
                activity = await self._take()
            except sqlite3.Error:
                log.exception("scheduled activities could not be read; trying again")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            event = await self._complete(activity)
            self._results.append((activity.id, StoredMessage(activity.instance, MessageKind.EVENT, encode(event))))
            if self._flushing is None:
                self._flushing = asyncio.get_running_loop().call_soon(self._flush)
            # An activity that never waits must not keep the others, and the flush, from their turn.
            await asyncio.sleep(0)

    async def _complete(self, activity: ScheduledActivity) -> Event:
        try:
            result = await self._run(activity.name, activity.instance, activity.input)
            result = None if result is None else read_result(result)
        except CallFailedError as error:
            return self._failed(activity, str(error), error.details)
        except FunctionFailedError as error:
            message, _ = failed_state(str(error))
            return self._failure(activity, message, python_failure(str(error), error.details, told=message))
        except UnreadableError as error:
            return self._failure(activity, str(error), host_failure(error.exception, str(error)))
        except Exception as error:
            log.exception("activity %s of %s could not be run", activity.name, activity.instance)
            message = f"{type(error).__name__}: {error}"
            return self._failure(activity, message, python_failure(message, ""))
        return Event(
            event_type=EventType.TASK_COMPLETED,
            timestamp=stamp(self._clock.timestamp()),
            task_scheduled_id=activity.task,
            result=None if result is None else printable(result),
        )

    def _failure(self, activity: ScheduledActivity, message: str, details: str) -> Event:
        return self._failed(activity, f"Activity function '{activity.name}' failed: {message}", details)

    def _failed(self, activity: ScheduledActivity, reason: str, details: str) -> Event:
        return Event(
            event_type=EventType.TASK_FAILED,
            timestamp=stamp(self._clock.timestamp()),
            task_scheduled_id=activity.task,
            reason=printable(reason),
            details=printable(details),
        )

    def _flush(self) -> None:
        self._flushing = None
        try:
            wanted = self._store.finish_activities(self._results)
        except Exception:
            log.exception("%d results could not be stored; trying again", len(self._results))
            self._flushing = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._flush)
            return
        self._results = []
        for message in wanted:
            self._finished(message.target)
