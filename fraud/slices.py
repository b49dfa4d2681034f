"""Cutting a sequence into pieces."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def slices(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in order, `size` at a time; the last slice holds what is left."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def slices_within(items: Iterable[Item], most: int, size: int, size_of: Callable[[Item], int]) -> Iterator[list[Item]]:
    """The items in order, at most `most` at a time and of a size of `size` together; one that is larger goes alone."""
    portion: list[Item] = []
    taken = 0
    for item in items:
        own = size_of(item)
        if portion and (len(portion) == most or taken + own > size):
            yield portion
            portion, taken = [], 0
        portion.append(item)
        taken += own
    if portion:
        yield portion
