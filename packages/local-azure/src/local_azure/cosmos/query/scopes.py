"""Scoped queries: the aliases of FROM and JOIN, and subqueries.

The item of a scoped query is not a document but a dictionary of aliases with their values; a document with an array of
three, joined with it, makes three items.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from local_azure.cosmos.errors import bad_request
from local_azure.cosmos.query.aggregates import Group, GroupCompiler, accumulator
from local_azure.cosmos.query.compiler import Compiler, compile_object
from local_azure.cosmos.query.operators import Evaluate
from local_azure.cosmos.query.syntax import Node, Query, Source, Subquery
from local_azure.cosmos.query.values import UNDEFINED, Value, identity

MAX_ITEMS = 100_000
"""The most items of one document, and results of one subquery."""

Items = Callable[[dict[str, Value]], Iterator[dict[str, Value]]]


class ScopedCompiler(Compiler):
    """Compiles expressions that may hold subqueries."""

    def __init__(self, parameters: Mapping[str, Value]) -> None:
        super().__init__(parameters)
        self.parameters = parameters

    def compile(self, node: Node) -> Evaluate:
        """400 for a parameter that has no value."""
        if not isinstance(node, Subquery):
            return super().compile(node)
        results = self.results(node.query)
        match node.kind:
            case "EXISTS":
                return lambda item: next(results(item), UNDEFINED) is not UNDEFINED
            case "SCALAR":
                return lambda item: next(results(item), UNDEFINED)
            case _:
                return lambda item: list(results(item))

    def items(self, sources: tuple[Source, ...]) -> Items:
        """From an item to those with the sources' aliases, every combination of them."""
        values = [(source, self.compile(source.value)) for source in sources]

        def combined(item: dict[str, Value], place: int) -> Iterator[dict[str, Value]]:
            if place == len(values):
                yield item
                return
            source, evaluate = values[place]
            value = evaluate(item)
            for each in _elements(value) if source.each else [value]:
                if each is not UNDEFINED:
                    yield from combined(item | {source.alias: each}, place + 1)

        return lambda item: _bounded(combined(item, 0))

    def results(self, query: Query) -> Callable[[dict[str, Value]], Iterator[Value]]:
        """From an item of the outer query to the results of a subquery."""
        items = self.items(query.sources)
        where = None if query.where is None else self.compile(query.where)

        def selected(item: dict[str, Value]) -> Iterator[dict[str, Value]]:
            return (each for each in items(item) if where is None or where(each) is True)

        if query.aggregates:
            return self._aggregated(query, selected)
        select = self._select(query, self)

        def results(item: dict[str, Value]) -> Iterator[Value]:
            values = (value for each in selected(item) if (value := select(each)) is not UNDEFINED)
            return _distinct(values) if query.distinct else values

        return results

    def _aggregated(self, query: Query, selected: Items) -> Callable[[dict[str, Value]], Iterator[Value]]:
        select = self._select(query, GroupCompiler(self.parameters, ()))
        arguments = [self.compile(aggregate.argument) for aggregate in query.aggregates]

        def results(item: dict[str, Value]) -> Iterator[Value]:
            group = Group([], [accumulator(aggregate.name) for aggregate in query.aggregates])
            for each in selected(item):
                for total, argument in zip(group.accumulators, arguments, strict=True):
                    total.add(argument(each))
            value = select(group)
            return iter(() if value is UNDEFINED else (value,))

        return results

    @staticmethod
    def _select(query: Query, compiler: Compiler) -> Evaluate:
        if isinstance(query.select, Node):
            return compiler.compile(query.select)
        return compile_object([(name, compiler.compile(node)) for name, node in query.select or ()])


def _elements(value: Value) -> list[Any]:
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - JSON


def _bounded(items: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
    for number, item in enumerate(items):
        if number >= MAX_ITEMS:
            raise bad_request(f"JOIN makes more than {MAX_ITEMS} items of one document.")
        yield item


def _distinct(values: Iterator[Value]) -> Iterator[Value]:
    seen: set[bytes] = set()
    for value in values:
        key = identity(value)
        if key not in seen:
            seen.add(key)
            yield value


class Expansion(msgspec.Struct, frozen=True):
    """From a document to the items of a scoped query."""

    root: str
    items: Items

    def of(self, document: Value) -> Iterator[dict[str, Value]]:
        """The items, in the order of the arrays."""
        return self.items({self.root: document})


def expansion(query: Query, compiler: ScopedCompiler) -> Expansion | None:
    """None for a plain query, whose items are the documents themselves."""
    return Expansion(query.root, compiler.items(query.sources)) if query.scoped else None
