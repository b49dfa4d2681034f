"""A whole query at work: events in, rows out, and the state between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from local_azure.stream_analytics.engine.clockwork import TimeCounts, TimePolicy, Watermark, on_arrival, on_event_time
from local_azure.stream_analytics.engine.decoding import Decoded, Decoder
from local_azure.stream_analytics.engine.generator import Generator, compile_source
from local_azure.stream_analytics.engine.step import Batch, CompiledStep, Emitted, read_from_dict
from local_azure.stream_analytics.engine.values import ConversionError
from local_azure.stream_analytics.language.checker import ENQUEUED_TIME, PARTITION_ID
from local_azure.stream_analytics.language.tree import Column, Expression, Query, Select, Star
from local_azure.stream_analytics.language.walk import aggregates, descend


@dataclass(frozen=True)
class OutputRow:
    """A row for an output. `time` is in ticks; `of_window` says that it is the end of the row's window."""

    output: str
    time: int
    row: dict[str, Any]
    of_window: bool


@dataclass
class Counts:
    """What the query has seen since it began. `input_errors` are bodies that are no JSON."""

    events: int = 0
    input_errors: int = 0
    conversion_errors: int = 0
    rows: int = 0
    times: TimeCounts = field(default_factory=TimeCounts)


@dataclass(frozen=True)
class Problem:
    """An event or row that was left out. `place` is its place in the batch if it was a body that is no JSON."""

    reason: str
    place: int | None = None


OwnTimes = Callable[[Sequence[Any], Sequence[int]], list[Any]]


@dataclass
class _Node:
    step: CompiledStep
    outputs: list[str] = field(default_factory=list[str])
    readers: list["_Node"] = field(default_factory=list["_Node"])
    windowed: bool = False


class _Input:
    """An input as the query reads it: which columns, and on which time."""

    def __init__(self, name: str, selects: Sequence[Select]) -> None:
        self.name = name
        self.decoder = Decoder(_columns_needed(selects))
        self.own_times = _compile_own_times(selects[0].source.timestamp_by, self.decoder)
        self.readers: list[_Node] = []
        self.watermarks: dict[int, Watermark] = {}


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
        for output in query.outputs:
            self._node(output.select).outputs.append(output.name)

    def _read_inputs(self, query: Query) -> dict[str, _Input]:
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
        return {name: _Input(name, selects) for name, selects in by_input.items()}

    def _node(self, select: Select) -> _Node:
        """The node of a SELECT. Equal SELECTs, for example into two outputs, share one."""
        if select in self._nodes:
            return self._nodes[select]
        below = self._steps.get(select.source.name.lower())
        if below is None:
            source = self.inputs[select.source.name]
            node = _Node(CompiledStep(select, source.decoder.read, from_input=True))
            source.readers.append(node)
        else:
            parent = self._node(below)
            node = _Node(CompiledStep(select, read_from_dict, from_input=False))
            parent.readers.append(node)
            node.windowed = parent.windowed
        node.windowed = node.windowed or select.window is not None
        self._nodes[select] = node
        self._order.append(node)
        return node

    def add_partition(self, name: str, partition: int) -> None:
        """Make a partition known. Windows close only when every known partition has passed their end."""
        self.inputs[name].watermarks.setdefault(partition, Watermark())

    def feed(self, name: str, partition: int, bodies: Sequence[bytes], arrivals: list[int]) -> None:
        """Take events of one partition in the order of the hub; `arrivals` are their enqueued times in ticks."""
        source = self.inputs[name]
        watermark = source.watermarks[partition]
        counts = self.counts
        counts.events += len(bodies)
        if source.own_times is None:
            arrivals = on_arrival(watermark, arrivals, counts.times)
            decoded = source.decoder.decode(bodies, arrivals)
            batch = Batch(decoded.rows, decoded.arrivals, decoded.arrivals, partition)
        else:
            decoded = source.decoder.decode(bodies, arrivals)
            values = source.own_times(decoded.rows, decoded.arrivals)
            times = on_event_time(watermark, self._policy, counts.times, values, decoded.arrivals)
            batch = _kept(decoded, times, partition)
        if decoded.errors:
            counts.input_errors += len(decoded.errors)
            self.problems += [Problem(reason, place) for place, reason in decoded.errors]
        for node in source.readers:
            self._run(node, batch)

    def caught_up(self, name: str, partition: int, time: int) -> None:
        """A partition has been read to its end as of `time`, in ticks: whatever comes later arrives at `time` or after.

        With TIMESTAMP BY such an event may still be late by the tolerance, so the watermark stays that far behind.
        """
        source = self.inputs[name]
        if source.own_times is None:
            source.watermarks[partition].raise_to(time)
        elif self._policy.late is not None:
            source.watermarks[partition].raise_to(time - self._policy.late)

    @property
    def lag(self) -> int | None:
        """How far behind the hub's clock the watermark of an idle input stays, in ticks; None if it stands still."""
        on_event_time = any(source.own_times for source in self.inputs.values())
        return self._policy.late if on_event_time else 0

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
            if node.step.windows:
                self._pass_on(node, node.step.close(watermark, self._reject))
        rows, self._pending = self._pending, []
        self.counts.rows += len(rows)
        return rows

    def take_problems(self) -> list[Problem]:
        """What was left out since the last call."""
        problems, self.problems = self.problems, []
        return problems

    def steps(self) -> list[CompiledStep]:
        """All steps in an order that depends on the query alone."""
        return [node.step for node in self._order]

    def _run(self, node: _Node, batch: Batch) -> None:
        self._pass_on(node, node.step.run(batch, self._reject))

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


