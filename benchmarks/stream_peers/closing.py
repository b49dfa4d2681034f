"""When an engine that is asked for windows is asked: as soon as every partition has passed their end."""

from collections.abc import Callable, Iterable

from benchmarks.stream_peers.batches import FAR_FUTURE, PARTITIONS, WINDOW, Batch, window_end

TOGETHER = 20
"""Batches that are parsed at a time."""


def drive(batches: Iterable[Batch], read: Callable[[list[Batch]], None], close: Callable[[int], None]) -> None:
    """Hand over `TOGETHER` batches at a time, and close windows up to an end once every partition has passed it."""
    watermarks = [0] * PARTITIONS
    unread: list[Batch] = []
    closed = 0

    def read_all() -> None:
        if unread:
            read(unread)
            unread.clear()

    def close_up_to(watermark: int) -> None:
        nonlocal closed
        end = window_end(watermark) - WINDOW
        if end > closed:
            read_all()
            close(end)
            closed = end

    for batch in batches:
        unread.append(batch)
        watermarks[batch.partition] = batch.arrivals[-1]
        if len(unread) >= TOGETHER:
            read_all()
        close_up_to(min(watermarks))
    close_up_to(FAR_FUTURE)
