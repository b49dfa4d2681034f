"""An answer that is kept for some seconds, in which the services are asked once, however many callers there are."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

Answer = TypeVar("Answer")
_MOMENT = 0.25
"""Seconds that a new answer is waited for, although the previous one may serve."""


class RecentAnswer(Generic[Answer]):
    """The last answer of `ask`, whether complete or still being made.

    It serves for `seconds` after it was made, and so does a failure. Later callers do not wait for an answer that takes
    `patience` seconds or more. With `stale`, the previous answer serves that many seconds longer for callers whose new
    answer is not ready within a moment.
    """

    def __init__(
        self,
        ask: Callable[[], Coroutine[Any, Any, Answer]],
        *,
        seconds: float,
        patience: float = 30.0,
        stale: float = 0,
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._patience = patience
        self._stale = stale
        self._task: asyncio.Future[Answer] | None = None
        self._until = 0.0
        self._before: asyncio.Future[Answer] | None = None
        self._outdated: asyncio.Future[Answer] | None = None

    async def get(self) -> Answer:
        """An answer of the last seconds, or the previous one. Raises what `ask` raised."""
        task = self._task
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            return await self.ask_again()
        if time.monotonic() > self._until:
            task = self._begin()
        if (before := self._before) is not None and not task.done():
            await asyncio.wait({task}, timeout=_MOMENT)
            if not task.done():
                return before.result()
        return await asyncio.shield(task)  # a caller that is cancelled must not cancel the question of others

    async def ask_again(self) -> Answer:
        """A new answer, which serves the next callers as well. Raises what `ask` raised."""
        return await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Future[Answer]:
        now = time.monotonic()
        before = self._task
        if before is not None and before.done():
            is_good = not before.cancelled() and before.exception() is None
            self._before = before if is_good and now <= self._until + self._stale and self._stale else None
        self._until = now + self._patience + self._seconds
        task = self._task = asyncio.create_task(self._ask())
        task.add_done_callback(self._answered)
        return task

    def outdate(self) -> None:
        """Have the next caller ask anew: what is asked for has changed. The previous answer may still serve."""
        self._until = min(self._until, time.monotonic())
        self._outdated = self._task

    def put(self, answer: Answer) -> None:
        """Serve an answer that was made elsewhere, from now on."""
        self._task = asyncio.get_running_loop().create_future()
        self._task.set_result(answer)
        self._until = time.monotonic() + self._seconds

    def _answered(self, task: asyncio.Future[Answer]) -> None:
        # One that was asked for before a change may not have seen it, although it comes after.
        if task is self._task and task is not self._outdated:
            self._until = time.monotonic() + self._seconds
        if not task.cancelled():
            task.exception()  # looked at: nobody may be left who waits for it
