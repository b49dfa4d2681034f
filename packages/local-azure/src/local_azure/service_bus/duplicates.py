"""Duplicate detection: message ids seen within a window of Azure's time."""

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.messages import Signals


class DuplicateHistory:
    """The message ids of one queue. A window that starts with an id's first message is not prolonged by its repeats."""

    def __init__(self, store: GroupCommit, queue: int, window: int, signals: Signals) -> None:
        self._store = store
        self._signals = signals
        self._queue = queue
        self._window = window

    def is_repeat(self, message_id: str, now: int) -> bool:
        """True if the id was seen within the window; else it is remembered from now on."""
        forget = now + self._window
        written = self._store.execute(
            "INSERT INTO history (queue, message_id, forget) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET forget = excluded.forget WHERE forget <= ?",
            (self._queue, message_id, forget, now),
        )
        self._signals.due(forget)
        return written.rowcount == 0

    def next_due(self) -> int | None:
        """When the oldest id may be forgotten."""
        row = self._store.database.execute("SELECT min(forget) FROM history WHERE queue = ?", (self._queue,))
        return row.fetchone()[0]

    def purge(self, now: int, limit: int) -> int:
        """Forget up to `limit` ids whose window is over; gives how many."""
        return self._store.execute(
            "DELETE FROM history WHERE queue = ?1 AND message_id IN "
            "(SELECT message_id FROM history WHERE queue = ?1 AND forget <= ?2 ORDER BY forget LIMIT ?3)",
            (self._queue, now, limit),
        ).rowcount
