"""One SELECT at work: it takes rows, filters them, and gives rows on, at once or when a window closes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from local_azure.stream_analytics.engine.columns import ReadColumn
from local_azure.stream_analytics.engine.history import History
from local_azure.stream_analytics.engine.loop import Groups, Part, compile_loop, finishing, overs_of
from local_azure.stream_analytics.engine.values import ConversionError
from local_azure.stream_analytics.language.tree import Select

Row = dict[str, Any]
Reject = Callable[[int, ConversionError], None]
"""Told of each row that a conversion error keeps out: its time and the reason."""


@dataclass
class Batch:
    """Rows of one partition in the order of reading, each with its time and its arrival, all in ticks.

    A time that TIMESTAMP BY gives may still be its text, which most rows need not have parsed. `bodies` are what the
    rows of an input were decoded from; those of a step have none.
    """

    rows: Sequence[Any]
    times: Sequence[int | str]
    arrivals: Sequence[int]
    partition: int
    bodies: Sequence[bytes] = ()


@dataclass
class Emitted:
    """Rows that a step gave, each with its time."""

    rows: list[Row] = field(default_factory=list[Row])
    times: list[int] = field(default_factory=list[int])

    def batch(self) -> Batch:
        """The same as input of a later step. The rows of a step no longer belong to a partition."""
        return Batch(self.rows, self.times, self.times, 0)


class RunningStep:
    """A SELECT and its state. `windows` holds the open windows by their end, and in each the groups by their key;
    `histories` the running values of its aggregates with OVER."""

    def __init__(self, select: Select) -> None:
        self.select = select
        self.windows: dict[int, Groups] = {}
        self.histories = [History(over.duration) for over in overs_of(select)]
        self._finish = None if select.window is None else finishing(select)

    def next_end(self) -> int | None:
        """The end of the earliest open window."""
        return min(self.windows, default=None)

    def close(self, watermark: int, reject: Reject) -> Emitted:
        """Close the windows that end before the watermark, earliest first, and give a row per group."""
        emitted = Emitted()
        if self._finish is None:
            return emitted
        for end in sorted(end for end in self.windows if end < watermark):
            for key, group in self.windows.pop(end).items():
                try:
                    row = self._finish(key, group, end)
                except ConversionError as error:
                    reject(end, error)
                    continue
                if row is not None:
                    emitted.rows.append(row)
                    emitted.times.append(end)
        return emitted


class Chain:
    """Steps of which each has but the next for a reader, compiled to one loop: no row is built between them."""

    def __init__(self, steps: Sequence[RunningStep], read: ReadColumn, *, from_input: bool) -> None:
        """`read` is how the first of them reads its columns."""
        parts = [Part(step.select, step.windows, step.histories) for step in steps]
        self._run = compile_loop(parts, read, from_input=from_input)

    def run(self, batch: Batch, reject: Reject) -> Emitted:
        """Take a batch. Gives the last step's rows if they need no window; the others wait in its `windows`."""
        emitted = Emitted()
        self._run(
            batch.rows, batch.times, batch.arrivals, batch.bodies, batch.partition, reject, emitted.rows, emitted.times
        )
        return emitted
