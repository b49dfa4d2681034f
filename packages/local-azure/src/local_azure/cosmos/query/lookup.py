"""Conditions of a WHERE that an index of the container can answer, as SQL over the indexed value.

An index finds candidates, and WHERE is still evaluated on each: SQLite's values are coarser than JSON's (true is 1).
"""

from collections.abc import Iterator

import msgspec

from local_azure.cosmos.path_index import IndexedPath, Paths
from local_azure.cosmos.query.compiler import Compiler
from local_azure.cosmos.query.syntax import Between, Binary, Call, In, Literal, Logical, Node, Parameter, Path
from local_azure.cosmos.query.values import Value

MAX_VALUES = 2_000
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Lookup(msgspec.Struct, frozen=True):
    """`condition` is SQL with a place for each of the values."""

    path: IndexedPath
    condition: str
    values: tuple[str | float, ...]


class LookupFinder:
    """Finds the condition that narrows a query most: an equality, else a range."""

    def __init__(self, compiler: Compiler, paths: Paths, root: tuple[str, ...]) -> None:
        self._compiler = compiler
        self._paths = paths
        self._root = root

    def find(self, where: Node | None) -> Lookup | None:
        """None if no index helps."""
        conditions = [condition for operand in _conjuncts(where) for condition in self._conditions(operand)]
        for path, operator, values in conditions:
            if operator == "=":
                marks = ", ".join("?" * len(values))
                return Lookup(path, f"{path.expression} IN ({marks})", tuple(values))
        for path, _, _ in conditions:
            bounds = [(operator, values[0]) for other, operator, values in conditions if other == path]
            if len({type(value) is str for _, value in bounds}) == 1:
                sql = " AND ".join(f"{path.expression} {operator} ?" for operator, _ in bounds)
                return Lookup(path, sql, tuple(value for _, value in bounds))
        return None

    def _conditions(self, node: Node) -> Iterator[tuple[IndexedPath, str, list[str | float]]]:
        match node:
            case Binary(operator, left, right) if operator in _MIRRORED:
                yield from self._compared(left, operator, [right])
                yield from self._compared(right, _MIRRORED[operator], [left])
            case In(needle, choices):
                yield from self._compared(needle, "=", list(choices))
            case Between(value, low, high):
                yield from self._compared(value, ">=", [low])
                yield from self._compared(value, "<=", [high])
            case Call("ARRAY_CONTAINS", (array, wanted)) if isinstance(array, Parameter):
                values: Value = self._compiler.constant(array)
                if isinstance(values, list):
                    yield from self._of_values(wanted, "=", values)  # pyright: ignore[reportUnknownArgumentType] - JSON
            case _:
                return

    def _compared(
        self, node: Node, operator: str, constants: list[Node]
    ) -> Iterator[tuple[IndexedPath, str, list[str | float]]]:
        if all(isinstance(constant, Literal | Parameter) for constant in constants):
            values = [self._compiler.constant(constant) for constant in constants]
            yield from self._of_values(node, operator, values)

    def _of_values(
        self, node: Node, operator: str, values: list[Value]
    ) -> Iterator[tuple[IndexedPath, str, list[str | float]]]:
        if not isinstance(node, Path) or not 0 < len(values) <= MAX_VALUES:
            return
        path = self._paths.get(node.steps[len(self._root) :])  # pyright: ignore[reportArgumentType] - absent if numbers
        plain = all(type(value) is str or (type(value) in (int, float) and abs(value) < 2**53) for value in values)
        if path is not None and plain and node.steps[: len(self._root)] == self._root:
            yield path, operator, values


def _conjuncts(where: Node | None) -> Iterator[Node]:
    if isinstance(where, Logical) and where.operator == "AND":
        for operand in where.operands:
            yield from _conjuncts(operand)
    elif where is not None:
        yield where
