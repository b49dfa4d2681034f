"""Calls: which functions and aggregates there are, and how many arguments they take."""

from collections.abc import Callable
from typing import get_args

from local_azure.stream_analytics.language.cursor import Cursor
from local_azure.stream_analytics.language.over import over
from local_azure.stream_analytics.language.position import Position, QueryError, unsupported
from local_azure.stream_analytics.language.tree import Aggregate, AggregateName, Expression, Function
from local_azure.stream_analytics.language.units import unit_ticks

MANY = 100

ARGUMENT_COUNTS = {
    "ABS": (1, 1),
    "CEILING": (1, 1),
    "CHARINDEX": (2, 2),
    "COALESCE": (2, MANY),
    "CONCAT": (2, MANY),
    "DATEADD": (2, 2),
    "DATEDIFF": (2, 2),
    "FLOOR": (1, 1),
    "GETTYPE": (1, 1),
    "LEN": (1, 1),
    "LOWER": (1, 1),
    "NULLIF": (2, 2),
    "REPLACE": (3, 3),
    "ROUND": (1, 2),
    "SUBSTRING": (3, 3),
    "TRIM": (1, 1),
    "UPPER": (1, 1),
}
"""Scalar functions and how many arguments each takes; DATEADD and DATEDIFF take a date part before them."""


def call(cursor: Cursor, name: str, position: Position, argument: Callable[[Cursor], Expression]) -> Expression:
    """A call, read from its opening parenthesis on. `argument` reads one argument."""
    upper = name.upper()
    cursor.expect("(")
    aggregate = next((spelling for spelling in get_args(AggregateName) if spelling == upper), None)
    if aggregate is not None:
        return _aggregate(cursor, aggregate, position, argument)
    if upper not in ARGUMENT_COUNTS:
        raise unsupported(f"the function {name}", position)
    unit = None
    if upper in ("DATEADD", "DATEDIFF"):
        unit = unit_ticks(cursor.take())
        cursor.expect(",")
    arguments: list[Expression] = []
    while not cursor.accept(")"):
        if arguments:
            cursor.expect(",")
        arguments.append(argument(cursor))
    least, most = ARGUMENT_COUNTS[upper]
    if not least <= len(arguments) <= most:
        takes = str(least) if least == most else f"{least} to {most}"
        raise QueryError(f"{name} takes {takes} arguments, not {len(arguments)}", position)
    _refuse_over(cursor, name, position)
    return Function(position, upper, tuple(arguments), unit)


def _aggregate(
    cursor: Cursor, name: AggregateName, position: Position, argument: Callable[[Cursor], Expression]
) -> Expression:
    if cursor.at("DISTINCT"):
        raise unsupported(f"{name}(DISTINCT ...)", cursor.token.position)
    if cursor.accept("*"):
        if name != "COUNT":
            raise QueryError(f"{name}(*) means nothing; only COUNT(*) does", position)
        inner = None
    elif cursor.at(")"):
        if name != "COLLECT":
            raise QueryError(f"{name} takes an argument", position)
        inner = None
    else:
        inner = argument(cursor)
    cursor.expect(")")
    if cursor.at("OVER"):
        return over(cursor, name, inner, position, argument)
    return Aggregate(position, name, inner)


def _refuse_over(cursor: Cursor, name: str, position: Position) -> None:
    if cursor.at("OVER"):
        raise unsupported(f"{name} ... OVER", position)
