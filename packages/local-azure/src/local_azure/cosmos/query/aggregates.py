"""COUNT, SUM, AVG, MIN and MAX, and the groups that they are computed for.

A value that is undefined does not count. SUM and AVG over anything but numbers, MIN and MAX over arrays or objects are
undefined: https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions
"""

import math
from collections.abc import Mapping
from typing import Protocol

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.functions import number
from local_azure.cosmos.query.operators import Evaluate
from local_azure.cosmos.query.syntax import Aggregate, Node, Path
from local_azure.cosmos.query.values import UNDEFINED, Value, rank, sort_key


class Accumulator(Protocol):
    """Takes values one by one and has a result at any time."""

    def add(self, value: Value) -> None:
        """Take one more value."""
        ...

    def result(self) -> Value:
        """The value of the aggregate so far."""
        ...


class Count:
    """COUNT, from a number already counted on."""

    def __init__(self, count: int = 0) -> None:
        self._count = count

    def add(self, value: Value) -> None:
        """Count what is defined."""
        self._count += value is not UNDEFINED

    def result(self) -> Value:
        """The number."""
        return self._count


class _Sum:
    def __init__(self) -> None:
        self.total: float = 0
        self.count = 0
        self.spoilt = False

    def add(self, value: Value) -> None:
        if type(value) in (int, float):
            try:
                self.total += value
            except OverflowError:
                self.total = math.inf
            self.count += 1
        elif value is not UNDEFINED:
            self.spoilt = True

    def result(self) -> Value:
        return UNDEFINED if self.spoilt else self._of(1)

    def _of(self, count: int) -> Value:
        """The share of the total that each of so many has; undefined if no double holds it."""
        try:
            return number(self.total / count)
        except OverflowError:
            return UNDEFINED


class _Average(_Sum):
    def result(self) -> Value:
        return UNDEFINED if self.spoilt or not self.count else self._of(self.count)


class _Extreme:
    def __init__(self, sign: int) -> None:
        self._greatest = sign > 0
        self._value: Value = UNDEFINED
        self._spoilt = False

    def add(self, value: Value) -> None:
        if value is UNDEFINED:
            return
        if rank(value) > 4:
            self._spoilt = True
        elif self._value is UNDEFINED or self._beats(value):
            self._value = value

    def _beats(self, value: Value) -> bool:
        new, old = sort_key(value), sort_key(self._value)
        return new > old if self._greatest else new < old

    def result(self) -> Value:
        return UNDEFINED if self._spoilt else self._value


def accumulator(name: str) -> Accumulator:
    """An empty accumulator for COUNT, SUM, AVG, MIN or MAX."""
    match name:
        case "COUNT":
            return Count()
        case "SUM":
            return _Sum()
        case "AVG":
            return _Average()
        case _:
            return _Extreme(1 if name == "MAX" else -1)


class Group(msgspec.Struct):
    """The values of the GROUP BY properties and the accumulators of the query's aggregates."""

    values: list[Value]
    accumulators: list[Accumulator]


class GroupCompiler(Compiler):
    """Compiles SELECT over a `Group` instead of a document."""

    def __init__(self, parameters: Mapping[str, Value], group_by: tuple[Path, ...]) -> None:
        super().__init__(parameters)
        self._places = {path: place for place, path in enumerate(group_by)}

    def compile(self, node: Node) -> Evaluate:
        """400 for a property that is neither in GROUP BY nor in an aggregate."""
        if isinstance(node, Aggregate):
            place = node.number
            return lambda group: group.accumulators[place].result()
        if not isinstance(node, Path):
            return super().compile(node)
        if node not in self._places:
            name = ".".join(str(step) for step in node.steps) or "the whole document"
            raise bad_request(f"'{name}' stands in SELECT, but neither in GROUP BY nor in an aggregate.")
        place = self._places[node]
        return lambda group: group.values[place]
