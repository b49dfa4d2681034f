"""The values that properties can have where a WHERE is true, as intervals of index keys.

They are what a value must fulfil, not what it may: WHERE is still evaluated on each document that an index finds.
"""

from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

import msgspec

from local_azure.cosmos.index_key import (
    FALSE_KEY,
    GREATEST_NUMBER,
    GREATEST_TEXT,
    LEAST_NUMBER,
    LEAST_TEXT,
    NULL_KEY,
    OBJECT_KEY,
    TRUE_KEY,
    UNDEFINED_KEY,
    Key,
    element_key,
    index_key,
    is_exact,
    position,
)
from local_azure.cosmos.path_index import Names
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.syntax import Between, Binary, Call, In, Literal, Logical, Node, Parameter, Path, Unary
from local_azure.cosmos.query.values import UNDEFINED, Value

MAX_INTERVALS = 2_000
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Interval(msgspec.Struct, frozen=True):
    """The keys from `low` to `high`, both included."""

    low: Key
    high: Key

    @property
    def is_point(self) -> bool:
        """True if it holds one key."""
        return self.low == self.high


Intervals: TypeAlias = list[Interval]
"""In order, without overlaps; none for a condition that no value fulfils."""
Conditions: TypeAlias = dict[Names, Intervals]
"""By the property; of one that is not named any value may do."""


Elements: TypeAlias = dict[Names, frozenset[Key]]
"""By the array: it must hold one of these."""
DEFINED = Interval(NULL_KEY, OBJECT_KEY)
UNDEFINED_ALONE = Interval(UNDEFINED_KEY, UNDEFINED_KEY)


class IntervalFinder:
    """Reads the intervals out of a WHERE. `root` is what paths to a document begin with, as in `AccessFinder`."""

    def __init__(self, compiler: Compiler, root: tuple[str, ...] = ()) -> None:
        self._compiler = compiler
        self._root = root

    def find(self, where: Node | None) -> Conditions:
        """The intervals of each property that `where` bounds."""
        return {} if where is None else self._of(where)

    def names(self, node: Node) -> Names | None:
        """The property that a path leads to from the document; None for anything else, elements of arrays too."""
        if not isinstance(node, Path) or node.steps[: len(self._root)] != self._root:
            return None
        names = tuple(step for step in node.steps[len(self._root) :] if isinstance(step, str))
        return names if names and len(names) == len(node.steps) - len(self._root) else None

    def _of(self, node: Node) -> Conditions:  # noqa: PLR0911 - one for each kind of node
        match node:
            case Logical("AND", operands):
                return _all([self._of(operand) for operand in operands])
            case Logical("OR", operands):
                return _any([self._of(operand) for operand in operands])
            case Binary(operator, left, right) if operator in _MIRRORED:
                return _all([self._compared(left, operator, right), self._compared(right, _MIRRORED[operator], left)])
            case Between(value, low, high):
                return _all([self._compared(value, ">=", low), self._compared(value, "<=", high)])
            case In(needle, choices) if all(isinstance(each, Literal | Parameter) for each in choices):
                return self._among(needle, [self._compiler.constant(each) for each in choices])
            case Call("ARRAY_CONTAINS", (array, wanted)) if isinstance(array, Literal | Parameter):
                values: Value = self._compiler.constant(array)
                return self._among(wanted, values) if isinstance(values, list) else {}  # pyright: ignore[reportUnknownArgumentType] - JSON
            case Path():
                return self._among(node, [True])
            case Call("IS_DEFINED", (path,)) if (names := self.names(path)) is not None:
                return {names: [DEFINED]}
            case Unary("NOT", Call("IS_DEFINED", (path,))) if (names := self.names(path)) is not None:
                return {names: [UNDEFINED_ALONE]}
            case _:
                return {}

    def elements(self, where: Node | None) -> Elements:
        """The elements of which an array must hold one where `where` is true, for ARRAY_CONTAINS(path, constant)."""
        match where:
            case Logical("AND", operands):
                united: Elements = {}
                for operand in operands:
                    united = self.elements(operand) | united
                return united
            case Logical("OR", operands):
                parts = [self.elements(operand) for operand in operands]
                shared = [names for names in parts[0] if all(names in part for part in parts)]
                return {names: frozenset(chain.from_iterable(part[names] for part in parts)) for names in shared}
            case Call("ARRAY_CONTAINS", (array, Literal() | Parameter() as wanted)):
                names, key = self.names(array), element_key(self._compiler.constant(wanted))
                return {} if names is None or key is None else {names: frozenset({key})}
            case _:
                return {}

    def exact(self, where: Node | None) -> tuple[Names, Intervals] | None:
        """The property and the intervals that decide alone: `where` holds for the documents within, and no others."""
        match where:
            case Call("IS_DEFINED", _) | Unary("NOT", Call("IS_DEFINED", _)):
                conditions = self._of(where)
            case Binary("=", Path(), Literal() | Parameter() as constant):
                conditions = self._of(where) if is_exact(self._compiler.constant(constant)) else {}
            case In(Path(), choices) if all(
                isinstance(each, Literal | Parameter) and is_exact(self._compiler.constant(each)) for each in choices
            ):
                conditions = self._of(where)
            case Between(Path(), Literal() | Parameter() as low, Literal() | Parameter() as high) if all(
                is_exact(self._compiler.constant(each)) for each in (low, high)
            ):
                conditions = self._of(where)
            case _:
                conditions = {}
        return next(iter(conditions.items()), None)

    def _compared(self, node: Node, operator: str, constant: Node) -> Conditions:
        names = self.names(node)
        if names is None or not isinstance(constant, Literal | Parameter):
            return {}
        value = self._compiler.constant(constant)
        if operator == "=":
            return self._among(node, [value])
        return {names: _ordered(operator, value)}

    def _among(self, node: Node, values: list[Value]) -> Conditions:
        names = self.names(node)
        if names is None or len(values) > MAX_INTERVALS:
            return {}
        keys = [index_key(value) for value in values if value is not UNDEFINED]
        return {names: _merged(Interval(key, key) for key in keys)}


