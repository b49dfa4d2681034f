"""The latest messages of a partition, for readers that keep up: what was just written need not be read and unpacked."""

KEPT_BYTES = 524_288
"""Of messages, once the oldest have left, which they do at the double of it."""


class Recent:
    """Messages by their sequence numbers, without a gap; the first that comes gets the number `start`."""

    def __init__(self, start: int) -> None:
        self._first = start
        self._messages: list[bytes] = []
        self._size = 0

    def add(self, messages: list[bytes]) -> None:
        """Keep the next messages, and of all as many of the latest as there is room for."""
        self._messages += messages
        self._size += sum(map(len, messages))
        if self._size <= 2 * KEPT_BYTES:
            return
        leaving = 0
        while self._size > KEPT_BYTES:
            self._size -= len(self._messages[leaving])
            leaving += 1
        del self._messages[:leaving]
        self._first += leaving

    def read(self, start: int, end: int) -> list[tuple[int, bytes]] | None:
        """Sequence numbers and messages from `start` to before `end`; None if not all of them are here."""
        at = start - self._first
        if at < 0:
            return None
        return list(zip(range(start, end), self._messages[at : end - self._first], strict=True))
