"""The position of each partition, and the time up to which all of its events are known to have been read.

To know that nothing before a time T is still to come, the job takes T from the clock, then asks the broker for the last
sequence number of the partition. Once it has read that far, every event still to come has arrived at T or later,
because the broker stamps events in the order of its clock. So the watermark is exact, and waits for nothing longer than
it must.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """Once a partition has been read up to `sequence_number`, it is complete up to `time`, in ticks."""

    sequence_number: int
    time: int


class Progress:
    """The progress of the partitions of one input."""

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}
        self._promises: dict[int, Promise] = {}

    @property
    def positions(self) -> dict[int, int]:
        """The sequence number of the last event read of each partition, -1 if none was."""
        return self._positions

    def start(self, partition: int, position: int) -> None:
        """Begin behind this sequence number."""
        self._positions[partition] = position

    def read(self, partition: int, position: int) -> int | None:
        """Events up to `position` have been read. Gives the time that this completes, if it fulfils a promise."""
        self._positions[partition] = position
        return self._fulfilled(partition)

    def promise(self, partition: int, promise: Promise) -> int | None:
        """The broker has answered. Gives the time that is complete at once, if it has been read so far already."""
        self._promises[partition] = promise
        return self._fulfilled(partition)

    def _fulfilled(self, partition: int) -> int | None:
        promise = self._promises.get(partition)
        if promise is None or self._positions[partition] < promise.sequence_number:
            return None
        del self._promises[partition]
        return promise.time
