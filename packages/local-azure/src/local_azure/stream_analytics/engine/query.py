"""A whole query at work: events in, rows out, and the state between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from local_azure.stream_analytics.engine.clockwork import TimeCounts, TimePolicy, Watermark
from local_azure.stream_analytics.engine.columns import read_from_dict
from local_azure.stream_analytics.engine.loop import can_follow
from local_azure.stream_analytics.engine.source import EventSource
from local_azure.stream_analytics.engine.step import Batch, Chain, Emitted, RunningStep
from local_azure.stream_analytics.engine.values import ConversionError
from local_azure.stream_analytics.language.tree import Query, Select


@dataclass(frozen=True)
class OutputRow:
    """A row for an output. `time` is in ticks; `of_window` says that it is the end of the row's window."""

    output: str
    time: int
    row: dict[str, Any]
    of_window: bool


@dataclass
class Counts:
    """Counts since the query began. `input_errors` are bodies that are not JSON."""

    events: int = 0
    input_errors: int = 0
    conversion_errors: int = 0
    rows: int = 0
    times: TimeCounts = field(default_factory=TimeCounts)


@dataclass(frozen=True)
class Problem:
    """An event or row that was left out. `place` is its place in the batch if its body is not JSON."""

    reason: str
    place: int | None = None


@dataclass
class _Node:
    step: RunningStep
    from_input: bool
    outputs: list[str] = field(default_factory=list[str])
    readers: list["_Node"] = field(default_factory=list["_Node"])
    windowed: bool = False

    def only_reader(self) -> "_Node | None":
        """The one step that takes the rows of this one; None if its lines cannot stand behind this one's."""
        if self.outputs or len(self.readers) != 1 or not can_follow(self.readers[0].step.select, self.step.select):
            return None
        return self.readers[0]


@dataclass(frozen=True)
class _Line:
    """Nodes that run as one, and the last of them, whose rows go on."""

    chain: Chain
    last: _Node


class RunningQuery:
    """A compiled query with its open windows and watermarks.

    `feed` takes events, `caught_up` learns that a partition has been read up to a time, `take_rows` closes the windows
    that are complete and gives the rows for the outputs. Nothing here does I/O or reads a clock.
    """

    def __init__(self, query: Query, policy: TimePolicy | None = None) -> None:
        self._policy = policy or TimePolicy()
        self._steps = {step.name.lower(): step.select for step in query.steps}
        self._nodes: dict[Select, _Node] = {}
        # Readers stand behind what they read, so that one pass closes windows of windows.
        self._order: list[_Node] = []
        self._pending: list[OutputRow] = []
        self.counts = Counts()
        self.problems: list[Problem] = []
        self.inputs = self._read_inputs(query)
        self._readers: dict[str, list[_Node]] = {name: [] for name in self.inputs}
        for output in query.outputs:
            self._node(output.select).outputs.append(output.name)
        self._lines: dict[RunningStep, _Line] = {}
        for node in (node for readers in self._readers.values() for node in readers):
            self._line_up(node)

    def _read_inputs(self, query: Query) -> dict[str, EventSource]:
        reachable: dict[Select, None] = {}

        def visit(select: Select) -> None:
            reachable[select] = None
            below = self._steps.get(select.source.name.lower())
            if below is not None:
                visit(below)

        for output in query.outputs:
            visit(output.select)
        by_input: dict[str, list[Select]] = {}
        for select in reachable:
            if select.source.name.lower() not in self._steps:
                by_input.setdefault(select.source.name, []).append(select)
        return {name: EventSource(selects, self._policy) for name, selects in by_input.items()}

    def _node(self, select: Select) -> _Node:
        """The node of a SELECT. Equal SELECTs, for example into two outputs, share one."""
        if select in self._nodes:
            return self._nodes[select]
        below = self._steps.get(select.source.name.lower())
        if below is None:
            node = _Node(RunningStep(select), from_input=True)
            self._readers[select.source.name].append(node)
        else:
            parent = self._node(below)
            node = _Node(RunningStep(select), from_input=False)
            parent.readers.append(node)
            node.windowed = parent.windowed
        node.windowed = node.windowed or select.window is not None
        self._nodes[select] = node
        self._order.append(node)
        return node

    def _line_up(self, node: _Node) -> None:
        """Compile a node together with those behind it, and then what reads the last of them."""
        nodes = [node]
        while (reader := nodes[-1].only_reader()) is not None:
            nodes.append(reader)
        read = self.inputs[node.step.select.source.name].decoder.read if node.from_input else read_from_dict
        chain = Chain([each.step for each in nodes], read, from_input=node.from_input)
        self._lines[node.step] = _Line(chain, nodes[-1])
        for reader in nodes[-1].readers:
            self._line_up(reader)

    def add_partition(self, name: str, partition: int) -> None:
        """Make a partition known. Windows close only when every known partition has passed their end."""
        self.inputs[name].watermarks.setdefault(partition, Watermark())

    def feed(self, name: str, partition: int, bodies: Sequence[bytes], arrivals: list[int]) -> None:
        """Take events of one partition in the order of the hub; `arrivals` are their enqueued times in ticks."""
        self.counts.events += len(bodies)
        batch, errors = self.inputs[name].read(partition, bodies, arrivals, self.counts.times)
        if errors:
            self.counts.input_errors += len(errors)
            self.problems += [Problem(reason, place) for place, reason in errors]
        for node in self._readers[name]:
            self._run(node, batch)

    def caught_up(self, name: str, partition: int, time: int) -> None:
        """A partition has been read to its end as of `time`, in ticks: whatever comes later arrives then or after."""
        self.inputs[name].caught_up(partition, time)

    @property
    def lag(self) -> int | None:
        """The ticks by which an idle query's watermark stays behind the hub's clock; None if it stands still."""
        lags = [source.lag for source in self.inputs.values()]
        return None if None in lags else max((lag for lag in lags if lag is not None), default=0)

    @property
    def watermark(self) -> int:
        """Up to where all partitions of all inputs are complete."""
        marks = [mark.mark for source in self.inputs.values() for mark in source.watermarks.values()]
        return min(marks, default=0)

    def next_end(self) -> int | None:
        """The end of the earliest open window."""
        ends = [end for node in self._order if (end := node.step.next_end()) is not None]
        return min(ends, default=None)

    def take_rows(self) -> list[OutputRow]:
        """Close what the watermark has passed and give all rows not yet taken."""
        watermark = self.watermark
        for node in self._order:
            for history in node.step.histories:
                history.clear(watermark)
            if node.step.windows:
                self._pass_on(node, node.step.close(watermark, self._reject))
        rows, self._pending = self._pending, []
        self.counts.rows += len(rows)
        return rows

    def take_problems(self) -> list[Problem]:
        """The events and rows that were left out since the last call."""
        problems, self.problems = self.problems, []
        return problems

    def steps(self) -> list[RunningStep]:
        """All steps in an order that depends on the query alone."""
        return [node.step for node in self._order]

    def _run(self, node: _Node, batch: Batch) -> None:
        line = self._lines[node.step]
        self._pass_on(line.last, line.chain.run(batch, self._reject))

    def _pass_on(self, node: _Node, emitted: Emitted) -> None:
        if not emitted.rows:
            return
        for output in node.outputs:
            self._pending += [
                OutputRow(output, time, row, node.windowed)
                for row, time in zip(emitted.rows, emitted.times, strict=True)
            ]
        for reader in node.readers:
            self._run(reader, emitted.batch())

    def _reject(self, time: int, error: ConversionError) -> None:
        self.counts.conversion_errors += 1
        self.problems.append(Problem(f"conversion error at {time}: {error}"))
