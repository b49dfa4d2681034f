"""Cutting a sequence into pieces."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def slices(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in order, `size` at a time; the last slice holds what is left."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
