"""Group commit: one SQLite transaction for everything that a turn of the event loop writes.

A client is answered only after the commit, so what was acknowledged is stored; and a hundred senders in one turn
cost one commit. If SQLite fails (a full disk), nothing of the turn is acknowledged, the failure is handed to
`on_failure`, and every later write is refused: the process must end rather than promise what it cannot keep.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

log = logging.getLogger(__name__)


class StoreFailedError(Exception):
    """The database has failed; nothing more can be stored."""


class GroupCommit:
    """The only way to write to the database. Use it from the thread of the event loop.

    `refusal` makes the exception that a write raises after a failure, in the words of whoever writes.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        on_failure: Callable[[Exception], None],
        refusal: Callable[[str], Exception] = StoreFailedError,
    ) -> None:
        self.database = database
        self._refusal = refusal
        self._on_failure = on_failure
        self._waiting: list[Callable[[], None]] = []
        self._scheduled = False
        self.failed = False

    def execute(self, sql: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Write within the transaction of this turn. Raises the refusal if the database has failed."""
        return self._run(lambda: self.database.execute(sql, tuple(values)))

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        """Write many rows within the transaction of this turn. Raises the refusal if the database has failed."""
        return self._run(lambda: self.database.executemany(sql, rows))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call back once everything written so far is stored; also when nothing was written in this turn."""
        self._waiting.append(callback)
        self._schedule()

    def commit(self) -> None:
        """Store everything written so far now, and call back those who wait for it; does nothing after a failure."""
        self._scheduled = False
        if self.failed:
            self._waiting.clear()
            return
        try:
            if self.database.in_transaction:
                self.database.execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(error)
            return
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            try:
                callback()
            except Exception:
                log.exception("a callback after a commit failed; the others go on")

    def _run(self, statement: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
        if self.failed:
            raise self._refusal("the store has failed")
        try:
            if not self.database.in_transaction:
                self.database.execute("BEGIN IMMEDIATE")
                self._schedule()
            return statement()
        except sqlite3.Error as error:
            self._fail(error)
            raise self._refusal("the store has failed") from error

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self.commit)

    def _fail(self, error: sqlite3.Error) -> None:
        self.failed = True
        self._waiting.clear()
        if self.database.in_transaction:
            self.database.execute("ROLLBACK")
        self._on_failure(error)
