"""Looking up in portions, so that no more is in memory than a process can hold."""

import json
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

Item = TypeVar("Item")

_encoder = msgspec.json.Encoder()


class TooLargeError(Exception):
    """More bytes were asked for than may be in memory at once: less is to be asked for."""


def let_go(error: TooLargeError) -> None:
    """Let go of what was read when it was too much: the frames of an error hold it until Python looks for circles."""
    traceback.clear_frames(error.__traceback__)


class BytesTaken:
    """The bytes that were taken, of `most`, if there is a bound."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._bytes = 0

    def add(self, size: int) -> None:
        """Take some more. Raises TooLargeError if that is too much."""
        self._bytes += size
        if self._most is not None and self._bytes > self._most:
            raise TooLargeError(f"{self._bytes} bytes; {self._most} are read at once")


def bytes_of(document: Mapping[str, Any]) -> int:
    """The bytes of a document that was read back, as JSON, give or take some."""
    try:
        return len(_encoder.encode(document))
    except (ValueError, OverflowError, TypeError):  # half of a surrogate pair, a number beyond 64 bits
        return len(json.dumps(document))


def halves(items: Sequence[Item]) -> list[Sequence[Item]]:
    """The second half of some items, then the first: from the end of a list, they are taken in order."""
    middle = len(items) // 2
    return [items[middle:], items[:middle]]
