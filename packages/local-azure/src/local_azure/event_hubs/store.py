"""The logs on disk: one table of events, clustered by partition and sequence number.

An event's row id is `partition << 40 | sequence`, so a partition is one run of rows. Offset and enqueued time grow
along it, and every place in the log is found by bisection, without another index. Messages are packed
(`core/packing.py`); the dictionaries are those of a partition. A partition's row keeps what its events no longer tell
once retention has removed them.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from local_azure.core import packing
from local_azure.core.packing import Dictionaries, Packer
from local_azure.core.process import CannotStartError
from local_azure.core.sqlite import open_database

SCHEMA = """
CREATE TABLE IF NOT EXISTS hub(name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partition(
    id INTEGER PRIMARY KEY, hub TEXT NOT NULL, number INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL DEFAULT 0, next_sequence INTEGER NOT NULL DEFAULT 0,
    last_offset INTEGER NOT NULL DEFAULT -1, next_offset INTEGER NOT NULL, last_time_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE(hub, number));
CREATE TABLE IF NOT EXISTS event(
    id INTEGER PRIMARY KEY, "offset" INTEGER NOT NULL, time_ms INTEGER NOT NULL, message BLOB NOT NULL);
"""
_SEQUENCE_BITS = 40
_FIRST_OFFSET = 4_096
"""Offsets count bytes, but not from 0, so that none is ever equal to a sequence number."""


class Tail(NamedTuple):
    """Where a log begins and ends."""

    first_sequence: int
    next_sequence: int
    last_offset: int
    next_offset: int
    last_time_ms: int


def open_store(path: Path) -> sqlite3.Connection:
    """Open or create the database of a name space."""
    return open_database(path, SCHEMA + packing.SCHEMA)


def row_id(partition: int, sequence: int) -> int:
    """The row of an event."""
    return partition << _SEQUENCE_BITS | sequence


def ensure_hub(database: sqlite3.Connection, name: str, partitions: int, now_ms: int) -> tuple[int, list[int]]:
    """When a hub was created (ms since 1970), and the ids of its partitions; makes what is missing.

    Raises CannotStartError if the store holds more partitions than the hub has now.
    """
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT OR IGNORE INTO hub VALUES(?, ?)", (name, now_ms))
    (created,) = database.execute("SELECT created_ms FROM hub WHERE name = ?", (name,)).fetchone()
    database.executemany(
        "INSERT OR IGNORE INTO partition(hub, number, next_offset) VALUES(?, ?, ?)",
        [(name, number, _FIRST_OFFSET) for number in range(partitions)],
    )
    ids = [each for (each,) in database.execute("SELECT id FROM partition WHERE hub = ? ORDER BY number", (name,))]
    database.execute("COMMIT")
    if len(ids) > partitions:
        raise CannotStartError(f"hub {name} has {len(ids)} partitions in its store; they cannot become {partitions}")
    return created, ids


def packer(dictionaries: Dictionaries, partition: int, written: int) -> Packer:
    """The packer of a partition's messages, of which so many were written before."""
    return dictionaries.packer(f"partition {partition}", written)


def tail(database: sqlite3.Connection, partition: int, dictionaries: Dictionaries) -> Tail:
    """Where a partition's log begins and ends: from its last event, or from its row if it has none."""
    kept = database.execute(
        "SELECT first_sequence, next_sequence, last_offset, next_offset, last_time_ms FROM partition WHERE id = ?",
        (partition,),
    ).fetchone()
    last = database.execute(
        'SELECT id, "offset", time_ms, message FROM event WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1',
        (row_id(partition, 0), row_id(partition + 1, 0) - 1),
    ).fetchone()
    if last is None:
        return Tail(*kept)
    row, offset, time_ms, message = last
    next_offset = offset + len(dictionaries.unpack(message))
    return Tail(kept[0], row - row_id(partition, 0) + 1, offset, next_offset, time_ms)


def read(
    database: sqlite3.Connection, dictionaries: Dictionaries, partition: int, start: int, end: int, *, limit: int = -1
) -> Iterator[tuple[int, bytes]]:
    """Row ids and messages of the events from sequence number `start` to before `end`."""
    rows = database.execute(
        "SELECT id, message FROM event WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (row_id(partition, start), row_id(partition, end), limit),
    )
    unpack = dictionaries.unpack
    return ((row, unpack(message)) for row, message in rows)


def field_at(database: sqlite3.Connection, partition: int, sequence: int, column: str) -> int:
    """The offset or the time of one event."""
    names = {"offset": '"offset"', "time": "time_ms"}
    (value,) = database.execute(
        f"SELECT {names[column]} FROM event WHERE id = ?", (row_id(partition, sequence),)
    ).fetchone()
    return value
