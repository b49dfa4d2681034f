"""A partition: an append-only log. Appends take their place at once; readers see them once they are committed."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import Dictionaries
from local_azure.event_hubs import store
from local_azure.event_hubs.events import Event, stamp
from local_azure.event_hubs.positions import BEGINNING, Field, Position
from local_azure.event_hubs.recent import Recent

PURGE_AT_ONCE = 5_000


class PartitionInfo(NamedTuple):
    """A partition as it is at `at_ms`; `last_...` are those of the last event ever, -1 before the first."""

    first_sequence: int
    last_sequence: int
    last_offset: int
    last_time_ms: int
    empty: bool
    at_ms: int


class Partition:
    """One log. `now_ms` is Azure's time in milliseconds; `on_published` is called after a commit that added events."""

    def __init__(
        self,
        commits: GroupCommit,
        dictionaries: Dictionaries,
        partition_id: int,
        number: int,
        now_ms: Callable[[], int],
    ) -> None:
        self.id = partition_id
        self.number = number
        self.on_published: list[Callable[[], None]] = []
        self._commits = commits
        self._now_ms = now_ms
        self._dictionaries = dictionaries
        self._tail = self.committed = store.tail(commits.database, partition_id, self._dictionaries)
        self._packer = store.packer(self._dictionaries, partition_id, self._tail.next_sequence)
        self._recent = Recent(self._tail.next_sequence)
        self._answered_ms = -1
        self._publishing = False

    def append(self, events: Sequence[Event], key: str | None) -> None:
        """Give events their place, in one run with one enqueued time; they are visible after the commit.

        `key` is the partition key of all of them; without it each has its own, if any.
        """
        tail = self._tail
        time_ms = max(self._now_ms(), tail.last_time_ms, self._answered_ms + 1)
        sequence, offset, last_offset = tail.next_sequence, tail.next_offset, tail.last_offset
        base = store.row_id(self.id, 0)
        rows: list[tuple[int, int, int, bytes]] = []
        messages: list[bytes] = []
        for event in events:
            message = stamp(event, key or event.key, sequence, offset, time_ms)
            rows.append((base | sequence, offset, time_ms, self._packer.pack(message)))
            messages.append(message)
            last_offset = offset
            sequence += 1
            offset += len(message)
        self._commits.executemany("INSERT INTO event VALUES(?, ?, ?, ?)", rows)
        self._recent.add(messages)
        self._tail = store.Tail(tail.first_sequence, sequence, last_offset, offset, time_ms)
        if self._packer.is_due:
            self._packer.learn(self._commits.execute)
        if not self._publishing:
            self._publishing = True
            self._commits.after_commit(self._publish)

    def _publish(self) -> None:
        self._publishing = False
        self.committed = self._tail
        for tell in list(self.on_published):
            tell()

    def info(self) -> PartitionInfo:
        """Committed state, as an exact watermark: every later event gets an enqueued time after `at_ms`."""
        self._commits.commit()
        if self._commits.failed:
            raise AmqpError(Condition.INTERNAL_ERROR, "the store has failed")
        tail = self._tail
        self._answered_ms = max(self._now_ms(), tail.last_time_ms)
        return PartitionInfo(
            tail.first_sequence,
            tail.next_sequence - 1,
            tail.last_offset,
            tail.last_time_ms,
            tail.first_sequence == tail.next_sequence,
            self._answered_ms,
        )

    def read(self, start: int, limit: int) -> list[tuple[int, bytes]]:
        """Sequence numbers and encoded messages of at most `limit` committed events from `start` on."""
        first, end = self.committed.first_sequence, self.committed.next_sequence
        if start >= first and (recent := self._recent.read(start, min(start + limit, end))) is not None:
            return recent
        base = store.row_id(self.id, 0)
        rows = store.read(self._commits.database, self._dictionaries, self.id, start, end, limit=limit)
        return [(row - base, message) for row, message in rows]

    def sequence_at(self, position: Position | None) -> int:
        """The sequence number at which a reader of `position` starts. Raises AmqpError if it lies beyond the end."""
        tail = self.committed
        if position is None:
            return tail.next_sequence
        if position == BEGINNING:
            return tail.first_sequence
        if position.field is Field.SEQUENCE:
            return self._at_sequence(position)
        if position.field is Field.OFFSET and position.value > tail.last_offset:
            raise _beyond("offset", position.value, tail.last_offset)
        return self.first_at(position.field, position.value + (0 if position.inclusive else 1))

    def _at_sequence(self, position: Position) -> int:
        tail = self.committed
        start = position.value if position.inclusive else position.value + 1
        if start > tail.next_sequence:
            raise _beyond("sequence number", position.value, tail.next_sequence - 1)
        return max(start, tail.first_sequence)

    def first_at(self, field: Field, value: int) -> int:
        """The sequence number of the first committed event with a field of at least `value`."""
        tail = self.committed
        return bisect_left(
            range(tail.next_sequence),
            value,
            lo=tail.first_sequence,
            key=lambda sequence: self.field_at(field, sequence),
        )

    def field_at(self, field: Field, sequence: int) -> int:
        """The offset or the time of a committed event; for the end, the next offset or the last event's time."""
        tail = self.committed
        if sequence >= tail.next_sequence:
            return tail.next_offset if field is Field.OFFSET else tail.last_time_ms
        return store.field_at(self._commits.database, self.id, sequence, field.value)

    def end(self) -> int:
        """The sequence number after the last committed event."""
        return self.committed.next_sequence

    def purge(self, before_ms: int, keep_from: int) -> int:
        """Remove events enqueued before a time, but none from sequence number `keep_from` on.

        Gives their number, `PURGE_AT_ONCE` at most, so that the event loop is not held up.
        """
        tail = self._tail
        first = min(self.first_at(Field.TIME, before_ms), keep_from, tail.first_sequence + PURGE_AT_ONCE)
        if first <= tail.first_sequence:
            return 0
        self._commits.execute(
            "UPDATE partition SET first_sequence = ?, next_sequence = ?, last_offset = ?, next_offset = ?,"
            " last_time_ms = ? WHERE id = ?",
            (first, *tail[1:], self.id),
        )
        self._commits.execute(
            "DELETE FROM event WHERE id >= ? AND id < ?", (store.row_id(self.id, 0), store.row_id(self.id, first))
        )
        self._tail = tail._replace(first_sequence=first)
        self.committed = self.committed._replace(first_sequence=first)
        return first - tail.first_sequence


def _beyond(what: str, value: int, last: int) -> AmqpError:
    return AmqpError(
        Condition.ARGUMENT_ERROR,
        f"The supplied {what} '{value}' is invalid. The last {what} in the system is '{last}'.",
    )