def _columns_needed(selects: Sequence[Select]) -> set[str] | None:
    """The top-level columns that the SELECTs of an input read; None if one wants whole events."""
    needed: set[str] = set()
    for select in selects:
        if any(isinstance(item.expression, Star) for item in select.items):
            return None
        roots = [item.expression for item in select.items if not isinstance(item.expression, Star)]
        roots += [*select.keys, *(part for part in (select.where, select.having, select.source.timestamp_by) if part)]
        for root in roots:
            if any(found.name == "COLLECT" and found.argument is None for found in aggregates(root)):
                return None
            needed |= {node.path[0] for node in descend(root) if isinstance(node, Column)}
    return needed - {ENQUEUED_TIME, PARTITION_ID}


def _kept(decoded: Decoded, times: list[int | None], partition: int) -> Batch:
    """The rows that the time policy has not dropped."""
    if None not in times:
        return Batch(decoded.rows, cast(list[int], times), decoded.arrivals, partition)
    kept = [place for place, time in enumerate(times) if time is not None]
    return Batch(
        [decoded.rows[place] for place in kept],
        [time for time in times if time is not None],
        [decoded.arrivals[place] for place in kept],
        partition,
    )


def _compile_own_times(expression: Expression | None, decoder: Decoder) -> OwnTimes | None:
    """What TIMESTAMP BY gives for each row of a batch, or None for a query on arrival time.

    TIMESTAMP BY EventEnqueuedUtcTime is arrival time said aloud: such an event is never early, late or out of order.
    """
    if expression is None or (isinstance(expression, Column) and expression.path == (ENQUEUED_TIME,)):
        return None

    def column(node: Expression) -> str | None:
        if not isinstance(node, Column):
            return None
        source = "Instant(arrival)" if node.path[0] == ENQUEUED_TIME else decoder.read(node.path[0])
        for inner in node.path[1:]:
            source = f"(record.get({inner!r}) if (record := {source}).__class__ is dict else None)"
        return source

    generator = Generator(column, "arrival")
    values = f"[{generator.value(expression)} for row, arrival in zip(rows, arrivals)]"
    return compile_source(f"def own_times(rows, arrivals):\n  return {values}", generator.names, "own_times")
