"""The SQLite file and its transactions: every write of one turn of the event loop is one commit.

A handler writes at once, then waits in `settled` until the turn's commit; so an answer is never sent before its write
is safe from kill -9, and concurrent writers share the cost of a commit. A commit that fails (disk full) fails them all.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local_azure.core import packing
from local_azure.core.packing import Dictionaries
from local_azure.core.sqlite import give_back, open_database
from local_azure.cosmos.effective_key import effective_key
from local_azure.cosmos.errors import CosmosError
from local_azure.cosmos.index_key import KeyReader
from local_azure.cosmos.sums import Sums

logger = logging.getLogger(__name__)

_GIVES_BACK_AFTER_SECONDS = 1.0
_CACHED_KIB = 32 * 1024
"""Pages kept in memory. Keys are random: with SQLite's own 2 MB each insert reads the pages of the indexes anew."""
_LOG_PAGES = 4_000
_LOG_BYTES = 20 * 1024 * 1024
"""Pages of the write-ahead log after which they are copied into the file, and the bytes that it keeps then: keys are
random, so a page is written many times, and the longer the log, the fewer of these are copied. With SQLite's own 1,000
a creation took 6 % more CPU, with 16,000 as much."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    parent INTEGER NOT NULL,        -- 0 for a database, else the number of the container's database
    id TEXT NOT NULL,
    properties BLOB NOT NULL,       -- JSON, as the service answers it
    UNIQUE (parent, id)
);
CREATE TABLE IF NOT EXISTS offer (
    number INTEGER PRIMARY KEY,     -- of the resource whose throughput it is
    ranges INTEGER NOT NULL,        -- how many partition key ranges it was created with
    properties BLOB NOT NULL        -- JSON, as the service answers it
);
CREATE TABLE IF NOT EXISTS usage (
    container INTEGER PRIMARY KEY,  -- its number
    documents INTEGER NOT NULL,
    bytes INTEGER NOT NULL          -- of their JSON
);
"""


class Store:
    """One connection, used by the event loop's thread alone. sqlite3.Error if the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, SCHEMA + packing.SCHEMA)
        self._database.execute(f"PRAGMA cache_size=-{_CACHED_KIB}")
        self._database.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        self._database.execute(f"PRAGMA journal_size_limit={_LOG_BYTES}")
        self._database.create_function("effective_key", 1, effective_key, deterministic=True)
        self.dictionaries = Dictionaries(self._database)
        self.plain = self.dictionaries.unpack
        self.keys = KeyReader(self.plain)
        # The indexes call a function of ours: it must be trusted wherever SQLite was built not to.
        self._database.execute("PRAGMA trusted_schema=ON")
        self._database.create_function("index_key", 2, self.keys, deterministic=True)
        self._database.create_function("element_keys", 2, self.keys.elements, deterministic=True)
        self._database.create_function("json_size", 1, self.keys.size, deterministic=True)
        self._database.create_function("plain", 1, self.plain, deterministic=True)
        self._open = False
        self._closed = False
        self._giving_back = False
        self._waiting: list[asyncio.Future[None]] = []
        self._in_batch = False
        self._after_batch: list[Callable[[], None]] = []
        self._sequence = 0
        self.sums = Sums()
        self.on_rollback: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Commit what the last turn wrote and close the file."""
        self._commit()
        self._closed = True
        self._database.close()

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Read, outside or inside the turn's transaction."""
        return self._database.execute(sql, values)

    def bodies(self, table: str, rows: Sequence[int]) -> dict[int, bytes]:
        """The JSON of documents of a table by their rows, of those that are there."""
        sql = f"SELECT row, body FROM {table} WHERE row IN ({', '.join('?' * len(rows))})"
        plain = self.plain
        return {row: plain(body) for row, body in self.execute(sql, tuple(rows))}

    def write(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        """Write within the turn's transaction, which this begins if need be."""
        self._begin()
        return self._database.execute(sql, values)

    @contextmanager
    def atomic(self) -> Generator[None]:
        """All writes within, or none: any exception undoes them and leaves the others of the turn alone."""
        self._begin()
        self._database.execute("SAVEPOINT batch")
        self._in_batch = True
        sums = self.sums.copy()
        try:
            yield
        except BaseException:
            # A failure that nobody has foreseen too: the batch is answered with 500, and must not be half there.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK TO batch")
            self.sums.restore(sums)
            raise
        finally:
            self._in_batch = False
            waiting, self._after_batch = self._after_batch, []
            if self._database.in_transaction:
                self._database.execute("RELEASE batch")
                for write in waiting:
                    write()

    def outside_of_batches(self, write: Callable[[], None]) -> None:
        """Write at once, or after the batch that is being written: what it writes must not be undone with a batch."""
        if self._in_batch:
            self._after_batch.append(write)
        else:
            write()

    def forget_dictionaries(self, table: str) -> None:
        """Forget those of a table whose documents are gone; another table's may have their numbers from now on."""
        self.dictionaries.forget(table, self.write)
        self.keys.forget()

    def give_back_soon(self) -> None:
        """Give the disk that deleted documents took back, between two turns and in small parts."""
        if not self._giving_back:
            self._giving_back = True
            asyncio.get_running_loop().call_later(_GIVES_BACK_AFTER_SECONDS, self._give_back)

    def _give_back(self) -> None:
        self._giving_back = False
        if self._closed:
            return
        self._commit()  # it cannot be done within a transaction
        try:
            is_more = give_back(self._database)
        except sqlite3.Error as problem:
            logger.warning("the file keeps the pages of what was deleted: %s", problem)
            return
        if is_more:
            self.give_back_soon()

    async def settled(self) -> None:
        """Wait until everything written so far is committed. CosmosError 503 if it could not be."""
        if self._open:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    def next_sequence(self) -> int:
        """A number above all earlier ones, across restarts too: microseconds since 1970, or one more than the last.

        Rows, ETags and session tokens are made of it.
        """
        self._sequence = max(self._sequence + 1, time.time_ns() // 1000)
        return self._sequence

    def has_reached(self, number: int) -> None:
        """Give no number up to this one, which an earlier process gave, should the clock have been set back."""
        self._sequence = max(self._sequence, number)

    @property
    def sequence(self) -> int:
        """The last number given."""
        return self._sequence

    def _begin(self) -> None:
        if not self._open:
            self._database.execute("BEGIN IMMEDIATE")
            self._open = True
            asyncio.get_running_loop().call_soon(self._commit)

    def abandon(self, problem: sqlite3.Error) -> CosmosError:
        """Undo the whole turn after an error of the file; all requests that wait get the 503 that this returns."""
        logger.error("a transaction is undone, its requests are answered with 503: %s", problem)
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        self.dictionaries.load()
        self.keys.forget()
        self.sums.restore({})
        self.on_rollback()
        refusal = CosmosError(503, "ServiceUnavailable", f"The database file cannot be used: {problem}")
        for waiting in self._ended():
            waiting.set_exception(refusal)
        return refusal

    def _commit(self) -> None:
        if not self._open:
            return
        try:
            self.sums.write(self._database)
            self._database.execute("COMMIT")
        except sqlite3.Error as problem:
            self.abandon(problem)
            return
        for waiting in self._ended():
            waiting.set_result(None)

    def _ended(self) -> list[asyncio.Future[None]]:
        """End the turn; those who wait for it, but for clients that have left."""
        waiting, self._waiting, self._open = self._waiting, [], False
        return [each for each in waiting if not each.done()]
