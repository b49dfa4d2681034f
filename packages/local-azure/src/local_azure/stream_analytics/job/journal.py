"""The state of the job that must survive, in one SQLite file.

A commit writes three things in one transaction: how far each partition has been read, the state of the query at that
point, and the rows that it gave until then. Rows leave for the outputs only after their commit. So wherever the process
is killed, what was sent is what the journal holds, and reading goes on from exactly there: no row is lost, and none is
sent with other content than before. A row may be sent twice, under the same name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_azure.core.sqlite import open_database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY CHECK (id = 1), fingerprint TEXT NOT NULL, state BLOB
);
CREATE TABLE IF NOT EXISTS position (
    input TEXT NOT NULL, partition INTEGER NOT NULL, sequence_number INTEGER NOT NULL,
    PRIMARY KEY (input, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
    id INTEGER PRIMARY KEY AUTOINCREMENT, output TEXT NOT NULL, name TEXT NOT NULL, time INTEGER NOT NULL,
    rows BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS pending_by_output ON pending (output, id);
"""


class OtherQueryError(Exception):
    """The journal belongs to another query, so its open windows mean nothing to this one."""


@dataclass(frozen=True)
class Parcel:
    """Rows on their way to one output: `name` is the same whenever they are sent again. `rows` is packed."""

    output: str
    name: str
    time: int
    rows: bytes
    id: int = 0


class Journal:
    """The journal of one job. Used by one thread at a time."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        """Open or begin a journal. Raises OtherQueryError if it was begun for another query."""
        self._database = open_database(path, _SCHEMA)
        self._database.execute("INSERT OR IGNORE INTO job (id, fingerprint) VALUES (1, ?)", (fingerprint,))
        begun_with, self.state = self._database.execute("SELECT fingerprint, state FROM job").fetchone()
        if begun_with != fingerprint:
            self._database.close()
            raise OtherQueryError(str(path))

    def positions(self, name: str) -> dict[int, int]:
        """The sequence number of the last event read of each partition of an input."""
        rows = self._database.execute("SELECT partition, sequence_number FROM position WHERE input = ?", (name,))
        return dict(rows.fetchall())

    def commit(self, positions: Mapping[tuple[str, int], int], state: bytes, parcels: Sequence[Parcel]) -> None:
        """Keep positions, state and rows that belong together."""
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            database.execute("UPDATE job SET state = ?", (state,))
            database.executemany(
                "INSERT INTO position VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET sequence_number = excluded.sequence_number",
                [(name, partition, number) for (name, partition), number in positions.items()],
            )
            database.executemany(
                "INSERT INTO pending (output, name, time, rows) VALUES (?, ?, ?, ?)",
                [(parcel.output, parcel.name, parcel.time, parcel.rows) for parcel in parcels],
            )
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")

    def pending(self, output: str, limit: int) -> list[Parcel]:
        """The oldest parcels of an output that it has not acknowledged."""
        rows = self._database.execute(
            "SELECT output, name, time, rows, id FROM pending WHERE output = ? ORDER BY id LIMIT ?", (output, limit)
        )
        return [Parcel(*row) for row in rows]

    def count_pending(self, output: str) -> int:
        """The number of parcels that wait for an output."""
        return self._database.execute("SELECT count(*) FROM pending WHERE output = ?", (output,)).fetchone()[0]

    def acknowledge(self, parcels: Sequence[Parcel]) -> None:
        """Forget parcels that their output has taken."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("DELETE FROM pending WHERE id = ?", [(parcel.id,) for parcel in parcels])
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._database.close()
