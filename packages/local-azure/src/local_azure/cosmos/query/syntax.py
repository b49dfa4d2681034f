"""The tree of a query."""

import typing
from typing import Any, TypeAlias

import msgspec


class Node(msgspec.Struct, frozen=True):
    """Anything that has a value."""


class Literal(Node, frozen=True):
    """`1`, `'a'`, `true`, `null`, `undefined`."""

    value: Any


class Parameter(Node, frozen=True):
    """`@name`."""

    name: str


class Path(Node, frozen=True):
    """`c`, `c.a.b`, `c['a'][0]`: names and indexes from the document on."""

    steps: tuple[str | int, ...]


class Member(Node, frozen=True):
    """`expression[key]` where the key is computed or the expression is not a path."""

    base: Node
    key: Node


class Unary(Node, frozen=True):
    """`NOT`, `-`, `+`, `~`."""

    operator: str
    operand: Node


class Binary(Node, frozen=True):
    """Comparison, arithmetic, `||`, `??`."""

    operator: str
    left: Node
    right: Node


class Logical(Node, frozen=True):
    """AND or OR over two or more operands: flat, so that a chain of thousands needs no depth."""

    operator: str
    operands: tuple[Node, ...]


class In(Node, frozen=True):
    """`needle [NOT] IN (...)`."""

    needle: Node
    choices: tuple[Node, ...]


class Between(Node, frozen=True):
    """`value BETWEEN low AND high`."""

    value: Node
    low: Node
    high: Node


class Like(Node, frozen=True):
    """`value LIKE pattern [ESCAPE character]`."""

    value: Node
    pattern: Node
    escape: str | None


class Conditional(Node, frozen=True):
    """`condition ? yes : no`."""

    condition: Node
    yes: Node
    no: Node


class Call(Node, frozen=True):
    """A system function, its name in upper case."""

    name: str
    arguments: tuple[Node, ...]


class Aggregate(Node, frozen=True):
    """`COUNT`, `SUM`, `AVG`, `MIN`, `MAX` over one expression; `number` counts those of the query from 0."""

    name: str
    argument: Node
    number: int


class ArrayLiteral(Node, frozen=True):
    """`[a, b]`."""

    items: tuple[Node, ...]


class ObjectLiteral(Node, frozen=True):
    """`{"a": b}`."""

    items: tuple[tuple[str, Node], ...]


SubqueryKind: TypeAlias = typing.Literal["EXISTS", "ARRAY", "SCALAR", "ROWS"]
Columns: TypeAlias = tuple[tuple[str, Node], ...]
"""Expressions with their names."""


class Order(msgspec.Struct, frozen=True):
    """One expression of ORDER BY."""

    by: Path
    descending: bool


class Source(msgspec.Struct, frozen=True):
    """One more alias in FROM or JOIN: each element of an array (or each result of a subquery), or one value."""

    alias: str
    value: Node
    each: bool


class Query(msgspec.Struct, frozen=True):
    """A whole query. `select` is None for `*`, a Node for VALUE, else the columns with their names.

    A scoped query has aliases beside the container's (`sources`) or subqueries: its paths begin with an alias, where
    those of a plain query begin with a property of the document.
    """

    select: Node | Columns | None
    aggregates: tuple[Aggregate, ...]
    distinct: bool
    has_from: bool
    top: Node | None
    where: Node | None
    group_by: tuple[Path, ...]
    order_by: tuple[Order, ...]
    offset: Node | None
    limit: Node | None
    root: str = "c"
    """The alias of the container."""
    scoped: bool = False
    sources: tuple[Source, ...] = ()
    bound: tuple[str, ...] = ()
    """The parameters in WHERE, in its order."""


class Subquery(Node, frozen=True):
    """`EXISTS(...)`, `ARRAY(...)`, or `(...)` as a value, kind `SCALAR`; `ROWS` in FROM, one result after the other."""

    kind: SubqueryKind
    query: Query
