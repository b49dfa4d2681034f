"""Windows: the events that the next Capture file of a partition holds, and the moment that it is named for.

Everything here follows from the log, the journal and the clock; nothing is written.
"""

from typing import NamedTuple, Protocol

from local_azure.event_hubs.positions import Field

MOST_LATE = 12
"""Windows without an event that are written although they have passed: an hour of the usual five minutes."""


class Log(Protocol):
    """A partition's committed events, as far as a window needs them."""

    def first_at(self, field: Field, value: int) -> int:
        """The sequence number of the first event with a field of at least `value`, or the end."""
        ...

    def field_at(self, field: Field, sequence: int) -> int:
        """The offset or time of an event; the end has the offset and the time (in the past) that come next."""
        ...

    def end(self) -> int:
        """The sequence number after the last event."""
        ...


class Progress(NamedTuple):
    """The progress of a partition's Capture: the next event, when its window ends, and the second of the last name."""

    next_sequence: int
    window_end_ms: int
    named_second: int


class Window(NamedTuple):
    """A window that is complete: events from `start` to before `end`, named for `second`, and the progress after."""

    start: int
    end: int
    second: int
    after: Progress


def first_window(log: Log, start: int, now_ms: int, interval_ms: int) -> Progress:
    """Where Capture of a partition begins: windows end at multiples of the interval."""
    begins = log.field_at(Field.TIME, start) if start < log.end() else now_ms
    return Progress(start, (begins // interval_ms + 1) * interval_ms, 0)


def complete_window(log: Log, progress: Progress, now_ms: int, interval_ms: int, size: int) -> Window | None:
    """The next window, if it is complete by size or by time.

    Names have whole seconds: a window that fills in the same second as the one before is named for the next.
    """
    progress = _without_idle_windows(log, progress, now_ms, interval_ms)
    start, window_end, named = progress
    in_time = log.first_at(Field.TIME, window_end)
    full_at = log.field_at(Field.OFFSET, start) + size
    if in_time > start and log.field_at(Field.OFFSET, in_time) >= full_at:
        end = min(log.first_at(Field.OFFSET, full_at), in_time)
        triggered = log.field_at(Field.TIME, end - 1)
        second = max(triggered // 1_000, named + 1)
        return Window(start, end, second, Progress(end, triggered + interval_ms, second))
    if now_ms >= window_end:
        second = max(window_end // 1_000, named + 1)
        return Window(start, in_time, second, Progress(in_time, window_end + interval_ms, second))
    return None


def _without_idle_windows(log: Log, progress: Progress, now_ms: int, interval_ms: int) -> Progress:
    """Skip windows without an event before the last one that passed, if they are many: nothing ran while they did.

    A few are written late, as empty files: on a busy machine, or beside a restart, a partition that skipped them would
    have a hole where the others have a file, and a hole means that a file was lost.
    """
    start, window_end, named = progress
    next_ms = min(now_ms, log.field_at(Field.TIME, start)) if start < log.end() else now_ms
    missed = max(0, (next_ms - window_end) // interval_ms)
    skipped = missed if missed > MOST_LATE else 0
    return Progress(start, window_end + skipped * interval_ms, named)