def _ordered(operator: str, value: Value) -> Intervals:
    """The keys of the values that stand in an order to a constant, which are those of its type."""
    key = index_key(value)
    if value is None:
        return [Interval(NULL_KEY, NULL_KEY)]
    if type(value) is bool:
        return [Interval(FALSE_KEY, key) if operator in ("<", "<=") else Interval(key, TRUE_KEY)]
    if type(value) is str:
        return [Interval(LEAST_TEXT, key) if operator in ("<", "<=") else Interval(key, GREATEST_TEXT)]
    if type(value) in (int, float):
        return [Interval(LEAST_NUMBER, key) if operator in ("<", "<=") else Interval(key, GREATEST_NUMBER)]
    return []


def _all(parts: list[Conditions]) -> Conditions:
    conditions: Conditions = {}
    for part in parts:
        for names, intervals in part.items():
            earlier = conditions.get(names)
            conditions[names] = intervals if earlier is None else _common(earlier, intervals)
    return conditions


def _any(parts: list[Conditions]) -> Conditions:
    shared = [names for names in parts[0] if all(names in part for part in parts)]
    united = {names: _merged(chain.from_iterable(part[names] for part in parts)) for names in shared}
    return {names: intervals for names, intervals in united.items() if len(intervals) <= MAX_INTERVALS}


def _common(left: Intervals, right: Intervals) -> Intervals:
    return list(_overlaps(left, right))


def _overlaps(left: Intervals, right: Intervals) -> Iterator[Interval]:
    first = second = 0
    while first < len(left) and second < len(right):
        a, b = left[first], right[second]
        low, high = max(a.low, b.low, key=position), min(a.high, b.high, key=position)
        if position(low) <= position(high):
            yield Interval(low, high)
        if position(a.high) < position(b.high):
            first += 1
        else:
            second += 1


def _merged(intervals: Iterator[Interval]) -> Intervals:
    merged: Intervals = []
    for interval in sorted(intervals, key=lambda each: position(each.low)):
        if merged and position(interval.low) <= position(merged[-1].high):
            merged[-1] = Interval(merged[-1].low, max(merged[-1].high, interval.high, key=position))
        else:
            merged.append(interval)
    return merged
