"""The task hub's SQLite file. Every method is one transaction, or reads; a killed process loses none that returned.

The file holds the truth about every instance: its history, the messages that wait for it, the activities that are
scheduled and not finished, its timers, and the state of entities. What the engine keeps in memory is a cache of it.
"""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import msgspec

from local_azure.core.process import CannotStartError
from local_azure.core.sqlite import open_database

SCHEMA = """
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, execution TEXT NOT NULL, name TEXT NOT NULL, version TEXT, status TEXT NOT NULL,
  input TEXT, output TEXT, custom_status TEXT, created REAL NOT NULL, updated REAL NOT NULL,
  parent TEXT, parent_execution TEXT, parent_task INTEGER, generation INTEGER);
CREATE INDEX IF NOT EXISTS instances_by_creation ON instances(created);
CREATE TABLE IF NOT EXISTS history(
  instance TEXT, seq INTEGER, event TEXT NOT NULL, PRIMARY KEY(instance, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages(
  id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, kind INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_target ON messages(target, id);
CREATE INDEX IF NOT EXISTS commands_by_target ON messages(target, id) WHERE kind = 2;
CREATE TABLE IF NOT EXISTS activities(
  id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, task INTEGER NOT NULL, name TEXT NOT NULL, input TEXT);
CREATE INDEX IF NOT EXISTS activities_by_instance ON activities(instance);
CREATE TABLE IF NOT EXISTS timers(
  id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, instance TEXT NOT NULL, task INTEGER NOT NULL,
  fire_at REAL);
CREATE INDEX IF NOT EXISTS timers_by_due ON timers(due);
CREATE INDEX IF NOT EXISTS timers_by_instance ON timers(instance, task);
CREATE TABLE IF NOT EXISTS entities(
  id TEXT PRIMARY KEY, state TEXT NOT NULL, updated REAL NOT NULL, created REAL);
"""
_ADDED = {("timers", "fire_at", "REAL"), ("entities", "created", "REAL"), ("instances", "generation", "INTEGER")}
"""Columns that a file of an older version may not have yet."""


class MessageKind(IntEnum):
    """The meaning of a message to its target."""

    EVENT = 0
    """A history event of the running execution: a start, a completion, a fired timer, an entity's answer."""
    EXTERNAL_EVENT = 1
    """An event from outside: a generation that continues as new leaves it if it has not taken it in yet."""
    CONTROL = 2
    """Terminate, suspend or resume: taken even by a suspended instance."""
    OPERATION = 3
    """An operation on an entity."""
    CONTINUATION = 4
    """The start of an execution that another one continued as."""


class StoredMessage(msgspec.Struct, frozen=True):
    """A message in the inbox of an instance or an entity. `id` orders the inbox; 0 for one not stored yet."""

    target: str
    kind: MessageKind
    body: str
    id: int = 0


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """The row of an orchestration. Times are Azure's, in seconds since 1970; input, output and status are JSON text."""

    id: str
    execution: str
    name: str
    version: str | None = None
    status: str = "Pending"
    input: str | None = None
    output: str | None = None
    custom_status: str | None = None
    created: float
    updated: float
    parent: str | None = None
    parent_execution: str | None = None
    parent_task: int | None = None
    generation: int | None = None
    """The number of times that a client has started the id anew."""

    @property
    def is_finished(self) -> bool:
        """True if it has ended: completed, failed or terminated."""
        return self.status in FINISHED


FINISHED = frozenset({"Completed", "Failed", "Terminated"})
_TIMERS_AT_ONCE = 500

INSTANCE_COLUMNS = ", ".join(Instance.__struct_fields__)
# The columns are named: a file of an older version has one more.
_PUT_INSTANCE = f"""INSERT OR REPLACE INTO instances({INSTANCE_COLUMNS})
  VALUES ({", ".join("?" * len(Instance.__struct_fields__))})"""


class ScheduledActivity(msgspec.Struct, frozen=True):
    """An activity that is scheduled and not finished."""

    id: int
    instance: str
    task: int
    name: str
    input: str | None


