"""The way every local part opens its SQLite file: write-ahead log, survives kill -9 of the process."""

import sqlite3
from pathlib import Path


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open or create the file and apply `schema` (CREATE ... IF NOT EXISTS statements).

    Transactions are explicit (`BEGIN IMMEDIATE` ... `COMMIT`). `synchronous=NORMAL` in WAL mode keeps every commit
    through the death of the process (its pages are with the operating system); only a power cut can lose the last
    ones. The connection may be handed to another thread, but only one thread may use it at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=NORMAL")
    database.execute("PRAGMA busy_timeout=5000")
    database.executescript(schema)
    return database
