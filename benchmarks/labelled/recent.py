"""Counts over the last hours by any key, for features of an event's context."""

from collections import Counter, defaultdict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Recent(Generic[Key]):
    """Happenings under each key in the last `seconds`: a member (for example a customer) and an amount each time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._rows: defaultdict[Key, deque[tuple[float, Hashable, float]]] = defaultdict(deque)

    def add(self, key: Key, at: float, member: Hashable, amount: float = 0.0) -> None:
        """Note that it happened once more; `at` never decreases."""
        rows = self._rows[key]
        rows.append((at, member, amount))
        self._forget(rows, at)

    def count(self, key: Key, at: float) -> int:
        """The number of times."""
        return len(self._kept(key, at))

    def members(self, key: Key, at: float) -> Counter[Hashable]:
        """The members, and how often each."""
        return Counter(member for _, member, _ in self._kept(key, at))

    def amount(self, key: Key, at: float) -> float:
        """The sum of the amounts."""
        return sum(amount for _, _, amount in self._kept(key, at))

    def _kept(self, key: Key, at: float) -> deque[tuple[float, Hashable, float]]:
        rows = self._rows.get(key)
        if rows is None:
            return deque()
        self._forget(rows, at)
        return rows

    def _forget(self, rows: deque[tuple[float, Hashable, float]], at: float) -> None:
        while rows and rows[0][0] <= at - self._seconds:
            rows.popleft()
