"""A queue on a file, with clocks that a test sets, run without AMQP."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from local_azure.core.group_commit import GroupCommit
from local_azure.core.sqlite import open_database
from local_azure.service_bus.messages import Amend, Times
from local_azure.service_bus.queue import Queue
from local_azure.service_bus.settings import QueueSettings
from local_azure.service_bus.store import SCHEMA

T = TypeVar("T")


def amend(payload: bytes, properties: Mapping[str, Any]) -> bytes:
    """Payloads of these tests are JSON objects; their properties are in them."""
    return msgspec.json.encode({**msgspec.json.decode(payload), **properties})


class Engine:
    """One queue and its dead-letter queue. `now` is both clocks, in milliseconds."""

    def __init__(self, folder: Path, settings: QueueSettings, amend: Amend = amend) -> None:
        self.now = 1_700_000_000_000
        self.settings = settings
        self._amend = amend
        self._path = folder / "queue.sqlite"
        self._loop = asyncio.new_event_loop()
        self.failures: list[Exception] = []
        self._open()

    def _open(self) -> None:
        self._database = open_database(self._path, SCHEMA)
        store = GroupCommit(self._database, self.failures.append)
        times = Times(azure=lambda: self.now, real=lambda: self.now)

        def build() -> tuple[Queue, Queue]:
            rules = self.settings
            letters = Queue("q/$deadletterqueue", rules.for_dead_letters(), store=store, times=times, amend=self._amend)
            return letters, Queue("q", rules, store=store, times=times, amend=self._amend, dead_letters=letters)

        self.dead_letters, self.queue = self.run(build)

    def run(self, operation: Callable[[], T]) -> T:
        """Do it in one turn of the event loop, and let the turn's commit happen."""

        async def turn() -> T:
            return operation()

        result = self._loop.run_until_complete(turn())
        self._loop.run_until_complete(asyncio.sleep(0))
        assert not self._database.in_transaction
        return result

    def crash_and_restart(self) -> None:
        """Forget everything that is not in the database."""
        self._database.close()
        self._open()

    def crash_in_the_middle_of(self, operation: Callable[[], T]) -> None:
        """Let the process die after the operation and before its commit."""

        async def turn() -> None:
            operation()
            self._database.rollback()

        self._loop.run_until_complete(turn())
        self.crash_and_restart()

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass, and everything happen that falls due in it."""
        self.now += milliseconds
        for queue in (self.queue, self.dead_letters):
            while (due := queue.next_due()) is not None and due <= self.now:
                self.run(queue.run_due)
            if (expiry := queue.next_lock_expiry()) is not None and expiry <= self.now:
                self.run(queue.expire_locks)

    def watch_statements(self, listener: Callable[[str], None]) -> None:
        """Tell the listener every statement, with its values."""
        self._database.set_trace_callback(listener)

    def plan(self, statement: str) -> list[str]:
        """The plan by which SQLite would run it; empty for a statement that reads and changes no rows."""
        self._database.set_trace_callback(None)
        if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return []
        return [row[3] for row in self._database.execute("EXPLAIN QUERY PLAN " + statement)]

    def close(self) -> None:
        """Let go of the file and the loop."""
        self._database.close()
        self._loop.close()
