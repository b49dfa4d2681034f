"""The app's own event loop, on a thread of its own.

The app is imported and its async functions run here. User code may block this loop, as it may on Azure, without
stopping what the host does meanwhile: renew locks, read partitions, answer its clients.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class UserLoop:
    """An event loop that runs until the process ends; its thread never keeps the process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._run, name="app-event-loop", daemon=True).start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine; cancelling the future cancels its task."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def call(self, work: Callable[[], T]) -> T:
        """Run a plain call on the loop's thread, inside the running loop: what a module binds at import fits later."""

        async def on_the_loop() -> T:
            return work()

        return await asyncio.wrap_future(self.submit(on_the_loop()))
