"""The schedule of a plan: which events are due in which tick. Computed from the plan alone, for any tick at once."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

import msgspec

from fraud.load.shapes import Shape
from fraud.load.values import seconds_of


class IndexSpan(msgspec.Struct, frozen=True):
    """Events of one stage that are sent together, by index: from `first` on, before `end`."""

    stage: int
    first: int
    end: int

    @property
    def count(self) -> int:
        """The number of its events."""
        return self.end - self.first

    def parts(self, count: int) -> list["IndexSpan"]:
        """The span in at most `count` parts of nearly the same size, none of them empty."""
        ends = [self.first + self.count * number // count for number in range(count + 1)]
        return [IndexSpan(self.stage, first, end) for first, end in pairwise(ends) if end > first]


class Schedule:
    """The times of a plan's events, in seconds from its beginning."""

    def __init__(self, stages: Sequence[Shape], tick_seconds: float) -> None:
        self.tick_seconds = tick_seconds
        self._stages = stages
        self.starts = _starts(stages)
        self.seconds = max(start + stage.seconds for start, stage in zip(self.starts, stages, strict=True))
        """The end of the last stage."""
        self.ticks = ceil(round(self.seconds / tick_seconds, 6))
        self.total = sum(stage.due(stage.seconds) for stage in stages)

    def due(self, seconds: float) -> int:
        """The number of events of all stages that are due by a time."""
        return sum(self._due_of(stage, seconds) for stage in range(len(self._stages)))

    def spans(self, tick: int) -> list[IndexSpan]:
        """The events of a tick: those that are due before the next one begins."""
        of_stages = (self.indices(stage, tick) for stage in range(len(self._stages)))
        return [IndexSpan(stage, indices.start, indices.stop) for stage, indices in enumerate(of_stages) if indices]

    def indices(self, stage: int, tick: int) -> range:
        """The events of one stage in a tick, by index."""
        begin, end = tick * self.tick_seconds, (tick + 1) * self.tick_seconds
        return range(self._due_of(stage, begin), self._due_of(stage, end))

    def tick_in(self, stage: int, tick: int) -> int:
        """The tick as counted from the beginning of a stage."""
        return tick - round(self.starts[stage] / self.tick_seconds)

    def tick_of(self, stage: int, index: int) -> int:
        """The tick in which an event is sent. `index` counts the events of the stage from 0."""
        low, high = 0, self.ticks - 1
        while low < high:
            middle = (low + high) // 2
            if self._due_of(stage, (middle + 1) * self.tick_seconds) > index:
                high = middle
            else:
                low = middle + 1
        return low

    def _due_of(self, stage: int, seconds: float) -> int:
        return self._stages[stage].due(seconds - self.starts[stage])


def _starts(stages: Sequence[Shape]) -> tuple[float, ...]:
    starts: list[float] = []
    end = 0.0
    for stage in stages:
        starts.append(end if stage.start is None else seconds_of(stage.start))
        end = starts[-1] + stage.seconds
    return tuple(starts)
