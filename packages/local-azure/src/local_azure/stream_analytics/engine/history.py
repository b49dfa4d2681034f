"""The running value of an aggregate with OVER: what each group holds of the last `duration`, and its history."""

from collections import deque
from typing import Any

from local_azure.stream_analytics.engine.values import MAX_BIGINT, ConversionError, in_range

_Entry = tuple[int, Any]


class _Group:
    __slots__ = ("entries", "total")

    def __init__(self) -> None:
        self.total: Any = 0
        self.entries: deque[_Entry] = deque()


class History:
    """The groups of one aggregate, by their keys. Times are ticks and grow within a group.

    A group keeps its values of less than `duration` ticks ago, those of one time as one.
    """

    def __init__(self, duration: int) -> None:
        self._duration = duration
        self._groups: dict[Any, _Group] = {}
        self._cleared = 0

    def add(self, time: int, key: Any, value: Any) -> Any:
        """Take a value, NULL for none, and give the sum of the group up to it; NULL if it holds nothing."""
        try:
            group = self._groups.get(key)
        except TypeError:
            raise ConversionError("PARTITION BY cannot take a record or an array") from None
        if group is None:
            group = self._groups[key] = _Group()
        entries = group.entries
        if entries and entries[0][0] <= time - self._duration:
            _expire(group, time - self._duration)
        if value is None:
            return group.total if entries else None
        total = group.total + value
        if total.__class__ is not int or not -MAX_BIGINT <= total <= MAX_BIGINT:
            in_range(total)  # raises, and nothing is kept; or lets the least bigint and numbers of other types pass
        if entries and entries[-1][0] == time:
            entries[-1] = (time, entries[-1][1] + value)
        else:
            entries.append((time, value))
        group.total = total
        return total

    def clear(self, watermark: int) -> None:
        """Forget the groups that no later event can add to, once per duration."""
        if watermark < self._cleared + self._duration:
            return
        self._cleared = watermark
        last = watermark - self._duration
        self._groups = {
            key: group for key, group in self._groups.items() if group.entries and group.entries[-1][0] > last
        }

    def state(self) -> list[Any]:
        """The groups as plain values."""
        return [[key, group.total, list(group.entries)] for key, group in self._groups.items()]

    def restore(self, key: Any, total: Any, entries: list[list[Any]]) -> None:
        """Put a group of `state` back."""
        group = self._groups[key] = _Group()
        group.total = total
        group.entries.extend((time, value) for time, value in entries)


def _expire(group: _Group, last: int) -> None:
    entries = group.entries
    while entries and entries[0][0] <= last:
        group.total -= entries.popleft()[1]
    if not entries:
        group.total = 0
    elif group.total.__class__ is float:
        group.total = sum(value for _, value in entries)  # what was rounded away does not pile up
