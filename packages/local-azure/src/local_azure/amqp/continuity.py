"""Notices events of a partition that a reader was not given.

A hub numbers the events of a partition without gaps. A gap within what a reader receives is either a fault on the way,
which a second reading mends, or the events have left the hub, which a second reading shows again.
"""

from collections.abc import Iterable


class SkippedEventsError(Exception):
    """Events are missing between two that came. Reading again behind the last that was used may give them."""


class Continuity:
    """The sequence numbers of one partition, across all readings of it."""

    def __init__(self, last: int = -1) -> None:
        """`last` is the number behind which reading begins; before the first event of all, -1, nothing is missed."""
        self._last = last
        self._missed: set[tuple[int, int]] = set()

    def follow(self, numbers: Iterable[int | None]) -> list[tuple[int, int]]:
        """Follow the numbers of a batch. Gives the first and last number of each gap that has shown again.

        Raises SkippedEventsError at a gap that is new, and at an event without a number: the batch must then be read
        anew, behind the last event that was used.
        """
        last = self._last
        gone: list[tuple[int, int]] = []
        for number in numbers:
            if number is None:
                raise SkippedEventsError(f"an event behind number {last} has no sequence number")
            if last >= 0 and number > last + 1:
                gap = (last + 1, number - 1)
                if gap not in self._missed:
                    self._missed.add(gap)
                    raise SkippedEventsError(f"events {gap[0]} to {gap[1]} did not come, but {number} did")
                gone.append(gap)
            last = number
        self._last = last
        return gone
