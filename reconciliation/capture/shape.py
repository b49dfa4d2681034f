"""Many records of one shape at once: the bytes in front of a body lie alike in record after record.

Of one record the reader learns which of these bytes are fixed (keys, types, lengths) and which are values. It jumps
from record to record by the length of the body alone, and then holds all of them to the fixed bytes in columns. What
agrees was read exactly as the walker reads it, because every number that tells where something lies is among the fixed
ones; what does not agree is not taken.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from reconciliation.capture import walker as avro
from reconciliation.capture.records import END_OF_TIME, ENQUEUED, Records, read_moment
from reconciliation.capture.walker import length_at, long_at

NumberArray = NDArray[Any]

SHORTEST_BODY = 64
_MAX_LONG_OCTETS = 9
"""A tenth octet may hold more than 64 bits."""
_MORE, _VALUE = 128, 127
# What the two octets of a body's length add to it: looked up, a step from record to record costs a third less.
_LOW = [(octet & _VALUE) >> 1 for octet in range(256)]
_HIGH = [octet << 6 for octet in range(256)]
_KEY = ENQUEUED.encode()


class RecordShape:
    """The bytes in front of a body of 64 to 8,191 bytes, which are the ones whose length takes two octets."""

    def __init__(self, data: bytes) -> None:
        """Learn from the record that begins `data`. Raises ValueError or IndexError if it has no such shape."""
        self._free: list[slice] = []
        self._partly: list[slice] = []
        self._exact: slice | None = None
        position = self._long(data, 0)
        self._number = self._partly[-1]
        position = self._text(data, position)
        if data[position] >= _MORE:
            raise ValueError("a time of more than 63 characters")
        position = self._text(data, position)
        self._time = self._free[-1]
        position = self._map(data, position, is_system=True)
        position = self._map(data, position, is_system=False)
        if data[position] != avro.BODY or data[position + 1] < _MORE or data[position + 1] & 1:
            raise ValueError("a body of another size")
        self.size = position + 3
        # In whole words of eight bytes; what is too much belongs to the body, and is free.
        words = -(-self.size // 8)
        self._mask = np.zeros(8 * words, np.uint8)
        self._mask[: self.size] = 255
        for place in self._free:
            self._mask[place] = 0
        for place in self._partly:
            self._mask[place] = _MORE
        # A length is not negative: its lowest bit is fixed too.
        self._mask[self.size - 2 : self.size] = _MORE | 1, _MORE
        self._fixed = np.frombuffer(data, np.uint8, len(self._mask)) & self._mask
        if self._fixed[self.size - 1]:
            raise ValueError("a body of another size")
        if any(place.stop - place.start > _MAX_LONG_OCTETS for place in (self._number, self._exact) if place):
            raise ValueError("a number of ten octets")

    def read(self, data: bytes, ends: Sequence[int], counts: Sequence[int]) -> tuple[Records, int]:
        """Read the blocks that make up `data`; gives the records, and how many blocks they are.

        `ends` are the blocks' ends and `counts` their numbers of records, above zero. Only whole blocks are read: the
        first that holds a record of another shape, or any fault, ends it. Raises nothing.
        """
        starts = self._jump(data, sum(counts))
        words = self._fixed.view(np.uint64)
        heads = sliding_window_view(np.frombuffer(data, np.uint8), 8 * len(words))[starts]
        differ = (heads.view(np.uint64) & self._mask.view(np.uint64)) != words
        different = np.flatnonzero(differ)
        bodies = starts + self.size
        stops = bodies + _longs(heads[:, self.size - 2 : self.size])
        lasts = np.cumsum(counts) - 1
        blocks = int(np.searchsorted(lasts, different[0] // len(words) if len(different) else len(starts)))
        misplaced = np.flatnonzero(stops[lasts[:blocks]] != np.array(ends[:blocks]))
        blocks = int(misplaced[0]) if len(misplaced) else blocks
        total = int(lasts[blocks - 1]) + 1 if blocks else 0
        heads = heads[:total]
        try:
            enqueued = self._enqueued(heads)
        except ValueError:
            return Records(), 0
        places = zip(bodies[:total].tolist(), stops[:total].tolist(), strict=True)
        return Records(_longs(heads[:, self._number]), enqueued, [data[start:stop] for start, stop in places]), blocks

    def _jump(self, data: bytes, most: int) -> NumberArray:
        """The beginnings of the records if all have this shape. Behind the first that has not, they are wrong."""
        lengths: list[int] = []
        add = lengths.append
        low, high, size = _LOW, _HIGH, self.size
        position = size - 2
        try:
            for _ in range(most):
                add(position)
                position += size + low[data[position]] + high[data[position + 1]]
        except IndexError:
            pass  # A wrong beginning, or fewer records than were announced: what lies behind the end is left out.
        places = np.array(lengths, np.int64)
        return places[: np.searchsorted(places, len(data) - SHORTEST_BODY, "right")] - (size - 2)

    def _enqueued(self, heads: NumberArray) -> NumberArray:
        """The times of arrival as `Records` holds them. Raises ValueError."""
        texts = heads[:, self._time]
        changes = np.unique(np.flatnonzero(texts[1:] != texts[:-1]) // max(texts.shape[1], 1)) + 1
        firsts = np.concatenate(([0], changes)) if len(texts) else changes
        moments = np.array([read_moment(texts[first].tobytes().decode()) for first in firsts.tolist()], np.int64)
        seconds = np.repeat(moments, np.diff(firsts, append=len(texts)))
        if self._exact is None:
            return seconds
        exact = _longs(heads[:, self._exact])
        return np.where((exact >= 0) & (exact < END_OF_TIME), exact, seconds)

    def _long(self, data: bytes, position: int) -> int:
        _, end = long_at(data, position)
        self._partly.append(slice(position, end))
        return end

    def _text(self, data: bytes, position: int) -> int:
        """Step over a string or bytes whose content is free."""
        length, begin = length_at(data, position)
        self._free.append(slice(begin, begin + length))
        return begin + length

    def _map(self, data: bytes, position: int, *, is_system: bool) -> int:
        while count := data[position]:
            if count & 1 or count >= _MORE:
                raise ValueError("a map that is written in blocks")
            position += 1
            for _ in range(count >> 1):
                length, begin = length_at(data, position)
                position = begin + length
                is_time = is_system and data[begin:position] == _KEY
                position = self._value(data, position, is_time=is_time)
        return position + 1

    def _value(self, data: bytes, position: int, *, is_time: bool) -> int:
        branch = data[position]
        position += 1
        if branch in (avro.TEXT, avro.OCTETS):
            return self._text(data, position)
        if branch == avro.LONG:
            end = self._long(data, position)
            if is_time:
                self._exact = self._partly[-1]
            return end
        if branch == avro.DOUBLE:
            self._free.append(slice(position, position + avro.DOUBLE_LENGTH))
            return position + avro.DOUBLE_LENGTH
        if branch != avro.NULL:
            raise ValueError(f"a property of branch {branch / 2:g}")
        return position


def _longs(octets: NumberArray) -> NumberArray:
    """Zigzag longs, one per row, of a shape (n, octets)."""
    values = np.zeros(len(octets), np.int64)
    for place in range(octets.shape[1]):
        values |= (octets[:, place] & _VALUE).astype(np.int64) << (7 * place)
    return (values >> 1) ^ -(values & 1)
