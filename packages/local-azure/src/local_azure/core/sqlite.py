"""The way every local part opens its SQLite file: write-ahead log, survives kill -9, gives back what was deleted."""

import sqlite3
from pathlib import Path

LONGEST_LOG_BYTES = 8 * 1024 * 1024
PAGES_AT_ONCE = 2_000
"""8 MB, which takes some 50 ms."""


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open or create the file and apply `schema` (CREATE ... IF NOT EXISTS statements).

    Transactions are explicit (`BEGIN IMMEDIATE` ... `COMMIT`). `synchronous=NORMAL` in WAL mode keeps every commit
    through the death of the process (its pages are with the operating system); only a power cut can lose the last
    ones. The connection may be handed to another thread, but only one thread may use it at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    if is_new:
        # Before the first table. In a file of an earlier version free pages are used again, but not given back.
        database.execute("PRAGMA auto_vacuum=INCREMENTAL")
    database.execute("PRAGMA journal_mode=WAL")
    # A log that a large transaction or a long reader has made grow is cut when it begins anew.
    database.execute(f"PRAGMA journal_size_limit={LONGEST_LOG_BYTES}")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("PRAGMA busy_timeout=5000")
    database.executescript(schema)
    return database


def give_back(database: sqlite3.Connection) -> bool:
    """Give free pages of the file back to the disk, PAGES_AT_ONCE at most; True if there may be more.

    For whoever has deleted much. Outside of a transaction only; raises sqlite3.Error.
    """
    (free,) = database.execute("PRAGMA freelist_count").fetchone()
    if not free:
        return False
    # `execute` makes one step of it, which gives back one page.
    database.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
    (left,) = database.execute("PRAGMA freelist_count").fetchone()
    return 0 < left < free
