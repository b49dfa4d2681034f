"""Going through expressions: what stands directly in one, everything below it, and a copy with its columns changed."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from local_azure.stream_analytics.language.tree import (
    Aggregate,
    Arithmetic,
    Case,
    Cast,
    Column,
    Comparison,
    Expression,
    Function,
    IsNull,
    Like,
    Logical,
    Not,
    Over,
    Select,
    Star,
)


def children(node: Expression) -> tuple[Expression, ...]:  # noqa: PLR0911 - one for each kind of node
    """The expressions directly below this one."""
    match node:
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Logical():
            return node.operands
        case Not() | IsNull() | Like() | Cast():
            return (node.operand,)
        case Function():
            return node.arguments
        case Aggregate():
            return () if node.argument is None else (node.argument,)
        case Over():
            return tuple(part for part in (node.argument, *node.keys, node.when) if part is not None)
        case Case():
            return (*(part for branch in node.branches for part in branch), node.otherwise)
        case _:
            return ()


def descend(node: Expression) -> Iterator[Expression]:
    """This expression and all below it, from the top."""
    yield node
    for child in children(node):
        yield from descend(child)


def expressions(select: Select) -> list[Expression]:
    """All expressions of a SELECT, in the order of its clauses."""
    roots = [item.expression for item in select.items if not isinstance(item.expression, Star)]
    roots += [part for part in (select.source.timestamp_by, select.where) if part is not None]
    roots += select.keys
    return roots + ([select.having] if select.having is not None else [])


def aggregates(node: Expression) -> Iterator[Aggregate]:
    """The aggregates in an expression."""
    return (part for part in descend(node) if isinstance(part, Aggregate))


def overs(node: Expression) -> Iterator[Over]:
    """The aggregates with OVER in an expression."""
    return (inner for inner in descend(node) if isinstance(inner, Over))


def with_columns(  # noqa: PLR0911 - one for each kind of node
    node: Expression, change: Callable[[Column], Expression], *, in_aggregates: bool = True
) -> Expression:
    """A copy of an expression in which `change` has replaced each column, on request not those inside aggregates."""

    def copy(inner: Expression) -> Expression:
        return with_columns(inner, change, in_aggregates=in_aggregates)

    match node:
        case Column():
            return change(node)
        case Arithmetic() | Comparison():
            return replace(node, left=copy(node.left), right=copy(node.right))
        case Logical():
            return replace(node, operands=tuple(map(copy, node.operands)))
        case Not() | IsNull() | Like() | Cast():
            return replace(node, operand=copy(node.operand))
        case Function():
            return replace(node, arguments=tuple(map(copy, node.arguments)))
        case Aggregate():
            argument = node.argument if node.argument is None or not in_aggregates else copy(node.argument)
            return replace(node, argument=argument)
        case Over():
            argument, when = (part if part is None else copy(part) for part in (node.argument, node.when))
            return replace(node, argument=argument, keys=tuple(map(copy, node.keys)), when=when)
        case Case():
            branches = tuple((copy(condition), copy(value)) for condition, value in node.branches)
            return replace(node, branches=branches, otherwise=copy(node.otherwise))
        case _:
            return node
