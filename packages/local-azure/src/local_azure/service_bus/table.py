"""The stored messages of one queue: the only place that reads and writes their rows."""

from collections.abc import Sequence

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.messages import MessageState, QueuedMessage, Signals
from local_azure.service_bus.store import SEQUENCE_BITS, SequenceNumbers

_COLUMNS = "id, state, enqueued, time_to_live, delivery_count, origin, source, payload"
_PAGE_BYTES = 1_048_576


class MessageTable:
    """Messages by sequence number. `due` is when a message expires or is activated, in milliseconds of Azure's time."""

    def __init__(self, store: GroupCommit, numbers: SequenceNumbers, signals: Signals) -> None:
        self._store = store
        self._signals = signals
        self._queue = numbers.queue
        self._base = numbers.base

    def get(self, sequence: int) -> QueuedMessage | None:
        """The message of this number, which may be any that a client thinks of."""
        if not 0 < sequence < 1 << SEQUENCE_BITS:
            return None
        return next(iter(self._select("id = ?", (self._base + sequence,), 1)), None)

    def page(self, first: int, end: int, limit: int, *, only_active: bool = False) -> list[QueuedMessage]:
        """Up to `limit` messages of numbers `first` <= n < `end`, in order; fewer if they are large, at least one."""
        first = min(max(first, 1), end)
        condition = "id >= ? AND id < ?" + (" AND state = 0" if only_active else "")
        return self._select(condition, (self._base + first, self._base + end), limit)

    def due(self, now: int, limit: int) -> list[QueuedMessage]:
        """Up to `limit` messages whose time has come, the earliest first; read through the index alone."""
        return self._select("queue = ? AND due <= ?", (self._queue, now), limit, order="due")

    def next_due(self) -> int | None:
        """When the first of all messages is due."""
        rows = self._store.database.execute(
            "SELECT min(due) FROM message WHERE queue = ? AND due IS NOT NULL", (self._queue,)
        )
        return rows.fetchone()[0]

    def insert(self, messages: Sequence[tuple[QueuedMessage, int | None]]) -> None:
        """Store new messages, each with when it is due."""
        self._store.executemany(
            "INSERT INTO message"
            " (id, queue, state, due, enqueued, time_to_live, delivery_count, origin, source, payload)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    self._base + message.sequence,
                    self._queue,
                    message.state.value,
                    due,
                    message.enqueued,
                    message.time_to_live,
                    message.delivery_count,
                    message.origin,
                    message.source,
                    message.payload,
                )
                for message, due in messages
            ],
        )
        if dues := [due for _, due in messages if due is not None]:
            self._signals.due(min(dues))

    def update(self, message: QueuedMessage, due: int | None) -> None:
        """Store what may change while a message stays: its state, delivery count and payload."""
        self._store.execute(
            "UPDATE message SET state = ?, due = ?, delivery_count = ?, payload = ? WHERE id = ?",
            (message.state.value, due, message.delivery_count, message.payload, self._base + message.sequence),
        )

    def forget_due(self, sequence: int) -> None:
        """Nothing happens to the message by itself any more."""
        self._store.execute("UPDATE message SET due = NULL WHERE id = ?", (self._base + sequence,))

    def delete(self, sequence: int) -> None:
        """Remove the message."""
        self._store.execute("DELETE FROM message WHERE id = ?", (self._base + sequence,))

    def _select(self, condition: str, values: tuple[int, ...], limit: int, *, order: str = "id") -> list[QueuedMessage]:
        rows = self._store.database.execute(
            f"SELECT {_COLUMNS} FROM message WHERE {condition} ORDER BY {order} LIMIT ?", (*values, limit)
        )
        messages: list[QueuedMessage] = []
        size = 0
        for number, state, *rest in rows:
            messages.append(QueuedMessage(number - self._base, MessageState(state), *rest))
            size += len(rest[-1])
            if size >= _PAGE_BYTES:
                break
        rows.close()
        return messages