class Store:
    """The tables above. Not safe for use by two threads at once.

    The file belongs to one process for as long as it is open: two engines over one hub would run everything twice.
    Raises CannotStartError if another has it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self.database = open_database(path, SCHEMA)
            for table, column, kind in _ADDED:
                columns = {row[1] for row in self.database.execute(f"PRAGMA table_info({table})")}
                if column not in columns:
                    self.database.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
            self.database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self.database.execute("BEGIN EXCLUSIVE")
            self.database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise CannotStartError(f"another process works on {path}; stop it first") from error

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing: commits at the end, rolls back if the body raises."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield self.database
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    # --- instances and histories ---

    def instance(self, instance_id: str) -> Instance | None:
        """The row of an instance, if there is one."""
        query = f"SELECT {INSTANCE_COLUMNS} FROM instances WHERE id = ?"
        row = self.database.execute(query, (instance_id,)).fetchone()
        return Instance(**dict(zip(Instance.__struct_fields__, row, strict=True))) if row else None

    def history(self, instance_id: str) -> list[str]:
        """The history of an instance as event JSON, in order."""
        rows = self.database.execute("SELECT event FROM history WHERE instance = ? ORDER BY seq", (instance_id,))
        return [event for (event,) in rows]

    # --- messages ---

    def messages(self, target: str, limit: int = 1000) -> list[StoredMessage]:
        """The oldest messages in an inbox."""
        query = "SELECT target, kind, body, id FROM messages WHERE target = ? ORDER BY id LIMIT ?"
        rows = self.database.execute(query, (target, limit))
        return [StoredMessage(to, MessageKind(kind), body, number) for to, kind, body, number in rows]

    def discard_messages(self, target: str) -> None:
        """Empty an inbox whose owner has ended."""
        with self.transaction() as database:
            database.execute("DELETE FROM messages WHERE target = ?", (target,))

    def targets(self) -> list[str]:
        """Everything that has messages waiting."""
        return [target for (target,) in self.database.execute("SELECT DISTINCT target FROM messages")]

    # --- entities ---

    def entity(self, entity_id: str) -> tuple[str, str, float, float] | None:
        """The row of an entity: address, state as JSON text, last and first run."""
        query = "SELECT id, state, updated, COALESCE(created, updated) FROM entities WHERE id = ?"
        return self.database.execute(query, (entity_id,)).fetchone()

    def entity_state(self, entity_id: str) -> str | None:
        """The state of an entity as JSON text, None if it does not exist."""
        row = self.database.execute("SELECT state FROM entities WHERE id = ?", (entity_id,)).fetchone()
        return row[0] if row else None

    # --- activities ---

    def activities(self, after: int, limit: int) -> list[ScheduledActivity]:
        """The oldest scheduled activities that come after the one of id `after`."""
        query = "SELECT id, instance, task, name, input FROM activities WHERE id > ? ORDER BY id LIMIT ?"
        return [ScheduledActivity(*row) for row in self.database.execute(query, (after, limit))]

    def finish_activities(self, completions: Iterable[tuple[int, StoredMessage]]) -> list[StoredMessage]:
        """Replace finished activities by their messages; gives those whose activity was still wanted."""
        wanted: list[StoredMessage] = []
        with self.transaction() as database:
            for activity, message in completions:
                if database.execute("DELETE FROM activities WHERE id = ?", (activity,)).rowcount:
                    put_message(database, message)
                    wanted.append(message)
        return wanted

    # --- timers ---

    def next_timer(self) -> float | None:
        """The time at which the next timer is due, in Azure's seconds since 1970."""
        return self.database.execute("SELECT MIN(due) FROM timers").fetchone()[0]

    def due_timers(self, now: float, *, in_order: bool) -> list[tuple[int, float, str, int]]:
        """Timers that are due: id, the time that was asked for, the instance, the number there.

        Without `in_order` those that are due at the same time come in an order that says nothing of what was asked for.
        """
        among = "COALESCE(fire_at, due), id" if in_order else "(id * 7919) % 1009, id"
        query = (
            "SELECT id, COALESCE(fire_at, due), instance, task FROM timers WHERE due <= ? "
            f"ORDER BY due, {among} LIMIT {_TIMERS_AT_ONCE}"
        )
        return self.database.execute(query, (now,)).fetchall()

    def fire_timers(self, fired: Iterable[tuple[int, StoredMessage]]) -> None:
        """Replace timers by their messages."""
        with self.transaction() as database:
            for timer, message in fired:
                database.execute("DELETE FROM timers WHERE id = ?", (timer,))
                put_message(database, message)


def running_execution(database: sqlite3.Connection, instance_id: str) -> str | None:
    """The execution of an instance that has not ended, None without such an instance."""
    marks = ", ".join("?" * len(FINISHED))
    query = f"SELECT execution FROM instances WHERE id = ? AND status NOT IN ({marks})"
    row = database.execute(query, (instance_id, *FINISHED)).fetchone()
    return row[0] if row else None


def stored_output(database: sqlite3.Connection, instance_id: str) -> str | None:
    """The output that an instance shows now, as JSON text."""
    return database.execute("SELECT output FROM instances WHERE id = ?", (instance_id,)).fetchone()[0]


def put_instance(database: sqlite3.Connection, instance: Instance) -> None:
    """Write the row of an instance, inside a transaction."""
    database.execute(_PUT_INSTANCE, msgspec.structs.astuple(instance))


def put_message(database: sqlite3.Connection, message: StoredMessage) -> None:
    """Append to an inbox, inside a transaction."""
    values = (message.target, int(message.kind), message.body)
    database.execute("INSERT INTO messages(target, kind, body) VALUES (?, ?, ?)", values)


def delete_messages(database: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Remove messages from their inbox, inside a transaction."""
    database.executemany("DELETE FROM messages WHERE id = ?", [(number,) for number in ids])


def forget_work(database: sqlite3.Connection, instance_id: str, *, keep_from_outside: bool = False) -> None:
    """Drop what an execution has scheduled and what waits for it, inside a transaction."""
    database.execute("DELETE FROM activities WHERE instance = ?", (instance_id,))
    database.execute("DELETE FROM timers WHERE instance = ?", (instance_id,))
    kept = (MessageKind.EXTERNAL_EVENT, MessageKind.CONTROL) if keep_from_outside else ()
    marks = ", ".join("?" * len(kept))
    database.execute(
        f"DELETE FROM messages WHERE target = ? AND kind NOT IN ({marks})", (instance_id, *(int(k) for k in kept))
    )


def forget_instance(database: sqlite3.Connection, instance_id: str) -> None:
    """Drop an instance with everything of its own, inside a transaction."""
    forget_work(database, instance_id)
    database.execute("DELETE FROM history WHERE instance = ?", (instance_id,))
    database.execute("DELETE FROM instances WHERE id = ?", (instance_id,))
