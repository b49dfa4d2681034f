"""The locks of one queue: in memory to decide by, in the database so that they survive the process."""

from collections import OrderedDict
from collections.abc import Iterator
from uuid import uuid4

from local_azure.core.group_commit import GroupCommit
from local_azure.service_bus.messages import Lock, LockLostError, Signals
from local_azure.service_bus.store import SEQUENCE_BITS, SequenceNumbers


class LockTable:
    """Who holds which message until when, in milliseconds of real time.

    Every lock of a queue lasts equally long, so they expire in the order in which they were taken or renewed: the
    next to expire is always the first, and no timer has to look at any other.
    """

    def __init__(
        self, store: GroupCommit, numbers: SequenceNumbers, signals: Signals, *, duration: int, now: int
    ) -> None:
        self._store = store
        self._signals = signals
        self._base = numbers.base
        self._duration = duration
        self._by_token: OrderedDict[bytes, Lock] = OrderedDict()
        self._held: set[int] = set()
        rows = store.database.execute(
            "SELECT id, token, until FROM lock WHERE id > ? AND id < ? ORDER BY until",
            (self._base, self._base + (1 << SEQUENCE_BITS)),
        )
        for number, token, until in rows:
            # A lock taken under a longer setting must not hide the ones behind it.
            self._hold(Lock(token, number - self._base, min(until, now + duration)))

    def __len__(self) -> int:
        return len(self._held)

    def holds(self, sequence: int) -> bool:
        """True while a receiver has this message."""
        return sequence in self._held

    def take(self, sequence: int, now: int) -> Lock:
        """Lock a message that nobody holds."""
        lock = Lock(uuid4().bytes_le, sequence, now + self._duration)
        self._hold(lock)
        self._store.execute(
            "INSERT INTO lock (id, token, until) VALUES (?, ?, ?)", (self._base + sequence, lock.token, lock.until)
        )
        self._signals.locked(lock.until)
        return lock

    def find(self, token: bytes, now: int) -> Lock:
        """The lock of this token. Raises LockLostError if it is unknown or its time is over."""
        lock = self._by_token.get(token)
        if lock is None or lock.until <= now:
            raise LockLostError
        return lock

    def renew(self, lock: Lock, now: int) -> int:
        """Begin its time anew; gives its new end."""
        lock.until = now + self._duration
        self._by_token.move_to_end(lock.token)
        self._store.execute("UPDATE lock SET until = ? WHERE id = ?", (lock.until, self._base + lock.sequence))
        return lock.until

    def release(self, lock: Lock) -> None:
        """Forget it."""
        del self._by_token[lock.token]
        self._held.discard(lock.sequence)
        self._store.execute("DELETE FROM lock WHERE id = ?", (self._base + lock.sequence,))

    def next_expiry(self) -> int | None:
        """When the first lock expires, or None without locks."""
        return next((lock.until for lock in self._by_token.values()), None)

    def expired(self, now: int) -> Iterator[Lock]:
        """The locks whose time is over, one after another; the caller releases each before it asks for the next."""
        while (lock := next(iter(self._by_token.values()), None)) is not None and lock.until <= now:
            yield lock

    def _hold(self, lock: Lock) -> None:
        self._by_token[lock.token] = lock
        self._held.add(lock.sequence)
