"""The loop over a batch of rows, written for a chain of SELECTs: each reads what the one before it has computed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local_azure.stream_analytics.engine.aggregates import guard, initial, read_order, result, update
from local_azure.stream_analytics.engine.columns import ReadColumn, column_source, wants_rows
from local_azure.stream_analytics.engine.decoding import TOO_WIDE, is_wide
from local_azure.stream_analytics.engine.generator import Generator, compile_source
from local_azure.stream_analytics.engine.history import History
from local_azure.stream_analytics.engine.times import parse_instant
from local_azure.stream_analytics.engine.values import ConversionError, before, comparable, in_range, number
from local_azure.stream_analytics.language.checker import is_arrival
from local_azure.stream_analytics.language.hub_columns import ENQUEUED_TIME, PARTITION_ID
from local_azure.stream_analytics.language.tree import (
    Aggregate,
    Column,
    Expression,
    Over,
    Select,
    Star,
    SystemTimestamp,
    Window,
)
from local_azure.stream_analytics.language.walk import aggregates, descend, expressions, overs

Groups = dict[Any, list[Any]]

_NAMES: dict[str, Any] = {
    "ConversionError": ConversionError,
    "TOO_WIDE": TOO_WIDE,
    "before": before,
    "comparable": comparable,
    "in_range": in_range,
    "is_wide": is_wide,
    "number": number,
    "parse_instant": parse_instant,
    "read_order": read_order,
}
_PARSE_TIME = "if time.__class__ is str: time = parse_instant(time)"
"""A line that makes ticks of a time that is still a text (`unless_touched`)."""


@dataclass(frozen=True)
class Part:
    """A SELECT of a chain, and the state that its lines work on."""

    select: Select
    windows: dict[int, Groups]
    histories: Sequence[History]


def can_follow(select: Select, below: Select) -> bool:
    """True if the lines of a SELECT can stand right behind those of the one that it reads."""
    has_columns = not any(isinstance(item.expression, Star) for item in below.items)
    return has_columns and below.window is None and not wants_rows(select)


def overs_of(select: Select) -> list[Over]:
    """Each different aggregate with OVER of a SELECT once, in order."""
    return list(dict.fromkeys(over for root in expressions(select) for over in overs(root)))


def compile_loop(parts: Sequence[Part], read: ReadColumn, *, from_input: bool) -> Callable[..., Any]:
    """A function that runs a batch through the SELECTs.

    A row that a conversion error keeps out of one of them gets no further, and changes nothing behind it.
    """
    names = dict(_NAMES)
    lines: list[str] = []
    for place, part in enumerate(parts):
        writer = _Writer(part, read, f"s{place}_", from_input=from_input and place == 0)
        lines += writer.taking_in()
        if part is parts[-1]:
            lines += writer.giving_out()
        else:
            computed, read = writer.computing()
            lines += computed
        names |= writer.names
    first = parts[0].select
    variables = {"row": "rows", "time": "times"}
    variables |= {"arrival": "arrivals"} if from_input and _needs_arrival(first) else {}
    variables |= {"body": "bodies"} if from_input else {}
    source = [
        "def run(rows, times, arrivals, bodies, partition, reject, out_rows, out_times):",
        "  start = end = -1; groups = None",
        f"  for {', '.join(variables)} in zip({', '.join(variables.values())}):",
        "    try:",
        *(f"      {line}" for line in lines),
        "    except ConversionError as error:",
        *([f"      {_PARSE_TIME}"] if from_input and not is_arrival(first.source.timestamp_by) else []),
        "      reject(time, error)",
    ]
    return compile_source("\n".join(source), names, "run")


def finishing(select: Select) -> Callable[..., Any]:
    """A function that makes the row of a group whose window is over; None if HAVING leaves it out."""
    asked = _aggregates(select)
    keys = select.keys

    def grouped(node: Expression) -> str | None:
        if node in keys:
            return "key" if len(keys) == 1 else f"key[{keys.index(node)}]"
        return result(node, asked.index(node)) if isinstance(node, Aggregate) else None

    generator = Generator(grouped, "time")
    columns = ", ".join(
        f"{item.name!r}: {generator.value(item.expression)}"
        for item in select.items
        if not isinstance(item.expression, Star)
    )
    having = select.having
    lines = [
        "def finish(key, group, time):",
        *([f"  if not {generator.true(having)}: return None"] if having else []),
        f"  return {{{columns}}}",
    ]
    return compile_source("\n".join(lines), {**_NAMES, **generator.names}, "finish")


def _aggregates(select: Select) -> list[Aggregate]:
    """Each different aggregate of the SELECT and HAVING once, in order."""
    roots = [item.expression for item in select.items if not isinstance(item.expression, Star)]
    roots += [select.having] if select.having else []
    return list(dict.fromkeys(aggregate for root in roots for aggregate in aggregates(root)))


def _needs_arrival(select: Select) -> bool:
    if any(isinstance(item.expression, Star) for item in select.items):
        return True
    return any(
        isinstance(node, Column) and node.path[0] == ENQUEUED_TIME
        for root in expressions(select)
        # The time of an event has been found by now; it is not asked for again.
        if root is not select.source.timestamp_by
        for node in descend(root)
    )


class _Writer:
    """Writes the lines of one SELECT. `mark` begins the names of its variables."""

    def __init__(self, part: Part, read: ReadColumn, mark: str, *, from_input: bool) -> None:
        self._part = part
        self._select = part.select
        self._read = read
        self._mark = mark
        self._from_input = from_input
        self._generator = Generator(self._column, "time", mark, from_json=from_input)
        self._overs = overs_of(part.select)

    @property
    def names(self) -> dict[str, Any]:
        """The names that the lines refer to."""
        return self._generator.names

    def _column(self, node: Expression) -> str | None:
        if isinstance(node, Over):
            return f"{self._mark}over{self._overs.index(node)}"
        return column_source(node, self._read, from_input=self._from_input)

    def taking_in(self) -> list[str]:
        """Lines that go on with the rows that WHERE keeps."""
        where = self._select.where
        has_text = self._from_input and not is_arrival(self._select.source.timestamp_by)
        asks_time = where is not None and any(isinstance(node, SystemTimestamp) for node in descend(where))
        return [
            *([_PARSE_TIME] if has_text and asks_time else []),
            *(line for place, over in enumerate(self._overs) for line in self._take_up(over, place)),
            *([f"if not {self._generator.true(where)}: continue"] if where else []),
            *([_PARSE_TIME] if has_text and not asks_time else []),
            *(["if is_wide(body): raise ConversionError(TOO_WIDE)"] if self._from_input else []),
        ]

    def _take_up(self, over: Over, place: int) -> list[str]:
        """Lines that put an aggregate with OVER into its variable, before WHERE: that does not narrow it."""
        history = f"{self._mark}history{place}"
        self.names[history] = self._part.histories[place].add
        argument = "1" if over.argument is None else self._generator.value(over.argument)
        value = "argument" if over.argument is None or over.name == "SUM" else "(None if argument is None else 1)"
        if over.when is not None:
            value = f"({value} if {self._generator.true(over.when)} else None)"
        keys = "".join(f"{self._generator.value(key)}, " for key in over.keys)
        nothing = " or 0" if over.name == "COUNT" else ""
        return [
            f"argument = {argument}",
            *(["if argument.__class__ is not int: argument = number(argument)"] if over.name == "SUM" else []),
            f"{self._mark}over{place} = {history}(time, ({keys}), {value}){nothing}",
        ]

    def computing(self) -> tuple[list[str], ReadColumn]:
        """Lines that put each column into a variable, and how the next SELECT reads them."""
        columns = {item.name: f"{self._mark}column{place}" for place, item in enumerate(self._select.items)}
        lines = [
            f"{columns[item.name]} = {self._generator.value(item.expression)}"
            for item in self._select.items
            if not isinstance(item.expression, Star)
        ]
        return lines, columns.__getitem__

    def giving_out(self) -> list[str]:
        """Lines that end the chain: a row for each row, or a place in the groups of its windows."""
        window = self._select.window
        if window is not None:
            return self._group(window)
        columns = ", ".join(self._passed(item.name, item.expression) for item in self._select.items)
        return [f"out_rows.append({{{columns}}})", "out_times.append(time)"]

    def _passed(self, name: str, expression: Expression | Star) -> str:
        if not isinstance(expression, Star):
            return f"{name!r}: {self._generator.value(expression)}"
        added = f", {PARTITION_ID!r}: partition, {ENQUEUED_TIME!r}: Instant(arrival)" if self._from_input else ""
        return "**row" + added

    def _group(self, window: Window) -> list[str]:
        asked = _aggregates(self._select)
        self.names["windows"] = self._part.windows
        keys = [self._generator.value(key) for key in self._select.keys]
        lines = [f"key = {keys[0] if len(keys) == 1 else '(' + ''.join(f'{key}, ' for key in keys) + ')'}"]
        values: list[str] = []
        for slot, aggregate in enumerate(asked):
            argument = "row" if aggregate.argument is None else self._generator.value(aggregate.argument)
            values.append(f"argument{slot}")
            if aggregate.name != "COUNT" or aggregate.argument is not None:
                lines += [f"argument{slot} = {argument}", *guard(aggregate, f"argument{slot}")]
        # The rows of a step no longer belong to a partition.
        partition = "partition" if self._from_input else "0"
        add = [
            "try: group = groups.get(key)",
            "except TypeError: raise ConversionError('GROUP BY cannot take a record or an array') from None",
            f"if group is None: group = groups[key] = {initial(asked)}",
            *(line for slot, each in enumerate(asked) for line in update(each, slot, values[slot], partition)),
        ]
        ceiling = f"-(-(time - {window.offset}) // {window.hop}) * {window.hop} + {window.offset}"
        take = "groups = windows.get(end)", "if groups is None: groups = windows[end] = {}"
        if window.hop == window.size:
            # Neighbouring events mostly share their window: look it up only when it changes.
            return [
                *lines,
                "if not start < time <= end:",
                f"  end = {ceiling}; start = end - {window.size}",
                *(f"  {line}" for line in take),
                *add,
            ]
        return [
            *lines,
            f"end = {ceiling}",
            f"while end < time + {window.size}:",
            *(f"  {line}" for line in (*take, *add, f"end += {window.hop}")),
        ]
