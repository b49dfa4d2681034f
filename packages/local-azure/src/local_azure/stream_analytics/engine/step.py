"""One SELECT, compiled: it takes rows, filters them, and gives rows on, at once or when a window closes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from local_azure.stream_analytics.engine.aggregates import guarded, initial, read_order, result, update
from local_azure.stream_analytics.engine.columns import ReadColumn, column_source
from local_azure.stream_analytics.engine.decoding import TOO_WIDE, is_wide
from local_azure.stream_analytics.engine.generator import Generator, compile_source
from local_azure.stream_analytics.engine.history import History
from local_azure.stream_analytics.engine.values import ConversionError, before, comparable, in_range, number
from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME, PARTITION_ID
from local_azure.stream_analytics.language.tree import Aggregate, Column, Expression, Over, Select, Star, Window
from local_azure.stream_analytics.language.walk import aggregates, descend, expressions, overs

Row = dict[str, Any]
Groups = dict[Any, list[Any]]
Reject = Callable[[int, ConversionError], None]
"""Told of each row that a conversion error keeps out: its time and the reason."""

_NAMES: dict[str, Any] = {
    "ConversionError": ConversionError,
    "TOO_WIDE": TOO_WIDE,
    "before": before,
    "comparable": comparable,
    "in_range": in_range,
    "is_wide": is_wide,
    "number": number,
    "read_order": read_order,
}


@dataclass
class Batch:
    """Rows of one partition in the order of reading, each with its time and its arrival, all in ticks.

    `bodies` are what the rows of an input were decoded from; those of a step have none.
    """

    rows: Sequence[Any]
    times: Sequence[int]
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


class CompiledStep:
    """A SELECT ready to run. `windows` holds the open windows by their end, and in each the groups by their key;
    `histories` the running values of its aggregates with OVER."""

    def __init__(self, select: Select, read: ReadColumn, *, from_input: bool) -> None:
        self.select = select
        self.windows: dict[int, Groups] = {}
        self._source = _Source(select, read, from_input=from_input)
        self.histories = self._source.histories
        if select.window is None:
            self._run = self._source.passing_on()
        else:
            self._run = self._source.grouping(select.window, self.windows)
            self._finish = self._source.finishing()

    def run(self, batch: Batch, reject: Reject) -> Emitted:
        """Take a batch. Gives the rows that need no window; the others wait in `windows`."""
        emitted = Emitted()
        self._run(
            batch.rows, batch.times, batch.arrivals, batch.bodies, batch.partition, reject, emitted.rows, emitted.times
        )
        return emitted

    def next_end(self) -> int | None:
        """The end of the earliest open window."""
        return min(self.windows, default=None)

    def close(self, watermark: int, reject: Reject) -> Emitted:
        """Close the windows that end before the watermark, earliest first, and give a row per group."""
        emitted = Emitted()
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


class _Source:
    """Writes the functions of a step."""

    def __init__(self, select: Select, read: ReadColumn, *, from_input: bool) -> None:
        self._select = select
        self._read = read
        self._from_input = from_input
        self._generator = Generator(self._column, "time")
        self._overs = list(dict.fromkeys(over for root in expressions(select) for over in overs(root)))
        self.histories = [History(over.duration) for over in self._overs]
        self._arrivals = from_input and (
            any(isinstance(item.expression, Star) for item in select.items)
            or any(
                isinstance(node, Column) and node.path[0] == ENQUEUED_TIME
                for root in expressions(select)
                for node in descend(root)
            )
        )

    def _column(self, node: Expression) -> str | None:
        if isinstance(node, Over):
            return f"over{self._overs.index(node)}"
        return column_source(node, self._read, from_input=self._from_input)

    def _loop(self, body: list[str], *, before_loop: str) -> Callable[..., Any]:
        names = {"row": "rows", "time": "times"}
        names |= {"arrival": "arrivals"} if self._arrivals else {}
        names |= {"body": "bodies"} if self._from_input else {}
        pairs = f"{', '.join(names)} in zip({', '.join(names.values())})"
        where = self._select.where
        lines = [
            "def run(rows, times, arrivals, bodies, partition, reject, out_rows, out_times):",
            f"  {before_loop}",
            f"  for {pairs}:",
            "    try:",
            *(f"      {line}" for place, over in enumerate(self._overs) for line in self._take_up(over, place)),
            *([f"      if not {self._generator.true(where)}: continue"] if where else []),
            *(["      if is_wide(body): raise ConversionError(TOO_WIDE)"] if self._from_input else []),
            *(f"      {line}" for line in body),
            "    except ConversionError as error:",
            "      reject(time, error)",
        ]
        return compile_source("\n".join(lines), {**_NAMES, **self._generator.names}, "run")

    def _take_up(self, over: Over, place: int) -> list[str]:
        """Lines that put an aggregate with OVER into its variable, before WHERE: that does not narrow it."""
        self._generator.names[f"history{place}"] = self.histories[place].add
        argument = "1" if over.argument is None else self._generator.value(over.argument)
        value = "argument" if over.argument is None or over.name == "SUM" else "(None if argument is None else 1)"
        if over.when is not None:
            value = f"({value} if {self._generator.true(over.when)} else None)"
        keys = "".join(f"{self._generator.value(key)}, " for key in over.keys)
        nothing = " or 0" if over.name == "COUNT" else ""
        return [
            f"argument = {argument}",
            *(["if argument.__class__ is not int: argument = number(argument)"] if over.name == "SUM" else []),
            f"over{place} = history{place}(time, ({keys}), {value}){nothing}",
        ]

    def passing_on(self) -> Callable[..., Any]:
        columns = ", ".join(self._passed(item.name, item.expression) for item in self._select.items)
        return self._loop([f"out_rows.append({{{columns}}})", "out_times.append(time)"], before_loop="pass")

    def _passed(self, name: str, expression: Expression | Star) -> str:
        if not isinstance(expression, Star):
            return f"{name!r}: {self._generator.value(expression)}"
        added = f", {PARTITION_ID!r}: partition, {ENQUEUED_TIME!r}: Instant(arrival)" if self._from_input else ""
        return "**row" + added

    def grouping(self, window: Window, windows: dict[int, Groups]) -> Callable[..., Any]:
        asked = self._aggregates()
        self._generator.names["windows"] = windows
        keys = [self._generator.value(key) for key in self._select.keys]
        body = [f"key = {keys[0] if len(keys) == 1 else '(' + ''.join(f'{key}, ' for key in keys) + ')'}"]
        values: list[str] = []
        for slot, aggregate in enumerate(asked):
            argument = "row" if aggregate.argument is None else self._generator.value(aggregate.argument)
            values.append(f"argument{slot}")
            if aggregate.name != "COUNT" or aggregate.argument is not None:
                body.append(f"argument{slot} = {guarded(aggregate, argument)}")
        add = [
            "try: group = groups.get(key)",
            "except TypeError: raise ConversionError('GROUP BY cannot take a record or an array') from None",
            f"if group is None: group = groups[key] = {initial(asked)}",
            *(line for slot, aggregate in enumerate(asked) for line in update(aggregate, slot, values[slot])),
        ]
        ceiling = f"-(-(time - {window.offset}) // {window.hop}) * {window.hop} + {window.offset}"
        take = "groups = windows.get(end)", "if groups is None: groups = windows[end] = {}"
        if window.hop == window.size:
            # Neighbouring events mostly share their window: look it up only when it changes.
            body += [
                "if not start < time <= end:",
                f"  end = {ceiling}; start = end - {window.size}",
                *(f"  {line}" for line in take),
                *add,
            ]
        else:
            body += [
                f"end = {ceiling}",
                f"while end < time + {window.size}:",
                *(f"  {line}" for line in (*take, *add, f"end += {window.hop}")),
            ]
        return self._loop(body, before_loop="start = end = -1; groups = None")

    def finishing(self) -> Callable[..., Any]:
        asked = self._aggregates()
        keys = self._select.keys

        def grouped(node: Expression) -> str | None:
            if node in keys:
                return "key" if len(keys) == 1 else f"key[{keys.index(node)}]"
            return result(node, asked.index(node)) if isinstance(node, Aggregate) else None

        generator = Generator(grouped, "time")
        columns = ", ".join(
            f"{item.name!r}: {generator.value(item.expression)}"
            for item in self._select.items
            if not isinstance(item.expression, Star)
        )
        having = self._select.having
        lines = [
            "def finish(key, group, time):",
            *([f"  if not {generator.true(having)}: return None"] if having else []),
            f"  return {{{columns}}}",
        ]
        return compile_source("\n".join(lines), {**_NAMES, **generator.names}, "finish")

    def _aggregates(self) -> list[Aggregate]:
        """Each different aggregate of the SELECT and HAVING once, in order."""
        roots = [item.expression for item in self._select.items if not isinstance(item.expression, Star)]
        roots += [self._select.having] if self._select.having else []
        return list(dict.fromkeys(aggregate for root in roots for aggregate in aggregates(root)))
