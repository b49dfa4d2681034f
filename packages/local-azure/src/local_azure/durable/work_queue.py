"""Keys that need work, handled by a bounded number of workers, each key by one worker at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class WorkQueue:
    """A key put while it waits is handled once; put while it is handled, it is handled again afterwards.

    A handler that raises is a fault of the engine or of the disk: it is logged, and the key comes back after a second.
    """

    def __init__(self, name: str, workers: int, handle: Callable[[str], Awaitable[None]]) -> None:
        self._name = name
        self._count = workers
        self._handle = handle
        self._ready: dict[str, None] = {}
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start the workers."""
        self._tasks = [asyncio.create_task(self._work(), name=f"{self._name}-{n}") for n in range(self._count)]

    async def stop(self) -> None:
        """Stop the workers where they stand: what they had begun and not committed is done again at the next start."""
        for handle in self._later.values():
            handle.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def put(self, key: str) -> None:
        """This key needs work now."""
        if later := self._later.pop(key, None):
            later.cancel()
        if key in self._running:
            self._again.add(key)
        else:
            self._ready[key] = None
            self._news.set()

    def put_later(self, key: str, seconds: float) -> None:
        """This key needs work in so many real seconds, or sooner if somebody puts it."""
        if key not in self._ready and key not in self._later:
            self._later[key] = asyncio.get_running_loop().call_later(seconds, self.put, key)

    async def _work(self) -> None:
        while True:
            while not self._ready:
                self._news.clear()
                await self._news.wait()
            key = next(iter(self._ready))
            del self._ready[key]
            self._running.add(key)
            try:
                await self._handle(key)
            except Exception:
                log.exception("%s: %r could not be worked on; trying again", self._name, key)
                self.put_later(key, RETRY_SECONDS)
            finally:
                self._running.discard(key)
            if key in self._again:
                self._again.discard(key)
                self.put(key)
