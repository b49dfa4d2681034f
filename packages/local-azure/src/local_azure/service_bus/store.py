"""The tables behind all queues of a namespace, and the sequence numbers of each."""

from local_azure.core.group_commit import GroupCommit

SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    next_sequence INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,          -- queue << 44 | sequence: in order of arrival within a queue
    queue INTEGER NOT NULL,
    state INTEGER NOT NULL,
    due INTEGER,                     -- when it expires or is activated; NULL while nothing is to happen by itself
    enqueued INTEGER NOT NULL,
    time_to_live INTEGER,
    delivery_count INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    source TEXT,
    payload BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS message_due ON message (queue, due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS lock (    -- apart from the message, so that a delivery does not rewrite its payload
    id INTEGER PRIMARY KEY,
    token BLOB NOT NULL,
    until INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS history ( -- message ids that count as duplicates until they are forgotten
    queue INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    forget INTEGER NOT NULL,
    PRIMARY KEY (queue, message_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS history_forget ON history (queue, forget);
"""

SEQUENCE_BITS = 44


class SequenceNumbers:
    """The sequence numbers of one queue: rising, without gaps, never given twice."""

    def __init__(self, store: GroupCommit, name: str) -> None:
        self._store = store
        store.execute("INSERT INTO queue (name, next_sequence) VALUES (?, 1) ON CONFLICT DO NOTHING", (name,))
        row = store.database.execute("SELECT id, next_sequence FROM queue WHERE name = ?", (name,)).fetchone()
        self.queue: int = row[0]
        self.base: int = self.queue << SEQUENCE_BITS
        self.next: int = row[1]

    def take(self, count: int) -> int:
        """Reserve `count` consecutive numbers and give the first."""
        first, self.next = self.next, self.next + count
        self._store.execute("UPDATE queue SET next_sequence = ? WHERE id = ?", (self.next, self.queue))
        return first
